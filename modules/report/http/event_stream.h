/*
 * /api/v2/events: the lines of the ring as server-sent events.
 *
 * An event has the id BOOT-SEQ. A client that comes back with Last-Event-ID continues after it if
 * the ring still has what followed; else the event `resync` says that it needs a snapshot.
 */
#ifndef REPORT_EVENT_STREAM_H
#define REPORT_EVENT_STREAM_H

#include "report/http/visit.h"

/* Where to start, and the first lines. */
void event_stream_begin(const struct http *h, struct visit *v, const struct http_request *r,
                        const struct clock *clock, struct text *t);

enum tell event_stream_next(struct http *h, struct visit *v, const struct clock *clock,
                            struct text *t);

#endif
