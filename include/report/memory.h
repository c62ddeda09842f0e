/*
 * What outlives the voice process, the server and a client's reconnect (decision 27): talkgroups
 * users keyed or dialled, where radios were last heard, blocks. It is gathered from records, told
 * to the voice process as commands when that knows nothing (again) or a client is back, and kept in
 * one small file, which is written whole beside the old one and then takes its place: at most once
 * a minute, when something has changed, and at the end.
 *
 *   freedmr-state 1 WRITTEN
 *   subscription CLIENT SLOT TALKGROUP CONFERENCE user|dial SEEN UNTIL
 *   location RADIO CLIENT SLOT SEEN
 *   block WHAT UNTIL
 *   end LINES
 *
 * Times are milliseconds of the epoch; UNTIL 0 = no end. A file that is anything else is logged,
 * renamed to FILE.damaged, and nothing of it counts.
 *
 * Opaque, on the heap, bounded by what the voice process may hold; full: the newest is forgotten.
 */
#ifndef REPORT_MEMORY_H
#define REPORT_MEMORY_H

#include "conf/conf.h"
#include "report/clock.h"
#include "report/link.h"
#include "report/model.h"

#define MEMORY_EVERY_MS TICK_MINUTE

struct memory;

/* Reads the file. NULL: out of memory, or nothing is to be remembered. */
struct memory *memory_open(const struct conf *conf, const struct clock *clock);

/* Writes what has changed. */
void memory_close(struct memory *m, const struct clock *clock);

void memory_take(struct memory *m, const struct record *r, const struct clock *clock);

/*
 * Tells the voice process what it is to know, as far as the pipe has room, and writes the file when
 * that is due. It asks for a snapshot first, so that timers are written as they stand.
 */
void memory_serve(struct memory *m, struct link *link, const struct model *model,
                  const struct clock *clock);

/* When memory_serve is due at the latest. */
tick_t memory_next(const struct memory *m, const struct clock *clock);

#endif
