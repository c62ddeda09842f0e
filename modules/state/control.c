#include "state/control.h"

static uint64_t control_key(uint32_t peer, uint32_t stream, uint32_t tg)
{
	return (uint64_t)stream << 32 | (uint64_t)tg << 8 | peer;
}

void controls_open(struct controls *t, struct arena *arena, uint32_t peers, uint64_t secret)
{
	uint32_t rows = peers * CONTROLS_PER_PEER;

	t->rows = arena_cut(arena, "quenches", rows, sizeof(struct control));
	t->next = arena_cut(arena, "quenches by peer", peers, sizeof(uint8_t));
	hash_open(&t->by_key, arena, "quenches by stream", rows, secret);
}

struct control *control_find(const struct controls *t, uint32_t peer, uint32_t stream, uint32_t tg)
{
	uint32_t index = hash_get(&t->by_key, control_key(peer, stream, tg));
	return index == HASH_NOT_FOUND ? NULL : &t->rows[index];
}

struct control *control_make(struct controls *t, uint32_t peer, uint32_t stream, uint32_t tg)
{
	uint64_t key = control_key(peer, stream, tg);
	uint32_t index = hash_get(&t->by_key, key);

	if (index != HASH_NOT_FOUND)
		return &t->rows[index];
	index = peer * CONTROLS_PER_PEER + t->next[peer];
	t->next[peer] = (uint8_t)((t->next[peer] + 1) % CONTROLS_PER_PEER);
	struct control *c = &t->rows[index];
	if (c->live)
		hash_remove(&t->by_key, c->key);
	*c = (struct control){.key = key,
	                      .live = true,
	                      .since = TICK_LONG_AGO,
	                      .touched = TICK_LONG_AGO,
	                      .probed = TICK_LONG_AGO,
	                      .told = TICK_LONG_AGO};
	hash_put(&t->by_key, c->key, index);
	return c;
}

void controls_forget(struct controls *t, uint32_t peer)
{
	struct control *rows = &t->rows[(size_t)peer * CONTROLS_PER_PEER];

	for (uint32_t i = 0; i < CONTROLS_PER_PEER; i++) {
		if (rows[i].live)
			hash_remove(&t->by_key, rows[i].key);
		rows[i].live = false;
	}
	t->next[peer] = 0;
}

bool control_holds(const struct control *c, tick_t now)
{
	return c->held && now - c->touched < CONTROL_KEEP_MS && now - c->since < CONTROL_CAP_MS;
}
