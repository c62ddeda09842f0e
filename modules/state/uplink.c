#include "state/uplink.h"

void uplinks_open(struct uplinks *t, struct arena *arena, uint32_t capacity)
{
	pool_open(&t->pool, arena, "uplinks", capacity, sizeof(struct uplink));
}

void uplinks_fill(struct uplinks *t, const struct conf *conf)
{
	for (uint32_t i = 0; i < conf->uplink_count; i++) {
		struct uplink *u = pool_take(&t->pool);
		const struct conf_uplink *c = &conf->uplink[i];

		if (!u)
			return;
		u->at = (struct endpoint){.to = c->address,
		                          .from = *conf_socket_bind(conf, c->socket),
		                          .socket = c->socket};
		u->has_address = !c->host[0];
		u->heard = u->audio = TICK_LONG_AGO;
		u->timer = expiry_none();
	}
}

struct uplink *uplink_at(const struct uplinks *t, uint32_t index)
{
	return pool_at(&t->pool, index);
}
