/*
 * Where a radio was last heard: radio id -> client and slot. Private calls and data find their way
 * by it. Written by core/route, and by core/restore.
 *
 * Capacity: [limits] locations. Full: the one that was learned first is replaced.
 */
#ifndef STATE_LOCATION_H
#define STATE_LOCATION_H

#include <stdint.h>

#include "base/arena.h"
#include "base/handle.h"
#include "base/hash.h"
#include "base/tick.h"

struct location {
	uint32_t radio;
	uint32_t client; /* its session may have ended since */
	uint8_t slot;
	tick_t at;
};

struct locations {
	struct location *rows;
	struct hash by_radio;
	uint32_t capacity;
	uint32_t used;
	uint32_t next; /* the one to be replaced when full */
};

void locations_open(struct locations *t, struct arena *arena, uint32_t capacity, uint64_t secret);

/* NULL when it was never heard. */
const struct location *location_find(const struct locations *t, uint32_t radio);
void location_learn(struct locations *t, uint32_t radio, uint32_t client, uint8_t slot, tick_t now);

#endif
