/* Private to report/history: what history_file reads and writes. */
#ifndef REPORT_HISTORY_INSIDE_H
#define REPORT_HISTORY_INSIDE_H

#include "conf/settings.h"
#include "report/history/history_types.h"
#include "wire/record.h"

#define HISTORY_LINKS_MAX 512u

enum history_span { HISTORY_BY_HOUR, HISTORY_BY_DAY, HISTORY_SPANS };

/* The periods of one length and one kind; finished ones are at their number modulo `periods`. */
struct history_calendar {
	uint32_t periods;
	struct history_open open;
	struct history_closed *closed;
	struct history_row *row; /* `top` of each */
};

/* A call that was heard. Times are ticks, or since the epoch if read from the file. */
struct history_call {
	bool dated;
	enum cause cause;
	int64_t ended, started;
	struct source origin;
	uint32_t stream, generation, src, dst, conference;
	uint32_t frames, lost, late, duplicate, ber_errors, listeners, server, repeater, delay_ms;
	uint8_t slot, state, rssi, hops;
	bool unit, data;
	char peer[32], talker[56],
		position[24]; /* the position is only for current viewers: not in the file */
};

struct history_link {
	char name[32];
	bool known;
	uint64_t refused; /* as last reported */
};

struct history {
	char path[CONF_PATH_MAX]; /* "" = memory only */
	uint32_t server;
	uint32_t top, heard_max;
	struct history_calendar *calendar[HISTORY_SPANS][HISTORY_KINDS];
	struct history_open *ever; /* talkgroups, since the start */
	struct history_call *heard;
	uint64_t heard_total;
	uint32_t link_count;
	struct history_link link[HISTORY_LINKS_MAX]; /* by id - 1 */
	struct history_view view[HISTORY_VIEWS];
	uint64_t serial;
	struct history_row busiest[HISTORY_BUSIEST];
	uint32_t busiest_count;

	bool dirty, failed;
	tick_t written; /* or tried */
	tick_t saved;   /* written, or read at startup */
	uint64_t writes_total, failures_total;
};

/* An empty history, without reading the file. NULL: out of memory. */
struct history *history_make(const struct conf *conf);
void history_empty(struct history *h);
void history_free(struct history *h);

/* The place of a finished period, and its rows. */
static inline uint32_t history_slot(const struct history_calendar *c, int64_t number)
{
	return (uint32_t)(number % c->periods);
}

static inline struct history_row *history_rows(const struct history *h,
                                               const struct history_calendar *c, uint32_t slot)
{
	return c->row + (size_t)slot * h->top;
}

/* The ID of a link, allocated if necessary; 0: no room. */
uint32_t history_link_make(struct history *h, const char *name);

/* Appends a call; the oldest one is dropped. */
void history_heard_put(struct history *h, const struct history_call *call);

#endif
