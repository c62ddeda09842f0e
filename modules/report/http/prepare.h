/*
 * Reads what a request asks, before the head of its answer is written: the parameters of the
 * history and of `why`, an operator's order (after gate.h), an owner's question.
 */
#ifndef REPORT_PREPARE_H
#define REPORT_PREPARE_H

#include "report/http/visit.h"

/* ?of=KIND&period=PERIOD&id=ID */
enum http_status prepare_history(struct http *h, struct visit *v, const struct http_request *r,
                                 const struct clock *clock);

/* ?id=ID, which may be a callsign. */
enum http_status prepare_why(struct http *h, struct visit *v, const struct http_request *r,
                             const struct clock *clock);

/* An order in X-Freedmr-Command, from a client that knows the admin-token. */
enum http_status prepare_order(struct http *h, struct visit *v, const struct http_request *r,
                               const struct clock *clock);

/* Questions of a hotspot's owner (self_care.h). */
enum http_status prepare_challenge(struct http *h, struct visit *v, const struct http_request *r,
                                   const struct clock *clock);
enum http_status prepare_login(struct http *h, struct visit *v, const struct http_request *r,
                               const struct clock *clock);
enum http_status prepare_options(struct http *h, struct visit *v, const struct http_request *r,
                                 const struct clock *clock);

#endif
