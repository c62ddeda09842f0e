/*
 * Statistics: who talked how much, where and how well, by hour for 8 days and by day for 400, and
 * the last calls heard. Built from records, in memory allocated at startup.
 *
 * Each period keeps the busiest talkgroups, clients, radios and links, and the sum of the rest
 * (report/history/history_table.h). A call counts in the UTC hour and day in which it ended; data
 * is not counted as calls. Refusals are calls that were never carried, refused logins and refused
 * bursts of links. Whatever happens before the clock is set counts in the hour in which it is set.
 *
 * With a file it survives restarts: report/history/history_file.h.
 *
 * Opaque, on the heap. Time comes from records and the given clock.
 */
#ifndef REPORT_HISTORY_H
#define REPORT_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/settings.h"
#include "report/model/clock.h"
#include "report/history/history_types.h"
#include "wire/record.h"

struct history;

/* Its size with this configuration, in octets, with the answers that are kept. */
size_t history_size(const struct conf_report *conf);

/* Reads the file if there is one. NULL: out of memory. */
struct history *history_open(const struct conf *conf, const struct clock *clock);

/* Writes what has changed. */
void history_close(struct history *h, const struct clock *clock);

void history_take(struct history *h, const struct record *r, const struct clock *clock);

/* Writes the file when due; and the time when it is due. */
void history_serve(struct history *h, const struct clock *clock);
tick_t history_next(const struct history *h);

/* The nth newest call, 0 = the newest, with CHANGE_END; false if there is none. Names are left
 * blank. */
bool history_heard(const struct history *h, uint32_t nth, const struct clock *clock,
                   struct record *out);

/*
 * Answers are kept, because they are read in pieces. Returns the serial number of one; 0: out of
 * memory. history_view returns NULL if too many later queries have displaced it.
 */
uint64_t history_ask(struct history *h, const struct history_question *q);
const struct history_view *history_view(const struct history *h, uint64_t serial);

/* The ID of a link by its name, 0 = none; and its name by ID, "" = none. */
uint32_t history_link_find(const struct history *h, const char *name);
const char *history_link_name(const struct history *h, uint32_t id);

/* The nth of the HISTORY_BUSIEST busiest talkgroups since the start; false if there are no more. */
bool history_busiest(struct history *h, uint32_t nth, struct history_row *out);

#define HISTORY_ACTIVITY 24u

/* Airtime of a talkgroup in each of the last hours, in ms, the current one last. */
void history_activity(const struct history *h, uint32_t talkgroup, int64_t now_ms,
                      uint64_t out[static HISTORY_ACTIVITY]);

/* The state of the file; `kept` is false if there is none. */
struct history_health {
	bool kept;
	tick_t written; /* the last time, or when it was read at startup */
	uint64_t writes_total, failures_total;
};
struct history_health history_health(const struct history *h);

#endif
