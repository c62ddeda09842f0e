/*
 * /metrics: all counters and gauges, for Prometheus. Names begin with freedmr_; a table is a label,
 * and so are listeners, reasons and the 20 busiest talkgroups; nothing that grows with the number
 * of clients or talkgroups is one.
 */
#ifndef REPORT_METRICS_H
#define REPORT_METRICS_H

#include "base/text.h"
#include "report/model/clock.h"
#include "report/event/sources.h"
#include "report/model/row_cursor.h"

/* Adds the next piece, less than VIEW_LINE_MAX octets; false when it was the last. */
bool metrics_next(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                  struct text *t);

#endif
