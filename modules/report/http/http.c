#include "report/http/http.h"

#include <stdlib.h>
#include <string.h>

#include "report/http/admission.h"
#include "report/http/event_stream.h"
#include "report/http/page.h"
#include "report/http/resources.h"
#include "report/http/visit.h"
#include "wire/parse.h"

static struct visit *visit_of(struct http *h, const struct connection *x)
{
	return &h->visits[connections_index(h->connections, x)];
}

static const struct visit *visit_shown(const struct http *h, const struct connection *x)
{
	return &h->visits[connections_index(h->connections, x)];
}

static size_t length_of(const struct resource *found, bool packed)
{
	if (!found->stored)
		return HTTP_LENGTH_UNKNOWN;
	return packed ? page_len : page_plain_len();
}

/* May one more follow the events? One place is reserved for this machine. */
static enum http_status may_follow(const struct http *h, const struct visit *v, bool here)
{
	uint32_t same = 0;

	if (h->followers >= HTTP_FOLLOWERS - !here)
		return HTTP_UNAVAILABLE;
	for (uint32_t i = 0; i < HTTP_CONNECTIONS; i++)
		same += visit_follows(&h->visits[i]) &&
		        addr_same_site(&h->visits[i].viewer, &v->viewer);
	return same < HTTP_FOLLOWERS_EACH || addr_is_loopback(&v->viewer) ? HTTP_OK : HTTP_TOO_MANY;
}

/* Is there enough memory to answer? */
static enum http_status judge(struct http *h, const struct visit *v, const struct resource *found,
                              bool here)
{
	if (found->follows)
		return may_follow(h, v, here);
	return found->stored && !v->packed && !page_plain(&h->page) ? HTTP_UNAVAILABLE : HTTP_OK;
}

static void put_head(const struct resource *found, const struct visit *v, struct text *t)
{
	char field[128];
	struct text f = text_make(field, sizeof(field));

	text_put(&f, found->field ? found->field : "");
	text_put(&f, found->packs ? "Vary: Accept-Encoding\r\n" : "");
	text_put(&f, v->packed ? "Content-Encoding: gzip\r\n" : "");
	const struct http_answer a = {
		.status = HTTP_OK,
		.type = found->type,
		.length = length_of(found, v->packed),
		.field = field,
		.inlined = found->stored ? page_inlined : NULL,
	};
	http_head(t, &a);
}

static uint32_t number_in(const struct http_request *r, const char *name)
{
	struct http_text value = http_value(r->query, '&', name);
	uint64_t number;

	return value.at && text_to_u64(value.at, value.len, 1, UINT32_MAX, &number)
	               ? (uint32_t)number
	               : 0;
}

static void begin_answer(struct http *h, struct connection *x, const struct http_request *r,
                         const struct clock *clock, struct text *t)
{
	struct visit *v = visit_of(h, x);
	const struct resource *found = resources_find(h, r);
	bool head = http_is(r->method, "HEAD");

	if (!found) {
		visit_refuse(h, x, HTTP_NOT_FOUND, NULL, t);
		return;
	}
	v->packed = found->packs && http_accepts(r, "gzip");
	v->viewer = gate_viewer(r, &x->from);
	enum http_status status = head ? HTTP_OK : judge(h, v, found, gate_is_here(r, &x->from));
	if (status != HTTP_OK) {
		visit_refuse(h, x, status, "Retry-After: 30\r\n", t);
		return;
	}
	status = head || !found->prepare ? HTTP_OK : found->prepare(h, v, r, clock);
	if (status != HTTP_OK) {
		visit_refuse(h, x, status, NULL, t);
		return;
	}
	put_head(found, v, t);
	x->leaving = head;
	if (head)
		return;
	v->resource = found;
	v->rows = http_value(r->query, '&', "rows");
	v->cursor.client = number_in(r, "client");
	visit_pack(v, t);
	if (!visit_follows(v))
		return;
	h->followers++;
	event_stream_begin(h, v, r, clock, t);
}

/* Reads the head of the request; false: it is not complete yet. */
static bool take_request(struct http *h, struct connection *x, const struct clock *clock,
                         struct text *t)
{
	struct http_request r;
	const char *reason;

