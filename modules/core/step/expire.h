/*
 * The timers of rows: one heap of hints for all kinds (base/expiry.h), run by the table of kinds.
 */
#ifndef CORE_EXPIRE_H
#define CORE_EXPIRE_H

#include "core/step/kind.h"

/* Allocates the heap of timers, with room for every row of every kind. */
void expire_open(struct core *core, struct arena *arena);

/* Sets the row's deadline. */
void expire_at(struct core *core, enum kind kind, void *row, tick_t deadline);

/* Rebuilds the heap from the rows: it was full of stale entries or cannot be trusted. */
void expire_rebuild(struct core *core);

/* Handles the next due timer; false if none is due. */
bool expire_next(struct step *step);

#endif
