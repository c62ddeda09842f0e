/*
 * What was decided about clients and radios, for the people who ask why: who was let in, carried,
 * refused, and by which rule. A ring; the oldest is replaced. One that comes again while it is
 * among the last ones is counted, so a flood of one kind does not push out the others. Written by
 * core/why alone.
 */
#ifndef STATE_DECISION_H
#define STATE_DECISION_H

#include <stdint.h>

#include "base/arena.h"
#include "base/tick.h"

#define DECISIONS 4096u
#define DECISIONS_LAST 8u /* of them a repetition is looked for */

struct decision {
	tick_t at;         /* the last time */
	uint32_t client;   /* 0 = about none */
	uint32_t radio;    /* likewise */
	uint8_t slot;      /* 0 = about none */
	uint32_t tg;       /* what was called, or heard as; 0 = about none */
	const char *words; /* constant text */
	uint32_t number;   /* said behind it; 0 = nothing */
	tick_t left;       /* how long it was to last; 0 = not said */
	uint32_t times;
};

struct decisions {
	struct decision *rows;
	uint64_t count; /* ever */
};

void decisions_open(struct decisions *t, struct arena *arena);

/* `at` and all the rest but `times` are the caller's. */
void decision_note(struct decisions *t, const struct decision *d);

/* The one noted `ago` before the newest (0); NULL when it is no longer there. */
const struct decision *decision_at(const struct decisions *t, uint32_t ago);

#endif