	switch (http_read(x->in, x->in_len, &r, &reason)) {
	case PARSE_IGNORE:
		if (x->in_len == HTTP_HEAD_MAX)
			visit_refuse(h, x, HTTP_HEAD_TOO_LARGE, NULL, t);
		else if (clock->now - visit_of(h, x)->since >= HTTP_HEAD_MS)
			x->leaving = true;
		return x->leaving;
	case PARSE_BAD:
		visit_refuse(h, x, HTTP_BAD_REQUEST, NULL, t);
		return true;
	case PARSE_OK:
		break;
	}
	h->connections->figures.requests_total++;
	const struct resource *found = resources_find(h, &r);
	bool changes = found && found->changes, post = http_is(r.method, "POST");
	if (changes && !post)
		visit_refuse(h, x, HTTP_METHOD_NOT_ALLOWED, "Allow: POST\r\n", t);
	else if (!changes && !http_is(r.method, "GET") && !http_is(r.method, "HEAD"))
		visit_refuse(h, x, HTTP_METHOD_NOT_ALLOWED, "Allow: GET, HEAD\r\n", t);
	else if (admission_may_see(h, x, &r, clock->now, t))
		begin_answer(h, x, &r, clock, t);
	return true;
}

static bool make(void *owner, struct connection *x, const struct clock *clock, struct text *t)
{
	struct http *h = owner;
	struct visit *v = visit_of(h, x);

	if (!v->resource)
		return take_request(h, x, clock, t);
	switch (visit_next(h, v, clock, t)) {
	case TELL_MORE:
		return true;
	case TELL_WAIT:
		return false;
	case TELL_END:
		break;
	}
	visit_end(v);
	x->leaving = true;
	return true;
}

static bool admits(const void *owner, const struct addr *from)
{
	const struct http *h = owner;

	return admission_admits(h->conf, from);
}

static void begin(void *owner, struct connection *x, const struct clock *clock)
{
	*visit_of(owner, x) = (struct visit){.since = clock->now, .from = x->from};
}

static void end(void *owner, struct connection *x)
{
	struct http *h = owner;

	h->followers -= visit_follows(visit_of(h, x));
	visit_end(visit_of(h, x));
}

static bool answers(const void *owner, const struct connection *x)
{
	return visit_shown(owner, x)->resource;
}

static bool follows(const void *owner, const struct connection *x, uint64_t *position)
{
	const struct visit *v = visit_shown(owner, x);

	*position = v->position;
	return visit_follows(v);
}

static tick_t deadline(const void *owner, const struct connection *x)
{
	return visit_deadline(visit_shown(owner, x), x->leaving);
}

static const struct protocol protocol = {
	.service = SERVICE_HTTP,
	.capacity = HTTP_CONNECTIONS,
	.in_max = HTTP_HEAD_MAX,
	.out_max = 2 * VIEW_LINE_MAX,
	.piece_max = VIEW_LINE_MAX,
	.idle_ms = HTTP_HEAD_MS,
	.give_way = true,
	.each_max = HTTP_CONNECTIONS_EACH,
	.refusal = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
		   "Retry-After: 30\r\nConnection: close\r\n\r\n",
	.stranger = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
	.admits = admits,
	.begin = begin,
	.end = end,
	.make = make,
	.answers = answers,
	.follows = follows,
	.deadline = deadline,
};

bool http_follow(struct http *h)
{
	if (h->self_care || !h->conf->self_care)
		return true;
	h->self_care = calloc(1, sizeof(*h->self_care));
	if (h->self_care && h->sources->seed)
		memcpy(h->self_care->seed, h->sources->seed, sizeof(h->self_care->seed));
	return h->self_care;
}

struct http *http_open(int listening, struct poller *poller, const struct sources *sources,
                       const struct conf_report *conf)
{
	struct http *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->sources = sources;
	h->conf = conf;
	h->gate.seed = sources->seed;
	bool whole = http_follow(h);
	h->connections = connections_open(listening, poller, &sources->events->ring, &protocol, h);
	if (h->connections && whole)
		return h;
	if (h->connections)
		connections_close(h->connections);
	free(h->self_care);
	free(h);
	return NULL;
}

void http_close(struct http *h)
{
	connections_close(h->connections);
	free(h->self_care);
	free(h->page);
	free(h);
}

struct connections *http_connections(struct http *h)
{
	return h->connections;
}

void http_reply(struct http *h, const struct record *r)
{
	for (uint32_t i = 0; i < HTTP_CONNECTIONS; i++) {
		if (h->visits[i].command)
			answer_reply(&h->visits[i].command->answer, r);
		else if (h->visits[i].ask)
			self_care_take(h->visits[i].ask, r);
	}
}
