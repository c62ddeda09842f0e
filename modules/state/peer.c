#include "state/peer.h"

void peers_open(struct peers *t, struct arena *arena, uint32_t capacity)
{
	pool_open(&t->pool, arena, "peers", capacity, sizeof(struct peer));
}

void peer_reset_address(struct peer *p, const struct conf *conf)
{
	const struct conf_peer *c = &conf->peer[p->row.index];

	p->at = (struct endpoint){.to = c->address, .from = c->bind, .socket = c->socket};
	p->has_address = c->target[0] && !c->host[0];
}

void peers_fill(struct peers *t, const struct conf *conf)
{
	for (uint32_t i = 0; i < conf->peer_count; i++) {
		struct peer *p = pool_take(&t->pool);
		const struct conf_peer *c = &conf->peer[i];

		if (!p)
			return;
		p->key = obp_key_make(c->passphrase, c->full_key);
		p->heard = p->stunned_until = p->version_due = TICK_LONG_AGO;
		p->timer = p->admission.renewal = expiry_none();
		peer_reset_address(p, conf);
	}
}

struct peer *peer_at(const struct peers *t, uint32_t index)
{
	return pool_at(&t->pool, index);
}
