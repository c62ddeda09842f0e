/*
 * The legacy report socket: FDMR-Monitor and HBMonv2 connect and get CONFIG, BRIDGES, the calls on
 * air, and then each event as it happens (wire/legacy.h, systems.h). Order matters: they close the
 * connection if BRIDGES comes before the first CONFIG.
 *
 * CONFIG and BRIDGES are made once for all dashboards, while any is connected: when something
 * changes, at most every 2 s (10 s if they are large), at least every minute. There are two such
 * snapshots, the current and the previous one; a dashboard that is still reading the previous one
 * when the next is due, and 10 s after it was made, is disconnected. Events are lines in a ring of
 * their own, in the form of these dashboards; readers are positions as in report/model/ring.h.
 *
 * A dashboard may ask for CONFIG or BRIDGES and gets both.
 *
 * Opaque, on the heap.
 */
#ifndef REPORT_LEGACY_H
#define REPORT_LEGACY_H

#include "conf/conf.h"
#include "io/poller.h"
#include "report/connection/connections.h"
#include "report/model/clock.h"
#include "report/model/model.h"

#define LEGACY_CALLERS 16u
#define LEGACY_IDLE_MS (30 * TICK_SECOND) /* for a dashboard that does not read */
#define LEGACY_SMALL 100000u              /* octets of a snapshot that is made more often */
#define LEGACY_SOON_MS (2 * TICK_SECOND)
#define LEGACY_LATER_MS (10 * TICK_SECOND)
#define LEGACY_AT_LEAST_MS TICK_MINUTE

struct legacy;

/* Serves connections of `listening` (not owned; -1 = none). NULL with errno. */
struct legacy *legacy_open(int listening, struct poller *poller, const struct model *model,
                           const struct conf *conf);
void legacy_close(struct legacy *l);

struct connections *legacy_connections(struct legacy *l);

/* Handles a record after the model has. */
void legacy_take(struct legacy *l, const struct record *r, const struct clock *clock);

/* Makes a new snapshot when due. Once per turn, before the connections are served. */
void legacy_draw(struct legacy *l, const struct clock *clock);

/* When legacy_draw is due; TICK_NEVER while nobody is connected. */
tick_t legacy_next(const struct legacy *l);

#endif
