/*
 * Recent decisions about clients and radios, for the command `why`: admitted, carried or refused,
 * and by which rule. A ring; the oldest is replaced. A decision repeated while it is among the last
 * ones is counted, so a flood of one kind does not push out the others. Written by core/decision
 * alone.
 */
#ifndef STATE_DECISION_H
#define STATE_DECISION_H

#include <stdint.h>

#include "base/arena.h"
#include "base/tick.h"
#include "wire/source.h"

#define DECISIONS 4096u
#define DECISIONS_LAST 8u /* last rows searched for a repetition */

struct decision {
	tick_t at;         /* the last time */
	struct source who; /* client 0 = none */
	uint32_t radio;    /* 0 = none */
	uint8_t slot;      /* 0 = none */
	uint32_t tg;       /* called, or heard as; 0 = none */
	const char *words; /* constant text */
	uint32_t number;   /* appended to the text; 0 = nothing */
	tick_t left;       /* its duration; 0 = not given */
	uint32_t times;
};

struct decisions {
	struct decision *rows;
	uint64_t count; /* ever */
};

void decisions_open(struct decisions *t, struct arena *arena);

/* The caller sets all but `times`. */
void decision_add(struct decisions *t, const struct decision *d);

/* Adds one unchanged. */
void decision_restore(struct decisions *t, const struct decision *d);

/* The one `ago` rows before the newest (0); NULL if it was replaced. */
const struct decision *decision_at(const struct decisions *t, uint32_t ago);

#endif
