/*
 * The server as legacy dashboards see it (wire/legacy.h): a fixed set of systems, SYSTEM-0,
 * SYSTEM-1 and so on, each with room for one session. A dashboard breaks if an unknown system
 * appears or a known one disappears, and shows every client of a system except the talker as
 * listening; so there is one system per session and the set never changes. Neighbours on the mesh
 * are OBP- and their name, uplinks PEER- and theirs.
 *
 * A session gets a slot when it is connected and keeps it; a slot that becomes free stays empty for
 * a while, so that no dashboard takes the next session for the last. With more sessions than slots,
 * the newest are not shown until there is room.
 *
 * Everything is derived: sessions and subscriptions from the mirror (report/model/model.h) when
 * written, calls from the records as they arrive. Whatever went on air goes off again, at the
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
#include "report/model/clock.h"
#include "report/model/model.h"
#include "report/model/ring.h"

#define SYSTEMS_PARKED_MS (5 * TICK_SECOND)
#define SYSTEMS_ON_AIR_MAX 1024u /* octets systems_on_air adds at most */

struct systems;

/* `lines` gets each framed event, in text form. The caller owns both arguments. NULL: out of
 * memory. */
struct systems *systems_open(const struct conf *conf, const struct model *model,
                             struct ring *lines);
void systems_close(struct systems *s);

/* Handles a record after the model has. */
void systems_take(struct systems *s, const struct record *r, const struct clock *clock);

/* Increases whenever CONFIG or BRIDGES would change. */
uint64_t systems_version(const struct systems *s);

/* Write the CONFIG and the BRIDGES message. False: out of memory for the latter's legs. */
void systems_config(struct systems *s, struct wr *w, const struct clock *clock);
MUST_CHECK bool systems_bridges(struct systems *s, struct wr *w, const struct clock *clock);

/* Writes the framed START events of the calls on air at the nth system; false if there is no nth.
 */
bool systems_on_air(const struct systems *s, uint32_t nth, struct wr *w);

uint32_t systems_unlisted(const struct systems *s); /* sessions not shown */

#endif
