/*
 * The paths that are served, and how the body of each is made.
 */
#ifndef REPORT_RESOURCES_H
#define REPORT_RESOURCES_H

#include "report/http/visit.h"

/* NULL: there is no such path, or it is off. */
const struct resource *resources_find(const struct http *h, const struct http_request *r);

#endif
