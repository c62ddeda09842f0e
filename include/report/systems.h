/*
 * The server as legacy dashboards see it (wire/legacy.h): a fixed set of systems, SYSTEM-0,
 * SYSTEM-1 and so on, each with room for one session. A dashboard breaks when a system it does not
 * know appears or one it knows goes, and paints every client of a system but the talker as
 * hearing him; so there is one system per session and the set never changes. Neighbours on the mesh
 * are OBP- and their name, servers we log in to PEER- and theirs.
 *
 * A session is seated when it is connected and keeps its seat; a seat that was left stays empty for
 * a while, so that no dashboard takes the next session for the last. More sessions than seats: the
 * newest are not shown until there is room.
 *
 * All of it is derived: sessions and subscriptions from the mirror (report/model.h) when they are
 * written, calls from the records as they come. Whatever was put on air is taken off again, at the
 * latest when a snapshot no longer shows it.
 *
 * Opaque, on the heap.
 */
#ifndef REPORT_SYSTEMS_H
#define REPORT_SYSTEMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "conf/conf.h"
#include "report/clock.h"
#include "report/model.h"
#include "report/ring.h"

#define SYSTEMS_PARKED_MS (5 * TICK_SECOND)
#define SYSTEMS_ON_AIR_MAX 1024u /* octets systems_on_air adds at most */

struct systems;

/* `lines` gets each framed event, in text form. Both are the caller's. NULL: out of memory. */
struct systems *systems_open(const struct conf *conf, const struct model *model,
                             struct ring *lines);
void systems_close(struct systems *s);

/* Takes a record that the model has taken. */
void systems_take(struct systems *s, const struct record *r, const struct clock *clock);

/* Rises whenever CONFIG or BRIDGES would be different. */
uint64_t systems_version(const struct systems *s);

/* Writes the CONFIG message, the BRIDGES message. False: no memory for the latter's legs. */
void systems_config(struct systems *s, struct wr *w, const struct clock *clock);
MUST_CHECK bool systems_bridges(struct systems *s, struct wr *w, const struct clock *clock);

/* Writes the framed START events of what is on air at the nth system; false: there is no nth. */
bool systems_on_air(const struct systems *s, uint32_t nth, struct wr *w);

uint32_t systems_unseated(const struct systems *s); /* sessions not shown */

#endif
