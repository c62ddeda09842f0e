/*
 * Limits of the HTTP server.
 */
#ifndef REPORT_LIMITS_H
#define REPORT_LIMITS_H

#include "base/tick.h"

#define HTTP_CONNECTIONS 160u /* full: one that is not being answered gives way */
#define HTTP_FOLLOWERS 128u   /* of them may follow events */

/* Per address or IPv6 network other than this machine. One of each is reserved for this machine. */
#define HTTP_CONNECTIONS_EACH 64u
#define HTTP_FOLLOWERS_EACH 32u

/* For the head of a request. */
#define HTTP_HEAD_MAX 4096u
#define HTTP_HEAD_MS (10 * TICK_SECOND)

#endif
