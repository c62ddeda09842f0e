/*
 * The web page and what it is made of, over connections as report/callers.h keeps them; read-only.
 *
 *   /                  the page
 *   /api/v2/snapshot   all that is known, JSON (report/snapshot.h)
 *   /api/v2/events     server-sent events: the lines of the ring (report/event.h)
 *   /metrics           for Prometheus, when that is on (report/metrics.h)
 *
 * A connection carries one request; GET and HEAD are served. Who may see: addresses in http-allow,
 * if there are any, and, if there is an http-token, whoever knows it: as Authorization: Bearer, or
 * as a cookie, which a browser gets for /?token=... . On loopback without a token the request must
 * be to an address or to localhost, so that no page elsewhere can look through a browser here by a
 * name that it moves.
 *
 * Bounded: HTTP_CONNECTIONS, and when they are used up who is not being answered gives way;
 * HTTP_FOLLOWERS of them may follow events; HTTP_HEAD_MAX octets and HTTP_HEAD_MS for a head.
 *
 * An event has the id BOOT-SEQ. Who comes back with Last-Event-ID goes on behind it when the ring
 * still has what came after; else the event `resync` says that a snapshot is needed.
 *
 * Opaque, on the heap.
 */
#ifndef REPORT_HTTP_H
#define REPORT_HTTP_H

#include "conf/conf.h"
#include "io/poller.h"
#include "report/callers.h"
#include "report/sources.h"

#define HTTP_CONNECTIONS 160u
#define HTTP_FOLLOWERS 128u
#define HTTP_HEAD_MAX 4096u
#define HTTP_HEAD_MS (10 * TICK_SECOND)

struct http;

/* Serves callers of `listening` (not owned). `conf` and `sources` stay the caller's. NULL with
 * errno. */
struct http *http_open(int listening, struct poller *poller, const struct sources *sources,
                       const struct conf_report *conf);
void http_close(struct http *h);

struct callers *http_callers(struct http *h);

#endif
