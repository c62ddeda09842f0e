/*
 * Publishes to an MQTT broker (3.1.1, QoS 0). Topics begin with the key mqtt-topic:
 *
 *   status       retained, and the will: online, offline
 *   state        retained: a snapshot (report/event/snapshot.h) of server, sessions, subscriptions,
 *                calls and mesh; sent at most every 5 s, if something has changed
 *   call/last    retained: the last call that ended
 *   ev/FAMILY    events, on the topics of report/event/event_kind.h: ev/call, ev/health, ...
 *
 * With mqtt-discovery it first sends the sensors for Home Assistant (discovery.h).
 *
 * Its queue is a position in the ring that all consumers share (report/event/events.h). Events that
 * are replaced before they were sent are lost, counted, and reported as an event `gap`. If the
 * broker cannot be reached, it tries again after 1 s, then waits twice as long each time, up to a
 * minute, partly at random. A broker that takes nothing, or answers no ping, for MQTT_SILENCE_MS is
 * disconnected. After each connect everything retained is sent again. The parent resolves the
 * broker's name from time to time; an open connection stays.
 *
 * Opaque, on the heap, allocated at start.
 */
#ifndef REPORT_MQTT_H
#define REPORT_MQTT_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "io/poller.h"
#include "report/model/clock.h"
#include "report/event/sources.h"

#define MQTT_STATE_MS (5 * TICK_SECOND)
#define MQTT_STATE_MAX 65536u /* octets; a longer one leaves out subscriptions, then sessions */
#define MQTT_PING_MS (30 * TICK_SECOND)
#define MQTT_SILENCE_MS (30 * TICK_SECOND)
#define MQTT_FIRST_WAIT_MS TICK_SECOND
#define MQTT_LONGEST_WAIT_MS TICK_MINUTE

struct mqtt;

/* Connects to the broker of `conf` from the next mqtt_serve on. `tag` is its tag in the poller.
 * NULL: out of memory. */
struct mqtt *mqtt_open(const struct conf *conf, struct poller *poller, uint64_t tag,
                       const struct sources *sources);

/* Publishes `offline` and disconnects, if the broker takes it. */
void mqtt_close(struct mqtt *m);

/* The address of the broker's name. If it is new while there is no connection, tries at once. */
void mqtt_address(struct mqtt *m, const struct addr *to);

/* The descriptor with its tag is ready. */
void mqtt_event(struct mqtt *m, const struct poller_event *e, const struct clock *clock);

/* Connects, publishes, disconnects: whatever is due. Once per turn. */
void mqtt_serve(struct mqtt *m, const struct clock *clock);

/* When mqtt_serve is due at the latest. */
tick_t mqtt_next(const struct mqtt *m);

const struct mqtt_figures *mqtt_figures(const struct mqtt *m);

#endif
