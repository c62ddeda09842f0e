/*
 * The legacy report socket: FDMR-Monitor and HBMonv2 connect and are told CONFIG, BRIDGES, what is
 * on air, and then each event as it comes (wire/legacy.h, report/systems.h). Order matters to
 * them: BRIDGES before the first CONFIG is the end of the connection.
 *
 * CONFIG and BRIDGES are made once for all, when somebody listens: as something changes, at most
 * every 2 s (10 s when they are big), at least every minute. There are two such pictures, the
 * one being sent and the one before; who has not read the one before when the next is due, and 10 s
 * after it was made, is hung up on. Events are lines of a ring of their own, in the form
 * these dashboards read; consumers are positions in it as in report/ring.h.
 *
 * A dashboard may ask for CONFIG or BRIDGES and gets both.
 *
 * Opaque, on the heap.
 */
#ifndef REPORT_LEGACY_H
#define REPORT_LEGACY_H

#include "conf/conf.h"
#include "io/poller.h"
#include "report/callers.h"
#include "report/clock.h"
#include "report/model.h"

#define LEGACY_CALLERS 16u
#define LEGACY_IDLE_MS (30 * TICK_SECOND) /* for who does not read */
#define LEGACY_SMALL 100000u              /* octets of a picture that is made more often */
#define LEGACY_SOON_MS (2 * TICK_SECOND)
#define LEGACY_LATER_MS (10 * TICK_SECOND)
#define LEGACY_AT_LEAST_MS TICK_MINUTE

struct legacy;

/* Serves callers of `listening` (not owned; -1 = none). NULL with errno. */
struct legacy *legacy_open(int listening, struct poller *poller, const struct model *model,
                           const struct conf *conf);
void legacy_close(struct legacy *l);

struct callers *legacy_callers(struct legacy *l);

/* Takes a record that the model has taken. */
void legacy_take(struct legacy *l, const struct record *r, const struct clock *clock);

/* Makes a new picture when one is due. Once per turn, before the callers are served. */
void legacy_draw(struct legacy *l, const struct clock *clock);

/* When legacy_draw is due; TICK_NEVER while nobody listens. */
tick_t legacy_next(const struct legacy *l);

#endif
