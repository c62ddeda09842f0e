#include "base/hash.h"

void hash_open(struct hash *h, struct arena *arena, const char *name, uint32_t capacity,
               uint64_t secret)
{
	size_t slots = 1;

	while (slots < 2 * (size_t)capacity)
		slots *= 2;
	*h = (struct hash){
		.slots = arena_cut(arena, name, slots, sizeof(struct hash_slot)),
		.mask = (uint32_t)(slots - 1),
		.capacity = capacity,
		.secret = secret,
	};
}

void hash_clear(struct hash *h)
{
	for (uint32_t i = 0; i <= h->mask; i++)
		if (h->slots[i].taken)
			h->slots[i].taken = 0;
	h->count = 0;
}

void hash_attach(struct hash *h, const struct hash *fresh)
{
	h->slots = fresh->slots;
	h->mask = fresh->mask;
	h->capacity = fresh->capacity;
}

/*
 * A key's home slot. Two multiplications, the second by a secret number, carry every bit of the key
 * upwards, so the slot is taken from the top bits, scaled to the number of slots.
 */
static uint32_t home(const struct hash *h, uint64_t key)
{
	uint64_t x = key * 0x9e3779b97f4a7c15; /* 2^64 / golden ratio */

	x = (x ^ x >> 32) * ((h->secret ^ 0xbf58476d1ce4e5b8) | 1);
	return (uint32_t)((x >> 32) * ((uint64_t)h->mask + 1) >> 32);
}

/* The slot that holds the key, or the empty slot that ends its chain (at least half are empty). */
static uint32_t find(const struct hash *h, uint64_t key)
{
	uint32_t i = home(h, key);

	while (h->slots[i].taken && h->slots[i].key != key)
		i = (i + 1) & h->mask;
	return i;
}

uint32_t hash_get(const struct hash *h, uint64_t key)
{
	return h->slots[find(h, key)].taken - 1; /* an empty slot gives HASH_NOT_FOUND */
}

bool hash_key_of(const struct hash *h, uint32_t value, uint64_t *key)
{
	for (uint32_t i = 0; i <= h->mask; i++)
		if (h->slots[i].taken == value + 1) {
			*key = h->slots[i].key;
			return true;
		}
	return false;
}

bool hash_put(struct hash *h, uint64_t key, uint32_t value)
{
	struct hash_slot *slot = &h->slots[find(h, key)];

	if (!slot->taken) {
		if (h->count == h->capacity)
			return false;
		h->count++;
	}
	*slot = (struct hash_slot){.key = key, .taken = value + 1};
	return true;
}

/*
 * The keys after a removed one move into the gap unless their home lies past it: the distance from
 * home to the current slot must reach back at least to the gap.
 */
bool hash_remove(struct hash *h, uint64_t key)
{
	uint32_t gap = find(h, key);

	if (!h->slots[gap].taken)
		return false;
	for (uint32_t i = (gap + 1) & h->mask; h->slots[i].taken; i = (i + 1) & h->mask) {
		uint32_t from_home = (i - home(h, h->slots[i].key)) & h->mask;
		uint32_t from_gap = (i - gap) & h->mask;
		if (from_home >= from_gap) {
			h->slots[gap] = h->slots[i];
			gap = i;
		}
	}
	h->slots[gap].taken = 0;
	h->count--;
	return true;
}
