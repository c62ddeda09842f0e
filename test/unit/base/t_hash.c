#include "base/hash.h"

#include <string.h>

#include "base/util.h"
#include "harness/t.h"

#define KEYS 96 /* the universe of the naive map */

static struct arena arena;

static struct hash open_hash(uint32_t capacity, uint64_t secret)
{
	struct hash h = {0};

	arena_release(&arena);
	if (arena_claim(&arena, 1 << 22))
		hash_open(&h, &arena, "hash", capacity, secret);
	return h;
}

static uint32_t step(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

T_CASE(what_is_put_is_found_until_removed)
{
	struct hash h = open_hash(4, 1);

	T_EQUAL(hash_get(&h, 5), HASH_NOT_FOUND);
	T_CHECK(!hash_remove(&h, 5));
	T_CHECK(hash_put(&h, 5, 50) && hash_put(&h, 0, 0) &&
	        hash_put(&h, UINT64_MAX, UINT32_MAX - 1));
	T_EQUAL(hash_get(&h, 5), 50);
	T_EQUAL(hash_get(&h, 0), 0);
	T_EQUAL(hash_get(&h, UINT64_MAX), UINT32_MAX - 1);
	T_CHECK(hash_put(&h, 5, 51));
	T_EQUAL(h.count, 3);
	T_EQUAL(hash_get(&h, 5), 51);
	T_CHECK(hash_remove(&h, 5) && !hash_remove(&h, 5));
	T_EQUAL(hash_get(&h, 5), HASH_NOT_FOUND);
	T_EQUAL(hash_get(&h, 0), 0);
	T_EQUAL(h.count, 2);
}

T_CASE(a_full_map_refuses_new_keys_and_replaces_old_ones)
{
	for (uint32_t capacity = 0; capacity <= 33; capacity++) {
		struct hash h = open_hash(capacity, capacity);
		for (uint32_t k = 0; k < capacity; k++)
			T_CHECK(hash_put(&h, k, k));
		T_CHECK(!hash_put(&h, capacity, 1));
		T_EQUAL(hash_get(&h, capacity), HASH_NOT_FOUND);
		T_EQUAL(h.count, capacity);
		for (uint32_t k = 0; k < capacity; k++) {
			T_CHECK(hash_put(&h, k, k + 100));
			T_EQUAL(hash_get(&h, k), k + 100);
		}
		if (capacity > 0) {
			T_CHECK(hash_remove(&h, 0));
			T_CHECK(hash_put(&h, capacity, 1));
		}
		T_CHECK(2 * capacity <= h.mask + 1);
	}
}

/* Thousands of random operations in a map so small that chains meet, wrap and shift. */
static void compare_with_naive(uint32_t capacity, uint64_t secret)
{
	struct hash h = open_hash(capacity, secret);
	uint32_t naive[KEYS], count = 0, seed = (uint32_t)secret + capacity;

	memset(naive, 0xff, sizeof(naive));
	for (uint32_t n = 0; n < 4000; n++) {
		uint32_t k = step(&seed) % KEYS;
		bool there = naive[k] != HASH_NOT_FOUND;
		if (step(&seed) % 2) {
			bool room = there || count < capacity;
			T_EQUAL(hash_put(&h, k, n), room);
			count += room && !there;
			if (room)
				naive[k] = n;
		} else {
			T_EQUAL(hash_remove(&h, k), there);
			count -= there;
			naive[k] = HASH_NOT_FOUND;
		}
		T_EQUAL(h.count, count);
		for (uint32_t i = 0; i < KEYS; i++)
			T_EQUAL(hash_get(&h, i), naive[i]);
	}
}

T_CASE(it_agrees_with_a_naive_map)
{
	static const uint32_t capacities[] = {1, 2, 5, 16, 40, KEYS};

	for (size_t i = 0; i < ARRAY_LEN(capacities) && !t_failed(); i++)
		for (uint64_t secret = 0; secret < 2 && !t_failed(); secret++)
			compare_with_naive(capacities[i], secret * 0x123456789abcdef1);
}

/* Keys as they occur: neighbours, fields in the upper half, steps of powers of two. */
T_CASE(regular_keys_do_not_make_long_chains)
{
	static const unsigned int shifts[] = {0, 1, 8, 24, 32, 40, 48};
	static const uint64_t secrets[] = {0, 1, 0x40a7b892e31b1a47, UINT64_MAX};

	for (size_t s = 0; s < ARRAY_LEN(shifts); s++) {
		for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
			struct hash h = open_hash(4096, secrets[i]);
			uint32_t run = 0;
			for (uint64_t k = 0; k < 4096; k++)
				T_CHECK(hash_put(&h, k << shifts[s], 1));
			for (uint32_t at = 0; at <= h.mask; at++) {
				run = h.slots[at].taken ? run + 1 : 0;
				T_CHECK(run < 128);
			}
		}
	}
}

T_CASE(the_secret_decides_the_order)
{
	struct hash h = open_hash(64, 1);
	uint32_t first[128];
	uint32_t differ = 0;

	for (uint32_t k = 0; k < 64; k++)
		hash_put(&h, k, k);
	for (uint32_t i = 0; i < 128; i++)
		first[i] = h.slots[i].taken;
	h = open_hash(64, 2);
	for (uint32_t k = 0; k < 64; k++)
		hash_put(&h, k, k);
	for (uint32_t i = 0; i < 128; i++)
		differ += h.slots[i].taken != first[i];
	T_CHECK(differ > 32);
}

T_CASE(opening_in_a_measuring_arena_counts_only)
{
	struct arena measure;
	struct hash h;

	arena_measure(&measure);
	hash_open(&h, &measure, "hash", 1000, 1);
	T_EQUAL(measure.used, 2048 * sizeof(struct hash_slot));
	T_CHECK(h.slots == NULL);
	arena_release(&arena);
}

T_MAIN()
