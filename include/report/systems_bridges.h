/* The inside of report/systems: the BRIDGES message, each conference with its active legs. */
#ifndef REPORT_SYSTEMS_BRIDGES_H
#define REPORT_SYSTEMS_BRIDGES_H

#include "base/cursor.h"
#include "report/clock.h"
#include "report/seats.h"

/* False: no memory for the legs. */
MUST_CHECK bool systems_bridges_write(struct systems *s, struct wr *w, const struct clock *clock);

#endif
