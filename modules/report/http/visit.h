/*
 * One request and its answer on one connection, and what all connections of the page share.
 *
 * Plain within http/; http.c owns it.
 */
#ifndef REPORT_VISIT_H
#define REPORT_VISIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bucket.h"
#include "base/deflate.h"
#include "base/text.h"
#include "conf/conf.h"
#include "report/connection/connections.h"
#include "report/event/sources.h"
#include "report/http/gate.h"
#include "report/http/limits.h"
#include "report/http/self_care.h"
#include "report/http/web_command.h"
#include "report/model/row_cursor.h"
#include "report/model/view.h"
#include "wire/http.h"

/* Octets of plain text whose compressed form always fits into the room for a piece. */
#define VISIT_PIECE_MAX ((VIEW_LINE_MAX - DEFLATE_AROUND) / 9 * 8)

#define VISIT_FRESH_MS TICK_SECOND /* how long an answer about one client may wait for rows */

struct http;
struct visit;

/* After the next piece of a body was added. TELL_WAIT: nothing now; TELL_END: it was the last. */
enum tell { TELL_MORE, TELL_WAIT, TELL_END };

/* A path that is served. */
struct resource {
	const char *path;
	const char *type;
	const char *field; /* more of the head; NULL: nothing */
	bool packs;        /* compressed if the client accepts that */
	bool changes;      /* by POST, after gate.h */
	bool stored;       /* the page: its compressed octets are in the binary */
	bool follows;      /* the stream of events */

	/* Reads the request before the head of the answer is written; NULL: nothing to read. */
	enum http_status (*prepare)(struct http *h, struct visit *v, const struct http_request *r,
	                            const struct clock *clock);
	enum tell (*tell)(struct http *h, struct visit *v, const struct clock *clock,
	                  struct text *t);
};

/* The answer under way on one connection. */
struct visit {
	tick_t since;
	const struct resource *resource; /* NULL: the head of the request is awaited */
	struct row_cursor cursor;
	struct http_text rows;       /* sections of the snapshot that are wanted; at = NULL: all */
	bool packed;                 /* the client wants it compressed */
	struct deflate *deflate;     /* compresses piece by piece; NULL: sent as it is */
	uint64_t position;           /* the last event sent: its number in the ring */
	uint64_t history;            /* the answer of the history being sent */
	struct web_command *command; /* being answered; NULL: none */
	struct self_care_ask *ask;   /* an owner's, likewise */
	struct addr from, viewer;    /* who connected; the browser behind a proxy (gate.h) */
};

struct http {
	struct connections *connections;
	const struct sources *sources;
	const struct conf_report *conf;
	uint32_t followers;
	struct gate gate;
	struct bucket host_lines;    /* of the log */
	struct self_care *self_care; /* NULL: off */
	char *page;                  /* uncompressed; NULL: nobody has asked for that */
	struct visit visits[HTTP_CONNECTIONS];
};

/* Starts compressing if the client wants it and there is memory for it. */
void visit_pack(struct visit *v, struct text *t);

/* Adds the next piece of the body as the client wants it. */
enum tell visit_next(struct http *h, struct visit *v, const struct clock *clock, struct text *t);

/* Adds a short answer, counts it as a bad request and ends the connection. `field`: more of the
 * head, or NULL. */
void visit_refuse(struct http *h, struct connection *x, enum http_status status, const char *field,
                  struct text *t);

/* When waiting for anything but the connection ends; TICK_NEVER. `leaving`: nothing is awaited. */
tick_t visit_deadline(const struct visit *v, bool leaving);

void visit_end(struct visit *v);

static inline bool visit_follows(const struct visit *v)
{
	return v->resource && v->resource->follows;
}

#endif
