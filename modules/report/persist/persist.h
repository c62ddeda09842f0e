/*
 * What outlives the voice process, the server and a client's reconnect (decision 27): talkgroups
 * users keyed or dialled, where radios were last heard, blocks, where neighbours are. It is
 * gathered from records, told to the voice process as commands when that knows nothing (again) or a
 * client is back, and kept in one small file, which is written whole beside the old one and then
 * takes its place: at most once a minute, when something has changed, and at the end.
 *
 *   freedmr-state 1 WRITTEN
 *   subscription CLIENT SLOT TALKGROUP CONFERENCE user|dial SEEN UNTIL
 *   location RADIO CLIENT SLOT SEEN
 *   block WHAT UNTIL
 *   neighbour NAME ADDRESS 0|1     1: a stun of it was accepted
 *   end LINES
 *
 * Times are milliseconds since the epoch; UNTIL 0 = no end. A file in any other form is logged,
 * renamed to FILE.damaged and not used.
 *
 * Opaque, on the heap, limited to the capacity of the voice process; full: the newest is dropped.
 */
#ifndef REPORT_PERSIST_H
#define REPORT_PERSIST_H

#include "conf/conf.h"
#include "report/model/clock.h"
#include "report/connection/voice_pipe.h"
#include "report/model/model.h"

#define PERSIST_EVERY_MS TICK_MINUTE

struct persist;

/* Reads the file. NULL: out of memory, or no state is kept. */
struct persist *persist_open(const struct conf *conf, const struct clock *clock);

/* Writes what has changed. */
void persist_close(struct persist *m, const struct clock *clock);

/* How long things are remembered may be another time now. */
void persist_follow(struct persist *m, const struct conf *conf);

void persist_take(struct persist *m, const struct record *r, const struct clock *clock);

/* The owner's settings of a client; "" = none. Sent to the voice process whenever the client logs
 * in. */
const char *persist_care(const struct persist *m, uint32_t client);
void persist_set_care(struct persist *m, uint32_t client, const char *text);

/*
 * Sends the voice process its restored state, as far as the pipe has room, and writes the file when
 * due. Requests a snapshot first, so that timers are current.
 */
void persist_serve(struct persist *m, struct voice_pipe *link, const struct model *model,
                   const struct clock *clock);

/* When persist_serve is due at the latest. */
tick_t persist_next(const struct persist *m, const struct clock *clock);

#endif
