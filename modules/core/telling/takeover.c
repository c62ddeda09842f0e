#include "core/telling/takeover.h"

#include <string.h>

#include "core/step/expire.h"
#include "core/telling/invariants.h"
#include "core/telling/taking.h"
#include "state/pool.h"

const char *takeover_reads(const void *octets, size_t len)
{
	struct taking t = {.core = NULL};

	return taking_head(&t, octets, len);
}

void takeover_measure(const void *octets, size_t len, struct arena *room)
{
	struct rd rd = rd_make(octets, len);
	struct hash places;

	rd_skip(&rd, HANDOVER_COUNT_AT);
	uint32_t count = rd_u32(&rd);
	hash_open(&places, room, "rows of before", taking_places(count, len), 0);
}

/* First pass: allocates each row. Those of the configuration exist already. */

static struct pool_row *configured(const struct taking *t, enum carried_set set,
                                   const char *section)
{
	uint64_t binding;

	POOL_EACH(struct pool_row *, row, kind_pool(t->core, carried_sets[set].kind))
		if (strcmp(carried_section(t->core, set, row, &binding), section) == 0)
			return row;
	return NULL;
}

/* A free row; in a recording the one it was. There they are in order, and to take them in another
 * one would take long. */
static struct pool_row *take_row(struct taking *t, const struct taking_row *h)
{
	struct pool *pool = kind_pool_of(t->core, carried_sets[h->order->set].kind);
	uint32_t *next = &t->next[h->order->set];
	struct pool_row *row = NULL;

	if (t->reader == CARRIED_NEXT)
		return pool_take(pool);
	if (h->index >= *next)
		row = pool_take_at(pool, h->index);
	if (row) {
		row->generation = h->generation | 1;
		*next = h->index + 1;
	}
	return row;
}

static struct pool_row *place_uplink_session(struct taking *t, const struct taking_row *h)
{
	struct uplink *u = (void *)configured(t, CARRIED_UPLINK, h->section);
	struct session *s = u ? session_get(&t->core->sessions, u->session) : NULL;

	if (u && t->reader == CARRIED_FILE && (s = (void *)take_row(t, h))) {
		s->at = u->at;
		s->source = (struct source){SOURCE_UPLINK, u->row.index};
		u->session = pool_handle(&s->row);
	}
	return s ? &s->row : NULL;
}

static struct pool_row *place_session(struct taking *t, const struct taking_row *h)
{
	const struct conf *conf = t->core->conf;

	if (h->binding)
		return place_uplink_session(t, h);
	for (uint32_t i = 0; i < conf->listener_count; i++) {
		if (strcmp(conf->listener[i].name, h->section) != 0)
			continue;
		struct session *s = (void *)take_row(t, h);
		if (!s)
			return NULL;
		session_clear(s);
		s->at.socket = i;
		return &s->row;
	}
	return NULL;
}

static struct pool_row *place_stream(struct taking *t, const struct taking_row *h)
{
	struct stream *x = (void *)take_row(t, h);

	if (!x)
		return NULL;
	x->conference = POOL_NONE;
	x->peer = PEER_ALL;
	x->expiry = expiry_none();
	return &x->row;
}

static struct pool_row *place_of(struct taking *t, const struct taking_row *h)
{
	struct core *core = t->core;
	enum carried_set set = h->order->set;

	switch (set) {
	case CARRIED_SERVER:
		return &core->row;
	case CARRIED_PEER:
	case CARRIED_UPLINK:
	case CARRIED_ANNOUNCEMENT:
		return configured(t, set, h->section);
	case CARRIED_SESSION:
		return place_session(t, h);
	case CARRIED_STREAM:
		return place_stream(t, h);
	case CARRIED_PLAYER:
	case CARRIED_RECORDING:
	case CARRIED_SUBSCRIPTION:
	case CARRIED_BLOCK:
		return take_row(t, h);
	case CARRIED_CONFERENCE:
	case CARRIED_TOMBSTONE:
	case CARRIED_CLAIM:
	case CARRIED_QUENCH:
	case CARRIED_LOCATION:
	case CARRIED_DECISION:
	case CARRIED_COUNTER:
	case CARRIED_SETS:
		break;
	}
	return NULL;
}

static void find_places(struct taking *t)
{
	struct rd begin = t->rows;
	struct taking_row h;

	while (taking_next(t, &h)) {
		struct pool_row *row = place_of(t, &h);
		if (row)
			taking_note(t, &h, row);
		else if (h.order->set < CARRIED_POOLS)
			t->left++;
		taking_skip(t, h.order);
	}
	if (!t->rows.bad)
		t->rows = begin;
}

/* Second pass: their fields. */

/* An uplink whose section has changed logs in again. */
static bool goes_on(const struct taking *t, const struct taking_row *h, const void *row)
{
	uint64_t binding;

	(void)carried_section(t->core, h->order->set, row, &binding);
	return binding == h->binding;
}

