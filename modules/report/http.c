#include "report/http.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "report/event.h"
#include "report/metrics.h"
#include "report/page.h"
#include "report/snapshot.h"
#include "report/view.h"
#include "wire/http.h"
#include "wire/prometheus.h"

#define BEARER "Bearer "
#define PLAIN "text/plain; charset=utf-8"
#define HTML "text/html; charset=utf-8"

struct resource;

/* What is being answered on one connection. */
struct visit {
	tick_t since;
	const struct resource *resource; /* NULL: the head of the request is awaited */
	struct telling told;
	uint64_t position; /* in the ring: the line told last */
};

struct http {
	struct callers *callers;
	const struct sources *sources;
	const struct conf_report *conf;
	uint32_t followers;
	struct visit visits[HTTP_CONNECTIONS];
};

/* Adds the next piece of a body. TELL_WAIT: nothing now; TELL_END: that was the last. */
enum tell { TELL_MORE, TELL_WAIT, TELL_END };

struct resource {
	const char *path;
	const char *type;
	enum tell (*tell)(struct http *h, struct visit *v, const struct clock *clock,
	                  struct text *t);
};

static enum tell tell_page(struct http *h, struct visit *v, const struct clock *clock,
                           struct text *t)
{
	uint64_t left = page_len - v->told.nth;
	size_t len = left < VIEW_LINE_MAX / 2 ? (size_t)left : VIEW_LINE_MAX / 2;

	(void)h;
	(void)clock;
	text_bytes(t, page_octets + v->told.nth, len);
	v->told.nth += len;
	return v->told.nth == page_len ? TELL_END : TELL_MORE;
}

static enum tell tell_snapshot(struct http *h, struct visit *v, const struct clock *clock,
                               struct text *t)
{
	return snapshot_next(&v->told, h->sources, clock, t) ? TELL_MORE : TELL_END;
}

static enum tell tell_metrics(struct http *h, struct visit *v, const struct clock *clock,
                              struct text *t)
{
	return metrics_next(&v->told, h->sources, clock, t) ? TELL_MORE : TELL_END;
}

static void put_event(const struct http *h, const char *line, uint64_t position, struct text *t)
{
	text_format(t, "id: %016" PRIx64 "-%" PRIu64 "\ndata: %s\n\n", h->sources->ring->boot,
	            position, line);
}

static enum tell tell_events(struct http *h, struct visit *v, const struct clock *clock,
                             struct text *t)
{
	const struct ring *ring = h->sources->ring;
	const char *line = ring_line(ring, v->position + 1, FORM_JSON);

	(void)clock;
	if (!line)
		return TELL_WAIT;
	v->position++;
	put_event(h, line, v->position, t);
	return TELL_MORE;
}

static const struct resource resources[] = {
	{"/", HTML, tell_page},
	{"/api/v2/snapshot", "application/json", tell_snapshot},
	{"/api/v2/events", "text/event-stream", tell_events},
	{"/metrics", PROMETHEUS_TYPE, tell_metrics},
};

static bool is_followed(const struct visit *v)
{
	return v->resource && v->resource->tell == tell_events;
}

static struct visit *visit_of(struct http *h, const struct caller *x)
{
	return &h->visits[callers_index(h->callers, x)];
}

static const struct visit *visit_shown(const struct http *h, const struct caller *x)
{
	return &h->visits[callers_index(h->callers, x)];
}

/* A short answer, and the end of the connection. */
static void refuse(struct http *h, struct caller *x, enum http_status status, const char *field,
                   struct text *t)
{
	const char *name = http_status_name(status);
	const struct http_answer a = {
		.status = status, .type = PLAIN, .length = strlen(name) + 1, .field = field};

	http_head(t, &a);
	text_format(t, "%s\n", name);
	h->callers->figures.bad_requests_total++;
	x->leaving = true;
}

/* Without telling by the time it takes how much was right. */
static bool is_token(const struct conf_report *conf, struct http_text given)
{
	return given.len == strlen(conf->http_token) &&
	       digest_equal(given.at, conf->http_token, given.len);
}

static bool knows_token(const struct conf_report *conf, const struct http_request *r)
{
	struct http_text authorization = http_field(r, "authorization");
	size_t len = strlen(BEARER);

	if (authorization.len > len && memcmp(authorization.at, BEARER, len) == 0) {
		authorization.at += len;
		authorization.len -= len;
		return is_token(conf, authorization);
	}
	return is_token(conf, http_value(http_field(r, "cookie"), ';', "token"));
}

