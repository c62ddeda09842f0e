/*
 * Claims: whose copy of a call counts on the mesh. Key: (stream id, number called). The first that
 * brings a call, a client of ours or a peer, has the claim to it; copies by other ways are dropped.
 * A claim outlives its call, so that stragglers and echoes are known. Written by
 * core/arrive and core/relay alone.
 *
 * Capacity: four for each stream. Full: the oldest that nobody uses is replaced.
 */
#ifndef STATE_CLAIM_H
#define STATE_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/tick.h"

#define CLAIMS_PER_STREAM 4u
#define CLAIM_KEEP_MS (180 * TICK_SECOND) /* after its last frame by any way */
#define CLAIM_SILENCE_MS TICK_SECOND /* decision 22: the next that carries the call takes over */

struct claim {
	uint64_t key;
	uint32_t origin;    /* as in state/stream.h */
	tick_t last;        /* last frame of the origin */
	tick_t seen;        /* last frame by any way */
	bool ended;         /* by a terminator */
	uint64_t newest_ns; /* highest time stamp of the origin's frames: older ones are replayed */
};

struct claims {
	struct claim *rows;
	struct hash by_key;
	uint32_t capacity;
	uint32_t used;
	uint32_t next;
};

void claims_open(struct claims *t, struct arena *arena, uint32_t capacity, uint64_t secret);

static inline uint64_t claim_key(uint32_t stream, uint32_t number, bool unit)
{
	return (uint64_t)stream << 32 | (uint64_t)unit << 24 | number;
}

/* NULL when there is none, or it is too old to count. */
struct claim *claim_find(const struct claims *t, uint64_t key, tick_t now);

/*
 * Has who brought the call ended it? A master ends what fades on its way to it, too, so a
 * terminator from an uplink is worth as much as its silence: a second later the call may go on.
 */
bool claim_is_over(const struct claim *c, tick_t now);

/*
 * Does a copy of another origin have to give way? To who carries the call or has just ended it, and
 * to a client of ours that has ended it for as long as the claim lasts.
 */
bool claim_outranks(const struct claim *c, uint32_t origin, tick_t now);

/* The claim of this key, now of `origin`: made, or begun anew. */
struct claim *claim_take(struct claims *t, uint64_t key, uint32_t origin, tick_t now);

#endif
