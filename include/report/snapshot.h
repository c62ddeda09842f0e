/*
 * /api/v2/snapshot: all that is known, as one JSON object, valid as of the event `seq`: who applies
 * the events after it has the whole picture. Rows are those of the events, sorted by kind:
 *
 *   {"v":2,"boot":"...","seq":17,"t":...,"fresh":...,"server":[...],"listeners":[...],
 *    "sessions":[...],"slots":[...],"subscriptions":[...],"calls":[...],"lastheard":[...],
 *    "mesh":[...],"blocks":[...],"tables":[...],"counters":[...]}
 *
 * `fresh` is when the voice process last showed all its rows.
 */
#ifndef REPORT_SNAPSHOT_H
#define REPORT_SNAPSHOT_H

#include "base/text.h"
#include "report/clock.h"
#include "report/sources.h"
#include "report/telling.h"

/*
 * The name of a part of it, "sessions"; NULL behind the last. Who leaves a part before it was
 * entered (telling_leave) gets the object without it; not the first, which is "server".
 */
const char *snapshot_section(size_t section);

/* Adds the next piece, less than VIEW_LINE_MAX octets; false when it was the last. */
bool snapshot_next(struct telling *at, const struct sources *s, const struct clock *clock,
                   struct text *t);

#endif