/* A numeric address or localhost, with or without a port. */
static bool is_plain_host(struct http_text host)
{
	char text[ADDR_TEXT_MAX];
	struct text t = text_make(text, sizeof(text));
	struct addr a;

	text_bytes(&t, host.at, host.len);
	bool local = strncmp(text, "localhost", 9) == 0 && (text[9] == 0 || text[9] == ':');
	return !t.cut && (local || addr_parse(text, 80, &a));
}

/* Where the page asks for the token, which the answer to the form turns into a cookie. */
static void ask_for_token(struct http *h, struct caller *x, struct text *t)
{
	static const char form[] =
		"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width\">"
		"<meta name=\"color-scheme\" content=\"light dark\">"
		"<link rel=\"icon\" href=\"data:,\"><title>freedmr</title>"
		"<form><label>Token of this server<input type=\"password\" name=\"token\" "
		"autocomplete=\"current-password\" autofocus required></label>"
		"<button>Show</button></form></html>\n";
	const struct http_answer a = {.status = HTTP_UNAUTHORIZED,
	                              .type = HTML,
	                              .length = sizeof(form) - 1,
	                              .field = "WWW-Authenticate: Bearer\r\n"};

	http_head(t, &a);
	text_put(t, form);
	h->callers->figures.bad_requests_total++;
	x->leaving = true;
}

/* The token in the address becomes a cookie, so that it does not stay there. */
static void give_cookie(const struct http *h, struct caller *x, struct text *t)
{
	char field[256];
	struct text f = text_make(field, sizeof(field));
	const struct http_answer a = {.status = HTTP_SEE_OTHER, .type = PLAIN, .field = field};

	text_format(&f,
	            "Location: /\r\nSet-Cookie: token=%s; Path=/; Max-Age=31536000; HttpOnly; "
	            "SameSite=Strict\r\n",
	            h->conf->http_token);
	http_head(t, &a);
	x->leaving = true;
}

/* May it be answered? If not, it has been told so. */
static bool may_see(struct http *h, struct caller *x, const struct http_request *r, struct text *t)
{
	struct http_text host = http_field(r, "host");

	if (!h->conf->http_token[0]) {
		bool moved = addr_is_loopback(&h->conf->http) && host.at && !is_plain_host(host);
		if (moved)
			refuse(h, x, HTTP_FORBIDDEN, NULL, t);
		return !moved;
	}
	if (http_is(r->path, "/") && is_token(h->conf, http_value(r->query, '&', "token"))) {
		give_cookie(h, x, t);
		return false;
	}
	if (knows_token(h->conf, r))
		return true;
	if (http_is(r->path, "/"))
		ask_for_token(h, x, t);
	else
		refuse(h, x, HTTP_UNAUTHORIZED, "WWW-Authenticate: Bearer\r\n", t);
	return false;
}

static const struct resource *find(const struct http *h, const struct http_request *r)
{
	for (size_t i = 0; i < ARRAY_LEN(resources); i++) {
		const struct resource *found = &resources[i];
		if (http_is(r->path, found->path))
			return found->tell != tell_metrics || h->conf->metrics ? found : NULL;
	}
	return NULL;
}

/* The number behind our boot in Last-Event-ID; false when there is none, or it is of another life.
 */
static bool last_seen(const struct http *h, const struct http_request *r, uint64_t *seq)
{
	struct http_text id = http_field(r, "last-event-id");
	char boot[20];
	struct text t = text_make(boot, sizeof(boot));

	text_format(&t, "%016" PRIx64 "-", h->sources->ring->boot);
	return id.len > t.len && memcmp(id.at, boot, t.len) == 0 &&
	       text_to_u64(id.at + t.len, id.len - t.len, 0, h->sources->ring->last, seq);
}

/* Goes on where it was, or says that it has to begin anew. */
static void begin_events(struct http *h, struct visit *v, const struct http_request *r,
                         const struct clock *clock, struct text *t)
{
	const struct ring *ring = h->sources->ring;
	uint64_t seq = ring->last;
	char line[RECORD_JSON_MAX];
	struct text hello = text_make(line, sizeof(line));
	bool goes_on = last_seen(h, r, &seq) && ring_behind(ring, seq) < RING_LINES;

	v->position = goes_on ? seq : ring->last;
	text_put(t, "retry: 2000\n\n");
	if (goes_on)
		return;
	event_hello(&hello, h->sources, clock);
	if (http_field(r, "last-event-id").at)
		text_put(t, "event: resync\n");
	put_event(h, line, v->position, t);
}

