/*
 * Timers. One heap of hints serves every table.
 *
 * The row is authoritative; the heap only says when to look. A row embeds a `struct expiry` with
 * two times: `deadline`, when it really runs out (TICK_NEVER = not at all), and `hint`, the time of
 * its one valid heap entry. To postpone or cancel, only `deadline` changes and the heap is left
 * alone: a voice frame or a ping costs one store. Only a deadline earlier than the hint pushes a
 * new entry; the old one becomes a leftover, discarded when it comes up.
 *
 * expiry_pop yields entries whose hint has come. The owner looks the row up by (kind, handle) and
 * asks expiry_due: stale handle or other hint, forget; deadline later, it is pushed again; due,
 * act. So rows are due in the order of their deadlines, equal ones in that of kind and index,
 * whatever the heap has been through: the same rows give the same order after a rebuild, and in the
 * process that takes them over. When the heap is full of leftovers the owner rebuilds it from the
 * rows (expiry_clear, then expiry_put_back for each row), which always fits, because the capacity
 * is at least twice the number of rows.
 */
#ifndef BASE_EXPIRY_H
#define BASE_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/handle.h"
#include "base/tick.h"

struct expiry {
	tick_t deadline;
	tick_t hint;
};

struct expiry_entry {
	tick_t at;
	uint32_t kind; /* the owner's table number */
	struct handle row;
};

struct expiry_heap {
	struct expiry_entry *entries;
	uint32_t count;
	uint32_t capacity;
	uint32_t high_water;
	uint64_t rebuilds_total;
};

/* Cuts a heap for `rows` rows: twice as many entries. */
void expiry_open(struct expiry_heap *h, struct arena *arena, uint32_t rows);

/* A row that never expires and has no entry. */
struct expiry expiry_none(void);

/* Gives the row an entry at its deadline. False when full: then an old entry stays the valid one.
 */
bool expiry_push(struct expiry_heap *h, struct expiry *x, uint32_t kind, struct handle row);

/*
 * Sets when the row expires. Later or never: only the row changes. Earlier than its hint: pushes.
 * False if it had to push and the heap is full: rebuild, after which it is in effect.
 */
static inline bool expiry_set(struct expiry_heap *h, struct expiry *x, uint32_t kind,
                              struct handle row, tick_t deadline)
{
	x->deadline = deadline;
	return deadline >= x->hint || expiry_push(h, x, kind, row);
}

/* Takes the first entry whose time is <= now. False when there is none. */
bool expiry_pop(struct expiry_heap *h, tick_t now, struct expiry_entry *out);

/*
 * Called right after expiry_pop, for a row the owner found alive: true when the row is due. False
 * when the entry is a leftover, the row was cancelled, or it was postponed (then it is pushed again
 * into the room the popped entry left).
 */
bool expiry_due(struct expiry_heap *h, struct expiry *x, const struct expiry_entry *e);

/* Time of the first entry, TICK_NEVER when empty. It may be a leftover: waking early is harmless.
 */
tick_t expiry_next(const struct expiry_heap *h);

/* First step of a rebuild: discards all entries and counts the rebuild. */
void expiry_clear(struct expiry_heap *h);

/*
 * Second step, for every live row: its entry is gone whatever `hint` says, so it gets a new one at
 * its deadline, or none if that is TICK_NEVER. False when full: more rows than the heap was sized
 * for.
 */
bool expiry_put_back(struct expiry_heap *h, struct expiry *x, uint32_t kind, struct handle row);

#endif
