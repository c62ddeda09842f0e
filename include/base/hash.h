/*
 * A map of fixed capacity from a 64-bit key to a row index. Open addressing with linear probing
 * over at most half-full slots; removal shifts back, so there are no tombstones. Keys are mixed
 * with a secret, so strangers cannot choose chains. Use the functions, not the fields. Full:
 * hash_put refuses.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define HASH_NOT_FOUND UINT32_MAX

struct hash_slot {
	uint64_t key;
	uint32_t taken; /* value + 1; 0 = empty, so zeroed memory is a ready map and its pages stay
	                   untouched */
};

struct hash {
	struct hash_slot *slots;
	uint32_t mask;
	uint32_t count;
	uint32_t capacity;
	uint64_t secret;
};

/* Cuts a map for up to `capacity` keys from the arena. */
void hash_open(struct hash *h, struct arena *arena, const char *name, uint32_t capacity,
               uint64_t secret);

/* Likewise to state/pool.h: takes what was fixed when `fresh`, of the same size, was opened. */
void hash_attach(struct hash *h, const struct hash *fresh);

/* Forgets all keys. */
void hash_clear(struct hash *h);

/* HASH_NOT_FOUND when absent. */
uint32_t hash_get(const struct hash *h, uint64_t key);

/* The key of that value, found by looking at all slots: for repairs only. False if there is none.
 */
bool hash_key_of(const struct hash *h, uint32_t value, uint64_t *key);

/* Adds the key or replaces its value (below HASH_NOT_FOUND). False when the key is new and the map
 * is full. */
bool hash_put(struct hash *h, uint64_t key, uint32_t value);

/* False when absent. */
bool hash_remove(struct hash *h, uint64_t key);

#endif