static void begin_answer(struct http *h, struct caller *x, const struct http_request *r,
                         const struct clock *clock, struct text *t)
{
	struct visit *v = visit_of(h, x);
	const struct resource *found = find(h, r);
	bool head = http_is(r->method, "HEAD");

	if (!found) {
		refuse(h, x, HTTP_NOT_FOUND, NULL, t);
		return;
	}
	if (found->tell == tell_events && !head && h->followers == HTTP_FOLLOWERS) {
		refuse(h, x, HTTP_UNAVAILABLE, "Retry-After: 30\r\n", t);
		return;
	}
	const struct http_answer a = {
		.status = HTTP_OK,
		.type = found->type,
		.length = found->tell == tell_page ? page_len : HTTP_LENGTH_UNKNOWN,
		.field = found->tell == tell_page ? "Content-Encoding: gzip\r\n" : NULL,
		.inlined = found->tell == tell_page ? page_inlined : NULL,
	};
	http_head(t, &a);
	x->leaving = head;
	if (head)
		return;
	v->resource = found;
	if (!is_followed(v))
		return;
	h->followers++;
	begin_events(h, v, r, clock, t);
}

/* Reads the head; false while it is not complete. */
static bool take_request(struct http *h, struct caller *x, const struct clock *clock,
                         struct text *t)
{
	struct http_request r;
	const char *reason;

	switch (http_read(x->in, x->in_len, &r, &reason)) {
	case PARSE_IGNORE:
		if (x->in_len == HTTP_HEAD_MAX)
			refuse(h, x, HTTP_HEAD_TOO_LARGE, NULL, t);
		else if (clock->now - visit_of(h, x)->since >= HTTP_HEAD_MS)
			x->leaving = true;
		return x->leaving;
	case PARSE_BAD:
		refuse(h, x, HTTP_BAD_REQUEST, NULL, t);
		return true;
	case PARSE_OK:
		break;
	}
	h->callers->figures.requests_total++;
	if (!http_is(r.method, "GET") && !http_is(r.method, "HEAD"))
		refuse(h, x, HTTP_METHOD_NOT_ALLOWED, "Allow: GET, HEAD\r\n", t);
	else if (may_see(h, x, &r, t))
		begin_answer(h, x, &r, clock, t);
	return true;
}

static bool make(void *owner, struct caller *x, const struct clock *clock, struct text *t)
{
	struct http *h = owner;
	struct visit *v = visit_of(h, x);

	if (!v->resource)
		return take_request(h, x, clock, t);
	switch (v->resource->tell(h, v, clock, t)) {
	case TELL_MORE:
		return true;
	case TELL_WAIT:
		return false;
	case TELL_END:
		break;
	}
	v->resource = NULL;
	x->leaving = true;
	return true;
}

static bool admits(const void *owner, const struct addr *from)
{
	const struct http *h = owner;

	return h->conf->http_allow.count == 0 || networks_hold(&h->conf->http_allow, from);
}

static void begin(void *owner, struct caller *x, const struct clock *clock)
{
	*visit_of(owner, x) = (struct visit){.since = clock->now};
}

static void end(void *owner, struct caller *x)
{
	struct http *h = owner;

	h->followers -= is_followed(visit_of(h, x));
	visit_of(h, x)->resource = NULL;
}

static bool answers(const void *owner, const struct caller *x)
{
	return visit_shown(owner, x)->resource;
}

static bool follows(const void *owner, const struct caller *x, uint64_t *position)
{
	const struct visit *v = visit_shown(owner, x);

	*position = v->position;
	return is_followed(v);
}

static tick_t deadline(const void *owner, const struct caller *x)
{
	const struct visit *v = visit_shown(owner, x);

	return v->resource || x->leaving ? TICK_NEVER : v->since + HTTP_HEAD_MS;
}

static const struct talk language = {
	.outlet = OUTLET_HTTP,
	.capacity = HTTP_CONNECTIONS,
	.in_max = HTTP_HEAD_MAX,
	.out_max = 2 * VIEW_LINE_MAX,
	.piece_max = VIEW_LINE_MAX,
	.idle_ms = HTTP_HEAD_MS,
	.give_way = true,
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

struct http *http_open(int listening, struct poller *poller, const struct sources *sources,
                       const struct conf_report *conf)
{
	struct http *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->sources = sources;
	h->conf = conf;
	h->callers = callers_open(listening, poller, sources->ring, &language, h);
	if (h->callers)
		return h;
	free(h);
	return NULL;
}

void http_close(struct http *h)
{
	callers_close(h->callers);
	free(h);
}

struct callers *http_callers(struct http *h)
{
	return h->callers;
}
