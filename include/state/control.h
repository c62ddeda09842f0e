/*
 * Bridge control: what was said about one stream on one link. Key: (peer, stream id, talkgroup as
 * seen on that link). A neighbour that has a call already asks us to be quiet about it, and we ask
 * others. Written by core/arrive and core/relay alone.
 *
 * Capacity: CONTROLS_PER_PEER for each peer, in a ring of its own. Full: the peer's oldest is
 * replaced.
 */
#ifndef STATE_CONTROL_H
#define STATE_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/tick.h"

#define CONTROLS_PER_PEER 128u
#define CONTROL_KEEP_MS (180 * TICK_SECOND) /* a quench, after the last frame it held back */
#define CONTROL_CAP_MS (200 * TICK_SECOND)  /* and at most so long */

struct control {
	uint64_t key;
	bool live;
	bool held;      /* the neighbour asked us not to send it */
	bool probing;   /* and a probe of ours is unanswered */
	tick_t since;   /* of its latest quench */
	tick_t touched; /* last frame of the stream that was held back */
	tick_t probed;  /* last probe, or the first quench */
	tick_t told;    /* when we asked the neighbour not to send it */
};

struct controls {
	struct control *rows; /* CONTROLS_PER_PEER of the first peer, and so on */
	uint8_t *next;        /* of each peer's ring */
	struct hash by_key;
};

void controls_open(struct controls *t, struct arena *arena, uint32_t peers, uint64_t secret);

struct control *control_find(const struct controls *t, uint32_t peer, uint32_t stream, uint32_t tg);

/* The row of this key, made when there is none. */
struct control *control_make(struct controls *t, uint32_t peer, uint32_t stream, uint32_t tg);

/* Forgets all that was said on one link. */
void controls_forget(struct controls *t, uint32_t peer);

/* Does the neighbour's wish still count? */
bool control_holds(const struct control *c, tick_t now);

#endif
