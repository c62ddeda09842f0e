/*
 * Announcements: one row for each [announcement] section, at its index. A reload adds and removes
 * them. A round starts on a schedule counted from the start of the server, or from the reload that
 * brought it, and walks the session table. Written by core/announce alone.
 *
 * Capacity: one row per possible section; it cannot be full.
 */
#ifndef STATE_ANNOUNCEMENT_H
#define STATE_ANNOUNCEMENT_H

#include "base/arena.h"
#include "base/expiry.h"
#include "base/tick.h"
#include "state/pool.h"

struct announcement {
	struct pool_row row;
	struct expiry expiry; /* next turn of the round, or next round */
	tick_t round;         /* start of the current or next round */
	uint32_t at;          /* last session handled in this round */
};

struct announcements {
	struct pool pool;
};

void announcements_open(struct announcements *t, struct arena *arena, uint32_t capacity);

#endif
