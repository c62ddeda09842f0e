/*
 * The control socket: requests in, answers out (report/answer.h has the language), over
 * connections as report/callers.h keeps them. One request per connection is answered at a
 * time; REQUEST_MAX octets a request, the rest of a longer line is passed over. A line
 * without its newline is not a request, so a broken connection orders nothing.
 *
 * Opaque, on the heap.
 */
#ifndef REPORT_CONTROL_H
#define REPORT_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "io/poller.h"
#include "report/answer.h"
#include "report/callers.h"
#include "report/clock.h"

#define CONTROL_CONNECTIONS 64u
#define CONTROL_IDLE_MS TICK_MINUTE

struct control;

/*
 * Serves callers of `listening` (not owned; -1 = none). `sources` stays the caller's and may get
 * more to show later. NULL with errno.
 */
struct control *control_open(int listening, struct poller *poller, const struct sources *sources);
void control_close(struct control *c);

struct callers *control_callers(struct control *c);

/* Hands a record to the request whose answer it is part of, if it is of any. */
void control_reply(struct control *c, const struct record *r);

#endif
