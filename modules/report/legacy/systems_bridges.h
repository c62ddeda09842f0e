/* Private to report/legacy: the BRIDGES message, each conference with its active legs. */
#ifndef REPORT_SYSTEMS_BRIDGES_H
#define REPORT_SYSTEMS_BRIDGES_H

#include "base/cursor.h"
#include "report/model/clock.h"
#include "report/legacy/dashboard_slots.h"

/* False: out of memory for the legs. */
MUST_CHECK bool systems_bridges_write(struct systems *s, struct wr *w, const struct clock *clock);

#endif
