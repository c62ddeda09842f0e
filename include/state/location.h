/*
 * Where a radio is: radio ID -> origin and slot of its last call that was carried. Private calls
 * and data are routed by it. Written by core/locate, and by core/restore.
 *
 * Capacity: [limits] locations. Full: the one learned first is replaced.
 */
#ifndef STATE_LOCATION_H
#define STATE_LOCATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/handle.h"
#include "base/hash.h"
#include "base/tick.h"
#include "wire/source.h"

struct location {
	uint32_t radio;
	struct source origin; /* its session may have ended since */
	uint8_t slot;
	tick_t at;
	struct source heard; /* origin of its last call, carried or not */
	uint8_t heard_slot;
};

struct locations {
	struct location *rows;
	struct hash by_radio;
	uint32_t capacity;
	uint32_t used;
	uint32_t next; /* the next to be replaced when full */
};

void locations_open(struct locations *t, struct arena *arena, uint32_t capacity, uint64_t secret);

/* Is each row found by its radio, and nothing else? */
bool locations_sound(const struct locations *t);
/* Rebuilds the index from the rows; where several have one radio, one keeps it. */
void locations_relist(struct locations *t);

/* NULL if it was never heard. */
const struct location *location_find(const struct locations *t, uint32_t radio);
void location_learn(struct locations *t, uint32_t radio, struct source origin, uint8_t slot,
                    tick_t now);
/* A call of a radio whose location is known and does not change. */
void location_hear(struct locations *t, uint32_t radio, struct source origin, uint8_t slot);
/* Whoever was there is with nobody from now on. */
void locations_forget(struct locations *t, struct source origin);

#endif
