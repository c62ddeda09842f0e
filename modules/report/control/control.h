/*
 * The control socket: requests in, answers out (protocol: report/control/answer.h), over the
 * connections of report/connection/connections.h. One request per connection is answered at a time;
 * REQUEST_MAX octets a request, the rest of a longer line is skipped. A line without its newline is
 * not a request, so a broken connection executes nothing.
 *
 * Full: an idle connection gives way. Followers are limited (CONTROL_FOLLOWERS), and users other
 * than root and our own have at most CONTROL_EACH, so an operator always gets through.
 *
 * Opaque, on the heap.
 */
#ifndef REPORT_CONTROL_H
#define REPORT_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "io/poller.h"
#include "report/control/answer.h"
#include "report/connection/connections.h"
#include "report/model/clock.h"

#define CONTROL_CONNECTIONS 64u
#define CONTROL_FOLLOWERS 56u /* of the events */
#define CONTROL_EACH 16u
#define CONTROL_IDLE_MS TICK_MINUTE

struct control;

/*
 * Serves connections of `listening` (not owned; -1 = none). `sources` stays the connection's and
 * may get more to show later. NULL with errno.
 */
struct control *control_open(int listening, struct poller *poller, const struct sources *sources);
void control_close(struct control *c);

struct connections *control_connections(struct control *c);

/* Passes a record to the request that it answers, if any. */
void control_reply(struct control *c, const struct record *r);

#endif
