/*
 * Announcements: one row for each [announcement] section, at its place there. A round begins on a
 * schedule that counts from the start of the server and walks the table of sessions. Written by
 * core/announce alone.
 *
 * Capacity: that of the configuration; it cannot be full.
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
	tick_t round;         /* when the round began, or the next one does */
	uint32_t at;          /* session told last in this round */
};

struct announcements {
	struct pool pool;
};

void announcements_open(struct announcements *t, struct arena *arena, uint32_t capacity);
struct announcement *announcement_get(const struct announcements *t, struct handle h);

#endif
