/*
 * Who may see the page: addresses in http-allow, if there are any, and, if there is an http-token,
 * clients that know it, as Authorization: Bearer or as a cookie, which a browser gets for
 * /?token=... . Wrong ones are limited (gate.h). Whatever the address it came to, a request has to
 * name a host that is ours (host.h).
 */
#ifndef REPORT_ADMISSION_H
#define REPORT_ADMISSION_H

#include "report/http/visit.h"

bool admission_admits(const struct conf_report *conf, const struct addr *from);

/* May this request be answered? If not, the answer to that has been added. */
bool admission_may_see(struct http *h, struct connection *x, const struct http_request *r,
                       tick_t now, struct text *t);

#endif
