/*
 * /metrics: everything that is counted anywhere, for Prometheus. Names begin with freedmr_; a table
 * is a label, and nothing that grows with the number of clients or talkgroups is one.
 */
#ifndef REPORT_METRICS_H
#define REPORT_METRICS_H

#include "base/text.h"
#include "report/clock.h"
#include "report/sources.h"
#include "report/telling.h"

/* Adds the next piece, less than VIEW_LINE_MAX octets; false when it was the last. */
bool metrics_next(struct telling *at, const struct sources *s, const struct clock *clock,
                  struct text *t);

#endif
