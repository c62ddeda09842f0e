#include "state/claim.h"

#include "state/stream.h"

void claims_open(struct claims *t, struct arena *arena, uint32_t capacity, uint64_t secret)
{
	*t = (struct claims){.capacity = capacity};
	t->rows = arena_cut(arena, "claims", capacity, sizeof(struct claim));
	hash_open(&t->by_key, arena, "claims by stream", capacity, secret);
}

struct claim *claim_find(const struct claims *t, uint64_t key, tick_t now)
{
	uint32_t index = hash_get(&t->by_key, key);

	if (index == HASH_NOT_FOUND || now - t->rows[index].seen >= CLAIM_KEEP_MS)
		return NULL;
	return &t->rows[index];
}

bool claim_is_over(const struct claim *c, tick_t now)
{
	bool from_uplink = c->origin >= ORIGIN_UPLINK && c->origin < ORIGIN_PEER;

	return c->ended && (!from_uplink || now - c->last < CLAIM_SILENCE_MS);
}

bool claim_outranks(const struct claim *c, uint32_t origin, tick_t now)
{
	bool over = claim_is_over(c, now);
	bool said_by_ours = over && c->origin < ORIGIN_UPLINK;

	return c->origin != origin &&
	       (said_by_ours || now - (over ? c->seen : c->last) < CLAIM_SILENCE_MS);
}

static uint32_t advance(struct claims *t)
{
	uint32_t index = t->next;

	t->next = (t->next + 1) % t->capacity;
	return index;
}

/* A row nobody uses: streams are fewer than claims, so there is one, and the search ends. */
static uint32_t free_row(struct claims *t, tick_t now)
{
	uint32_t index = advance(t);

	if (t->used < t->capacity) {
		t->used++;
		return index;
	}
	for (uint32_t i = 0; i < t->capacity && now - t->rows[index].last < CLAIM_SILENCE_MS; i++)
		index = advance(t);
	hash_remove(&t->by_key, t->rows[index].key);
	return index;
}

struct claim *claim_take(struct claims *t, uint64_t key, uint32_t origin, tick_t now)
{
	uint32_t index = hash_get(&t->by_key, key);

	if (index == HASH_NOT_FOUND) {
		index = free_row(t, now);
		hash_put(&t->by_key, key, index);
	}
	t->rows[index] = (struct claim){.key = key, .origin = origin, .last = now, .seen = now};
	return &t->rows[index];
}
