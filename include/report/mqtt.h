/*
 * Publishes to an MQTT broker (3.1.1, QoS 0). Topics begin with the key mqtt-topic:
 *
 *   status       retained, and the will: online, offline
 *   state        retained: a snapshot (report/snapshot.h) of server, sessions, subscriptions, calls
 *                and mesh; renewed at most every 5 s, when something has changed
 *   call/last    retained: the last call that ended
 *   ev/FAMILY    each event but the lines of the log, which are the operator's: ev/call, ev/client,
 *                ev/health ...
 *
 * Its queue is a position in the ring all consumers share (report/ring.h): what the broker has not
 * taken when the ring comes round is lost, counted, and told as an event `gap`. A broker that
 * is away is called again after 1 s, then twice as long each time up to a minute, with chance; one
 * that takes nothing, or answers no ping, for MQTT_SILENCE_MS is hung up on. After each connect
 * all that is retained is told again. The address of a broker that is given by name comes from
 * the parent, now and again; a connection that is up stays where it is.
 *
 * Opaque, on the heap, claimed at start.
 */
#ifndef REPORT_MQTT_H
#define REPORT_MQTT_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "io/poller.h"
#include "report/clock.h"
#include "report/sources.h"

#define MQTT_STATE_MS (5 * TICK_SECOND)
#define MQTT_STATE_MAX 65536u /* octets; a longer one leaves away subscriptions, then sessions */
#define MQTT_PING_MS (30 * TICK_SECOND)
#define MQTT_SILENCE_MS (30 * TICK_SECOND)
#define MQTT_FIRST_WAIT_MS TICK_SECOND
#define MQTT_LONGEST_WAIT_MS TICK_MINUTE

struct mqtt;

/* The broker of `conf` is called from the next mqtt_serve on. `tag` is ours in the poller. NULL:
 * out of memory. */
struct mqtt *mqtt_open(const struct conf *conf, struct poller *poller, uint64_t tag,
                       const struct sources *sources);

/* Says goodbye, as far as the broker listens. */
void mqtt_close(struct mqtt *m);

/* What the name of the broker was found to be. News for one who waits: he calls at once. */
void mqtt_address(struct mqtt *m, const struct addr *to);

/* The descriptor with our tag is ready. */
void mqtt_event(struct mqtt *m, const struct poller_event *e, const struct clock *clock);

/* Calls, tells what is new, hangs up: whatever is due. Once per turn. */
void mqtt_serve(struct mqtt *m, const struct clock *clock);

/* When mqtt_serve is due at the latest. */
tick_t mqtt_next(const struct mqtt *m);

const struct mqtt_figures *mqtt_figures(const struct mqtt *m);

#endif
