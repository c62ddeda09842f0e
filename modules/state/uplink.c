#include "state/uplink.h"

void uplinks_open(struct uplinks *t, struct arena *arena, uint32_t capacity)
{
	pool_open(&t->pool, arena, "uplinks", capacity, sizeof(struct uplink));
}

struct uplink *uplink_add(struct uplinks *t, const struct conf *conf, uint32_t place)
{
	struct uplink *u = pool_take_at(&t->pool, place);
	const struct conf_uplink *c = &conf->uplink[place];

	u->at = (struct endpoint){.from = *conf_socket_bind(conf, c->socket), .socket = c->socket};
	for (uint32_t j = 0; j < CONF_TARGETS_MAX; j++)
		if (!c->targets[j].host[0])
			u->target[j] = c->targets[j].address;
	u->turn = CONF_TARGETS_MAX - 1; /* the first target is next */
	u->heard = u->audio = TICK_LONG_AGO;
	u->timer = expiry_none();
	return u;
}

void uplink_turn(struct uplink *u)
{
	u->has_address = false;
	for (uint32_t i = 1; i <= CONF_TARGETS_MAX && !u->has_address; i++) {
		uint32_t next = (u->turn + i) % CONF_TARGETS_MAX;
		if (u->target[next].port == 0)
			continue;
		u->turn = next;
		u->at.to = u->target[next];
		u->has_address = true;
	}
}

struct uplink *uplink_at(const struct uplinks *t, uint32_t index)
{
	return pool_at(&t->pool, index);
}
