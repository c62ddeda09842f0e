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
		u->at = (struct endpoint){.from = *conf_socket_bind(conf, c->socket),
		                          .socket = c->socket};
		for (uint32_t j = 0; j < CONF_TARGETS_MAX; j++)
			if (!c->targets[j].host[0])
				u->target[j] = c->targets[j].address;
		u->turn = CONF_TARGETS_MAX - 1; /* the first is next */
		u->heard = u->audio = TICK_LONG_AGO;
		u->timer = expiry_none();
	}
}

void uplink_turn(struct uplink *u)
{
	u->has_address = false;
	for (uint32_t i = 1; i <= CONF_TARGETS_MAX && !u->has_address; i++) {
		uint32_t place = (u->turn + i) % CONF_TARGETS_MAX;
		if (u->target[place].port == 0)
			continue;
		u->turn = place;
		u->at.to = u->target[place];
		u->has_address = true;
	}
}

struct uplink *uplink_at(const struct uplinks *t, uint32_t index)
{
	return pool_at(&t->pool, index);
}
