/*
 * The web page and its data, over the connections of report/connection/connections.h.
 *
 *   /                  the page
 *   /api/v2/snapshot the whole state, JSON (report/event/snapshot.h)
 *   /api/v2/events     server-sent events: the lines of the ring (event_stream.h)
 *   /api/v2/history, /api/v2/lastheard   what was
 *   /api/v2/why        recent decisions, as `why` answers on the control socket
 *   /api/v2/command a command, with POST and the admin-token (gate.h)
 *   /api/v2/access     what the page may offer
 *   /metrics           for Prometheus, when that is on (metrics.h)
 *
 * A connection carries one request; GET and HEAD are served. admission.h says who may see it.
 *
 * Bounded: limits.h.
 *
 * Opaque, on the heap.
 */
#ifndef REPORT_HTTP_H
#define REPORT_HTTP_H

#include "conf/conf.h"
#include "io/poller.h"
#include "report/connection/connections.h"
#include "report/event/sources.h"
#include "report/http/limits.h"

struct http;

/* Serves connections of `listening` (not owned). The caller keeps `conf` and `sources`. NULL with
 * errno. */
struct http *http_open(int listening, struct poller *poller, const struct sources *sources,
                       const struct conf_report *conf);
void http_close(struct http *h);

/* The configuration has changed. False: out of memory, so hotspot owners cannot change settings. */
MUST_CHECK bool http_follow(struct http *h);

struct connections *http_connections(struct http *h);

/* Passes a record to the answers that wait for it. */
void http_reply(struct http *h, const struct record *r);

#endif
