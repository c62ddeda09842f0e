/*
 * Queries to the history, as text on the control socket:
 *
 *   talkgroups|clients|radios|links [day|week|all|DATE] [ID] [csv]
 *
 * day and week are the last 24 hours and 7 days, hour by hour; all is every day that is kept; DATE
 * is one UTC day. With an ID (for a link its name) the answer has its rows over time.
 */
#ifndef REPORT_HISTORY_ASK_H
#define REPORT_HISTORY_ASK_H

#include "report/history/history.h"

/* Parses one. Returns what is wrong with it, or NULL. `now_ms` is since the epoch. */
const char *history_read(const struct history *h, const char *line, int64_t now_ms,
                         struct history_question *out, bool *csv);

/* When a period begins, since the epoch. */
int64_t history_epoch_ms(const struct history_question *q, int64_t number);

#endif