static void *room_for(struct taking *t, const struct taking_row *h)
{
	struct pool_row *row = taking_find(t, h->order->set, h->index, h->generation);

	return row && (!h->binding || t->reader == CARRIED_FILE || goes_on(t, h, row)) ? row : NULL;
}

/* Sessions and streams, by their origin, and subscriptions. */
static void drop(struct taking *t, enum carried_set set, struct pool_row *row)
{
	pool_give(kind_pool_of(t->core, carried_sets[set].kind), row);
	t->left++;
}

/* Whose it is follows from its place. */
static bool read_session(struct taking *t, const struct taking_row *h, struct session *s)
{
	struct source own = s->source;
	bool whole = taking_fields(t, h->order, s);

	if (!h->binding)
		return whole && !session_is_uplink(s);
	s->source = own;
	return true;
}

static void read_pooled(struct taking *t, const struct taking_row *h)
{
	void *row = room_for(t, h);

	if (!row)
		taking_skip(t, h->order);
	else if (!(h->order->set == CARRIED_SESSION ? read_session(t, h, row)
	                                            : taking_fields(t, h->order, row)))
		drop(t, h->order->set, row);
}

static void restore_conference(struct core *core, const union carried *row)
{
	const struct conference *from = &row->conference;
	struct conference *c = conference_find(&core->subscriptions, from->tg);

	if (!c)
		return;
	c->speaker = from->speaker;
	c->free_since = from->free_since;
}

static void restore_tombstone(struct core *core, const union carried *row)
{
	tombstone_put(&core->streams, &row->tombstone);
}

static void restore_claim(struct core *core, const union carried *row)
{
	claim_restore(&core->claims, &row->claim);
}

static void restore_quench(struct core *core, const union carried *row)
{
	const struct carried_quench *from = &row->quench;

	if (from->row.live && from->peer != POOL_NONE)
		quench_restore(&core->quenches, from->peer, &from->row);
}

static void restore_location(struct core *core, const union carried *row)
{
	const struct location *from = &row->location;

	location_learn(&core->locations, from->radio, from->origin, from->slot, from->at);
}

static void restore_decision(struct core *core, const union carried *row)
{
	if (row->decision.words)
		decision_restore(&core->decisions, &row->decision);
}

static void restore_counter(struct core *core, const union carried *row)
{
	const struct carried_counter *from = &row->counter;

	for (enum counter i = 0; i < COUNT_COUNTERS; i++)
		if (strncmp(counter_name(i), from->name, sizeof(from->name)) == 0)
			core->counter[i] = from->value;
}

/* Of the sets that are not in pools. */
static void (*const restores[CARRIED_SETS])(struct core *core, const union carried *row) = {
	[CARRIED_CONFERENCE] = restore_conference, [CARRIED_TOMBSTONE] = restore_tombstone,
	[CARRIED_CLAIM] = restore_claim,           [CARRIED_QUENCH] = restore_quench,
	[CARRIED_LOCATION] = restore_location,     [CARRIED_DECISION] = restore_decision,
	[CARRIED_COUNTER] = restore_counter,
};

/* Those in pools when `pooled`, else the others. */
static void read_rows(struct taking *t, bool pooled)
{
	struct rd begin = t->rows;
	struct taking_row h;

	while (taking_next(t, &h)) {
		enum carried_set set = h.order->set;
		union carried row = {.quench = {.peer = 0}};
		if ((set < CARRIED_POOLS) != pooled)
			taking_skip(t, h.order);
		else if (pooled)
			read_pooled(t, &h);
		else if (taking_fields(t, h.order, &row))
			restores[set](t->core, &row);
	}
	if (!t->rows.bad)
		t->rows = begin;
}

/* Third pass: the indexes. */

static void list_sessions(struct taking *t)
{
	struct core *core = t->core;

	POOL_EACH(struct session *, s, &core->sessions.pool)
		if (!session_is_uplink(s) && !session_list(&core->sessions, s))
			drop(t, CARRIED_SESSION, &s->row);
}

static void list_subscriptions(struct taking *t)
{
	struct core *core = t->core;
	struct subscriptions *table = &core->subscriptions;

	POOL_EACH(struct subscription *, x, &table->pool) {
		struct session *s = pool_at(&core->sessions.pool, x->session);
		if (s && session_is_uplink(s) &&
		    subscription_find(table, s, x->slot, x->rf_tg) == x)
			continue; /* it comes from the configuration */
		if (!s || session_is_uplink(s) || x->slot < 1 || x->slot > 2 ||
		    subscription_find(table, s, x->slot, x->rf_tg))
			drop(t, CARRIED_SUBSCRIPTION, &x->row);
		else
			subscription_list(table, s, x, x->conference);
	}
}

