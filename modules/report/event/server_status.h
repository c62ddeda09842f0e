/*
 * Events about the server as a whole.
 */
#ifndef REPORT_SERVER_STATUS_H
#define REPORT_SERVER_STATUS_H

#include "report/event/sources.h"

/* The first line a follower gets; it has the number of the last published event. */
void server_status_hello(struct text *t, const struct sources *s, const struct clock *clock);

/* Publishes the health of the reporter and of the server. */
void server_status_health(const struct sources *s, const struct clock *clock);

#endif
