/*
 * The reporter's services and publishers, opened at startup and changed by a reload. What a reload
 * does not change keeps its connections. A service that moved, or that admits others now, closes
 * all connections; clients reconnect. Only the control socket keeps its connections when it moves:
 * the reload was ordered over one of them.
 *
 * Plain, owned by the reporter. Listening sockets are opened by the parent and owned here.
 */
#ifndef REPORT_SERVICES_H
#define REPORT_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "io/poller.h"
#include "report/control/control.h"
#include "report/event/sources.h"
#include "report/http/http.h"
#include "report/legacy/legacy.h"
#include "report/mqtt/mqtt.h"
#include "report/service.h"

struct services {
	const struct conf *conf; /* a reload changes it in its place */
	struct poller *poller;
	struct sources *sources;
	uint64_t mqtt_tag;
	int listening[SERVICES]; /* -1 = off */
	int opened[SERVICES];    /* passed by the parent for the next configuration; -1 = none */
	struct control *control;
	struct http *http;                         /* NULL: off */
	struct legacy *legacy;                     /* NULL: off */
	struct mqtt *mqtt;                         /* NULL: off */
	struct connections *connections[SERVICES]; /* of those that are on; the others NULL */
};

/* What decides whether a service goes on as it is. */
struct services_before {
	struct conf_report report;
	uint64_t links; /* a digest of which there are */
};

/* `s` has all but the last seven members. False with errno. */
MUST_CHECK bool services_open(struct services *s, const int listening[static SERVICES]);
void services_close(struct services *s);

/* A socket that was passed for the next configuration. */
void services_take(struct services *s, uint32_t service, int fd);

struct services_before services_look(const struct services *s);

/* `s->conf` has changed since then. */
void services_follow(struct services *s, const struct services_before *before);

#endif