static bool list_stream(struct core *core, struct stream *x)
{
	uint32_t tg = x->conference;

	x->conference = POOL_NONE;
	if (x->origin.kind == SOURCE_CLIENT && !session_get(&core->sessions, x->session))
		return false;
	if (!stream_list(&core->streams, x))
		return false;
	struct conference *c = tg == POOL_NONE ? NULL : conference_hold(&core->subscriptions, tg);
	if (c)
		x->conference = c->row.index;
	return true;
}

static void list_streams(struct taking *t)
{
	POOL_EACH(struct stream *, x, &t->core->streams.pool)
		if (!list_stream(t->core, x))
			drop(t, CARRIED_STREAM, &x->row);
}

static void count_listeners(struct core *core)
{
	POOL_EACH(struct session *, s, &core->sessions.pool)
		for (int i = 0; i < 2; i++) {
			struct slot *slot = &s->slot[i];
			struct stream *heard = stream_get(&core->streams, slot->heard);
			if (!heard)
				slot->heard = HANDLE_NONE;
			else
				heard->listeners++;
			if (!stream_get(&core->streams, slot->talk))
				slot->talk = HANDLE_NONE;
			if (!player_get(&core->players, slot->player))
				slot->player = HANDLE_NONE;
		}
}

/* Its lengths are no secret, but those of every key. */
static void fix_key(struct obp_key *key, sha_compress *sha1)
{
	struct sha *half = &key->hmac.inner;

	for (int i = 0; i < 2; i++, half = &key->hmac.outer) {
		half->compress = sha1;
		half->digest_len = SHA1_LEN;
		half->total = SHA_BLOCK_LEN;
	}
	key->blake2b.total = 0;
	key->blake2b.filled = BLAKE2B_BLOCK_LEN;
	key->blake2b.digest_len = OBP_BLAKE2B_LEN;
}

/* Both keys of a renewal go on. A third one in the configuration begins another (core/mesh). */
static void fix_keys(struct core *core)
{
	POOL_EACH(struct peer *, p, &core->peers.pool) {
		sha_compress *sha1 = p->key.hmac.inner.compress;
		fix_key(&p->key, sha1);
		fix_key(&p->admission.other, sha1);
		if (p->admission.state != ADMISSION_RENEWING &&
		    p->admission.state != ADMISSION_RENEWED)
			p->admission = (struct admission){.state = ADMISSION_BY_KEY};
	}
}

/* A target in the configuration takes precedence over a learned address; a name, or a target of a
 * relaxed link, only over an address remembered from before a restart. */
static void fix_addresses(struct core *core)
{
	POOL_EACH(struct peer *, p, &core->peers.pool) {
		const struct conf_peer *c = peer_conf(core, p);
		if (c->target[0] && (p->remembered || (!c->host[0] && !c->relaxed)))
			peer_reset_address(p, core->conf);
	}
}

const char *takeover_fill(struct core *core, const void *octets, size_t len, struct arena *room,
                          uint32_t *left)
{
	struct taking t = {.core = core};
	const char *fault = taking_head(&t, octets, len);

	if (fault)
		return fault;
	hash_open(&t.places, room, "rows of before", taking_places(t.count, len), 0);
	find_places(&t);
	read_rows(&t, true);
	list_sessions(&t);
	list_subscriptions(&t);
	list_streams(&t);
	count_listeners(core);
	read_rows(&t, false);
	if (t.rows.bad)
		return "damaged state";
	fix_addresses(core);
	fix_keys(core);
	expire_rebuild(core);
	*left = t.left;
	return invariants_broken(core);
}

/* The sessions of uplinks that opening the core has made come with the others. */
static void remove_sessions(struct core *core)
{
	POOL_EACH(struct subscription *, x, &core->subscriptions.pool)
		subscription_remove(&core->subscriptions, pool_at(&core->sessions.pool, x->session),
		                    x);
	POOL_EACH(struct session *, s, &core->sessions.pool)
		session_remove(&core->sessions, s);
}

/* From the number of a conference to its row. */
static void meet(struct core *core, uint32_t *conference)
{
	struct conference *c = *conference == POOL_NONE
	                               ? NULL
	                               : conference_hold(&core->subscriptions, *conference);

	*conference = c ? c->row.index : POOL_NONE;
}

const char *takeover_resume(struct core *core, const void *octets, size_t len, struct arena *room)
{
	struct taking t = {.core = core, .reader = CARRIED_FILE};
	const char *fault = taking_head(&t, octets, len);

	if (fault)
		return fault;
	hash_open(&t.places, room, "rows of before", taking_places(t.count, len), 0);
	remove_sessions(core);
	find_places(&t);
	read_rows(&t, true);
	POOL_EACH(struct subscription *, x, &core->subscriptions.pool) {
		if (x->slot != 1 && x->slot != 2)
			return "a subscription's slot is invalid";
		meet(core, &x->conference);
	}
	POOL_EACH(struct stream *, x, &core->streams.pool)
		meet(core, &x->conference);
	read_rows(&t, false);
	if (t.rows.bad)
		return "damaged state";
	fix_keys(core);
	return t.left ? "rows have no place" : NULL;
}
