/*
 * The types of report/history: queries and answers.
 */
#ifndef REPORT_HISTORY_TYPES_H
#define REPORT_HISTORY_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/tick.h"
#include "report/history/history_table.h"

#define HISTORY_HOUR_MS INT64_C(3600000)
#define HISTORY_DAY_MS (24 * HISTORY_HOUR_MS)
#define HISTORY_HOURS 192u /* kept */
#define HISTORY_DAYS 400u
#define HISTORY_EVERY_MS (15 * TICK_MINUTE)         /* between two writes of the file */
#define HISTORY_CLOCK_SET_MS INT64_C(1577836800000) /* 2020: an earlier clock was never set */
#define HISTORY_BURST_BITS                                                                         \
	141u /* of a voice burst; a client reports how many of them were wrong                     \
	      */

enum history_kind {
	HISTORY_TALKGROUPS,
	HISTORY_CLIENTS,
	HISTORY_RADIOS,
	HISTORY_LINKS,
	HISTORY_KINDS,
};

const char *history_kind_name(enum history_kind kind); /* talkgroups, clients, radios, links */

#define HISTORY_VIEWS 8u    /* answers that are kept */
#define HISTORY_BUSIEST 20u /* talkgroups since the start */

/* A query: all IDs of a kind over some periods, or one ID period by period. */
struct history_question {
	enum history_kind kind;
	bool by_day;   /* days, else hours */
	int64_t first; /* number of the first hour or day */
	int64_t last;  /* ... and of the last */
	bool of_one;   /* only `id`: one row for each period that has it */
	uint32_t id;
};

/* The answer: rows, the busiest first; for a single ID by time, with the number of the period as
 * ID. */
struct history_view {
	uint64_t serial;
	struct history_question asked;
	uint32_t count;
	struct history_row *row;
	struct history_figures rest, total;
};

/* The share of lost frames and of wrong bits, in hundredths of a percent. `frames`: received. */
uint64_t history_loss(uint64_t lost, uint64_t frames);
uint64_t history_ber(uint64_t errors, uint64_t frames);

#endif
