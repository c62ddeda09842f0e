/*
 * /api/v2/snapshot: the whole state as one JSON object, valid as of the event `seq`; applying the
 * events after it keeps it current. Rows have the fields of the events and are sorted by kind:
 *
 *   {"v":2,"boot":"...","seq":17,"t":...,"fresh":...,"server":[...],"listeners":[...],
 *    "sessions":[...],"slots":[...],"subscriptions":[...],"calls":[...],"lastheard":[...],
 *    "mesh":[...],"blocks":[...],"refusals":[...],"tables":[...],"counters":[...],
 *    "timings":[...]}
 *
 * `refusals` are recent refusals (refusals.h), `timings` the histograms. `fresh` is when the voice
 * process last sent all its rows.
 */
#ifndef REPORT_SNAPSHOT_H
#define REPORT_SNAPSHOT_H

#include "base/text.h"
#include "report/model/clock.h"
#include "report/event/sources.h"
#include "report/model/row_cursor.h"

#define SNAPSHOT_HEARD_MAX 200u /* calls in `lastheard` */

/* All calls that are kept, newest first: {"v":2,...,"lastheard":[...]}. Like snapshot_next. */
bool snapshot_heard_next(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                         struct text *t);

/*
 * The name of a section, "sessions"; NULL after the last. row_cursor_leave before a section is
 * entered leaves it out of the object, except the first, "server".
 */
const char *snapshot_section(size_t section);

/* Adds the next piece, less than VIEW_LINE_MAX octets; false when it was the last. */
bool snapshot_next(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                   struct text *t);

#endif
