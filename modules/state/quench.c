#include "state/quench.h"

static uint64_t quench_key(uint32_t peer, uint32_t stream, uint32_t tg)
{
	return (uint64_t)stream << 32 | (uint64_t)tg << 8 | peer;
}

void quenches_open(struct quenches *t, struct arena *arena, uint32_t peers, uint64_t secret)
{
	uint32_t rows = peers * QUENCHES_PER_PEER;

	t->rows = arena_cut(arena, "quenches", rows, sizeof(struct quench));
	t->next = arena_cut(arena, "quenches by peer", peers, sizeof(uint8_t));
	hash_open(&t->by_key, arena, "quenches by stream", rows, secret);
}

struct quench *quench_find(const struct quenches *t, uint32_t peer, uint32_t stream, uint32_t tg)
{
	uint32_t index = hash_get(&t->by_key, quench_key(peer, stream, tg));
	return index == HASH_NOT_FOUND ? NULL : &t->rows[index];
}

struct quench *quench_make(struct quenches *t, uint32_t peer, uint32_t stream, uint32_t tg)
{
	uint64_t key = quench_key(peer, stream, tg);
	uint32_t index = hash_get(&t->by_key, key);

	if (index != HASH_NOT_FOUND)
		return &t->rows[index];
	index = peer * QUENCHES_PER_PEER + t->next[peer];
	t->next[peer] = (uint8_t)((t->next[peer] + 1) % QUENCHES_PER_PEER);
	struct quench *c = &t->rows[index];
	if (c->live)
		hash_remove(&t->by_key, c->key);
	*c = (struct quench){.key = key,
	                     .live = true,
	                     .since = TICK_LONG_AGO,
	                     .brought = TICK_LONG_AGO,
	                     .touched = TICK_LONG_AGO,
	                     .probed = TICK_LONG_AGO,
	                     .told = TICK_LONG_AGO};
	hash_put(&t->by_key, c->key, index);
	return c;
}

void quench_restore(struct quenches *t, uint32_t peer, const struct quench *from)
{
	uint32_t stream = (uint32_t)(from->key >> 32), tg = (uint32_t)(from->key >> 8) & 0xffffff;
	struct quench *c = quench_make(t, peer, stream, tg);
	uint64_t key = c->key;

	*c = *from;
	c->key = key;
}

void quenches_forget(struct quenches *t, uint32_t peer)
{
	struct quench *rows = &t->rows[(size_t)peer * QUENCHES_PER_PEER];

	for (uint32_t i = 0; i < QUENCHES_PER_PEER; i++) {
		if (rows[i].live)
			hash_remove(&t->by_key, rows[i].key);
		rows[i].live = false;
	}
	t->next[peer] = 0;
}

const struct quench *quench_at(const struct quenches *t, uint32_t peer, uint32_t nth)
{
	const struct quench *c = &t->rows[(size_t)peer * QUENCHES_PER_PEER + nth];

	return c->live ? c : NULL;
}

uint32_t quench_stream(const struct quench *c)
{
	return (uint32_t)(c->key >> 32);
}

uint32_t quench_tg(const struct quench *c)
{
	return (uint32_t)(c->key >> 8) & 0xffffff;
}

tick_t quench_until(const struct quench *c)
{
	tick_t keep = c->touched + QUENCH_KEEP_MS, cap = c->since + QUENCH_CAP_MS;

	return keep < cap ? keep : cap;
}

bool quench_holds(const struct quench *c, tick_t now)
{
	return c->held && now < quench_until(c);
}
