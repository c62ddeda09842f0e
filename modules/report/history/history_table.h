/*
 * Private to report/history: the statistics of one kind for one hour or day, while it runs and
 * afterwards.
 *
 * A running period counts up to HISTORY_OPEN_MAX IDs exactly. When it is full, an ID without a call
 * is replaced by one with a call, so refusals, whose IDs strangers can make up, displace nobody who
 * talks; otherwise the newest is added to the rest. A finished period keeps its `top` busiest rows
 * and the sum of the others.
 */
#ifndef REPORT_HISTORY_TABLE_H
#define REPORT_HISTORY_TABLE_H

#include <stdint.h>

#define HISTORY_OPEN_MAX 2048u
#define HISTORY_UNDATED 0 /* the number of a period while the clock is not set */

struct history_figures {
	uint32_t calls;
	uint32_t refusals;
	uint32_t frames;
	uint32_t lost;
	uint32_t errors; /* wrong bits, of BURST_BITS a frame */
	uint64_t ms;     /* on the air */
};

struct history_row {
	uint32_t id;
	struct history_figures of;
};

/* A running period. Plain, on the heap. */
struct history_open {
	int64_t number; /* of the hour or day since 1970 */
	uint32_t count;
	struct history_figures rest;
	uint16_t place[2 * HISTORY_OPEN_MAX]; /* by hash of the id: the row + 1; 0 = none */
	struct history_row row[HISTORY_OPEN_MAX];
};

/* A finished period; its rows are stored separately. */
struct history_closed {
	int64_t number;
	uint32_t count;
	struct history_figures rest;
};

/* Adds figures; none of them overflows. */
void history_sum(struct history_figures *to, const struct history_figures *f);

void history_open_add(struct history_open *o, uint32_t id, const struct history_figures *f);
void history_open_clear(struct history_open *o, int64_t number);

/* The busiest rows of a running period, at most `max`. Returns their number. */
uint32_t history_open_top(const struct history_open *o, uint32_t max, struct history_row *out);

/* Sorts rows, the busiest first: by airtime, calls, refusals, then the lower ID. */
void history_rank(struct history_row *rows, uint32_t count);

/* Sorts rows by ID and merges those with the same ID. Returns how many are left. */
uint32_t history_merge(struct history_row *rows, uint32_t count);

/* Sorts rows and adds those after the first `top` to `rest`. Returns how many are left. */
uint32_t history_cut(struct history_row *rows, uint32_t count, uint32_t top,
                     struct history_figures *rest);

#endif
