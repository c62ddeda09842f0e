#include "core/step.h"

/* Fills the heap anew from the rows: it was full of leftovers. */
static void rebuild_expiry(struct core *core)
{
	struct expiry_heap *heap = &core->expiry;
	struct session *s;
	struct stream *x;
	struct subscription *u;
	struct player *p;
	struct peer *n;
	struct block *k;
	struct announcement *a;
	struct uplink *l;

	expiry_clear(heap);
	for (uint32_t at = POOL_NONE; (n = pool_next(&core->peers.pool, &at));)
		expiry_put_back(heap, &n->timer, EXPIRE_PEER, pool_handle(&n->row));
	for (uint32_t at = POOL_NONE; (a = pool_next(&core->announcements.pool, &at));)
		expiry_put_back(heap, &a->expiry, EXPIRE_ANNOUNCEMENT, pool_handle(&a->row));
	for (uint32_t at = POOL_NONE; (l = pool_next(&core->uplinks.pool, &at));)
		expiry_put_back(heap, &l->timer, EXPIRE_UPLINK, pool_handle(&l->row));
	for (uint32_t at = POOL_NONE; (k = pool_next(&core->blocks.pool, &at));)
		expiry_put_back(heap, &k->expiry, EXPIRE_BLOCK, pool_handle(&k->row));
	for (uint32_t at = POOL_NONE; (p = pool_next(&core->players.pool, &at));)
		expiry_put_back(heap, &p->expiry, EXPIRE_PLAYER, pool_handle(&p->row));
	for (uint32_t at = POOL_NONE; (s = pool_next(&core->sessions.pool, &at));) {
		expiry_put_back(heap, &s->expiry, EXPIRE_SESSION, pool_handle(&s->row));
		expiry_put_back(heap, &s->ident_due, EXPIRE_IDENT, pool_handle(&s->row));
	}
	for (uint32_t at = POOL_NONE; (x = pool_next(&core->streams.pool, &at));)
		expiry_put_back(heap, &x->expiry, EXPIRE_STREAM, pool_handle(&x->row));
	for (uint32_t at = POOL_NONE; (u = pool_next(&core->subscriptions.pool, &at));)
		expiry_put_back(heap, &u->expiry, EXPIRE_SUBSCRIPTION, pool_handle(&u->row));
}

uint32_t core_random(struct core *core)
{
	uint32_t value;

	do {
		uint64_t turn = core->random++;
		value = (uint32_t)siphash(core->secret, &turn, sizeof(turn));
	} while (value == 0);
	return value;
}

void expire_at(struct step *step, struct expiry *x, uint32_t kind, const struct pool_row *row,
               tick_t deadline)
{
	if (!expiry_set(&step->core->expiry, x, kind, pool_handle(row), deadline))
		rebuild_expiry(step->core);
}

const struct conf_peer *peer_conf(const struct core *core, const struct peer *p)
{
	return &core->conf->peer[p->row.index];
}

const struct conf_uplink *uplink_conf(const struct core *core, const struct uplink *u)
{
	return &core->conf->uplink[u->row.index];
}

struct peer *peer_of(const struct core *core, const struct stream *x)
{
	return stream_is_from_peer(x) ? peer_at(&core->peers, x->origin - ORIGIN_PEER) : NULL;
}

static struct uplink *uplink_from(const struct core *core, uint32_t origin)
{
	return origin >= ORIGIN_UPLINK && origin < ORIGIN_PEER
	               ? uplink_at(&core->uplinks, origin - ORIGIN_UPLINK)
	               : NULL;
}

struct uplink *uplink_of(const struct core *core, const struct stream *x)
{
	return uplink_from(core, x->origin);
}

struct session *uplink_session(const struct core *core, uint32_t origin)
{
	const struct uplink *u = uplink_from(core, origin);

	return u ? session_get(&core->sessions, u->session) : NULL;
}
