/*
 * Quenches: the state of one stream on one link. Key: (peer, stream id, talkgroup as seen on that
 * link). A neighbour that already has a call asks us not to send it, or shows it by sending the
 * call itself; we do the same. Written by core/arrive and core/relay alone.
 *
 * Capacity: QUENCHES_PER_PEER for each peer, in a ring of its own. Full: the peer's oldest is
 * replaced.
 */
#ifndef STATE_QUENCH_H
#define STATE_QUENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/tick.h"

#define QUENCHES_PER_PEER 128u
#define QUENCH_KEEP_MS (180 * TICK_SECOND) /* lifetime after the last frame held back */
#define QUENCH_CAP_MS (200 * TICK_SECOND)  /* and at most this long */

struct quench {
	uint64_t key;
	bool live;
	bool held;      /* the neighbour has the call: it asked us not to send it, or sent it */
	bool asked;     /* it asked */
	bool probing;   /* a probe of ours is unanswered */
	tick_t since;   /* time of its latest quench or copy */
	tick_t brought; /* time of its latest copy */
	tick_t touched; /* last frame held back */
	tick_t probed;  /* last probe, or the first quench, or its latest copy */
	tick_t told;    /* when we quenched the neighbour */
	uint64_t copy;  /* claim key of the call it sent: another one may have that stream ID too */
};

struct quenches {
	struct quench *rows; /* QUENCHES_PER_PEER of the first peer, and so on */
	uint8_t *next;       /* of each peer's ring */
	struct hash by_key;
};

void quenches_open(struct quenches *t, struct arena *arena, uint32_t peers, uint64_t secret);

struct quench *quench_find(const struct quenches *t, uint32_t peer, uint32_t stream, uint32_t tg);

/* The row of this key, existing or new. */
struct quench *quench_make(struct quenches *t, uint32_t peer, uint32_t stream, uint32_t tg);

/* One from another table, for the peer at this index. */
void quench_restore(struct quenches *t, uint32_t peer, const struct quench *from);

/* Forgets all quenches on one link. */
void quenches_forget(struct quenches *t, uint32_t peer);

/* The `nth` row of a peer, NULL if unused, and the parts of its key. */
const struct quench *quench_at(const struct quenches *t, uint32_t peer, uint32_t nth);
uint32_t quench_stream(const struct quench *c);
uint32_t quench_tg(const struct quench *c);

/* When the neighbour's quench expires without another quench or frame. */
tick_t quench_until(const struct quench *c);

/* Is the neighbour's quench still valid? */
bool quench_holds(const struct quench *c, tick_t now);

#endif
