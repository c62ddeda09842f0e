/*
 * The connections of the control socket: requests in, answers out (report/answer.h
 * has the language). One request per connection is answered at a time and nothing is
 * made before the socket takes what was made, so a caller that does not read holds up
 * only itself.
 *
 * Bounded: CONTROL_CONNECTIONS callers, more are told so and hung up on; REQUEST_MAX
 * octets a request, the rest of a longer line is passed over. Hung up on: who is
 * silent, or does not read, for CONTROL_IDLE_MS; who follows the events and is more
 * than RING_BEHIND_MAX lines behind while it cannot be written to. A line without its
 * newline is not a request, so a broken connection orders nothing.
 *
 * Opaque, on the heap.
 */
#ifndef REPORT_CONTROL_H
#define REPORT_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "io/poller.h"
#include "report/answer.h"
#include "report/clock.h"

#define CONTROL_CONNECTIONS 64u
#define CONTROL_IDLE_MS TICK_MINUTE

struct control;

/*
 * Serves callers of `listening` (not owned; -1 = none). `sources` is copied, its figures are
 * replaced by control's own. Tags of connections in the poller are at least 2^32; `listening_tag`
 * is the caller's. NULL with errno.
 */
struct control *control_open(int listening, uint64_t listening_tag, struct poller *poller,
                             const struct sources *sources);
void control_close(struct control *c);

/* The listening socket is ready. */
void control_accept(struct control *c, const struct clock *clock);

/* A descriptor with a tag of ours is ready. Stale tags are forgotten. */
void control_event(struct control *c, const struct poller_event *e, const struct clock *clock);

/* Hands a reply to the request that waits for it. */
void control_reply(struct control *c, const struct record *r);

/* Moves every answer on, hangs up where that is due. Once per turn, after everything else. */
void control_serve(struct control *c, const struct clock *clock);

/* When control_serve is due at the latest; TICK_NEVER when on nothing is waited. */
tick_t control_next(const struct control *c);

const struct control_figures *control_figures(const struct control *c);

#endif
