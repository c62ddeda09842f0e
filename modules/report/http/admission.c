#include "report/http/admission.h"

#include <string.h>

#include "base/log.h"
#include "base/sha.h"
#include "conf/networks.h"
#include "report/http/host.h"
#include "report/http/token_page.h"

#define BEARER "Bearer "
#define PLAIN "text/plain; charset=utf-8"
#define HTML "text/html; charset=utf-8"
#define CHALLENGE "WWW-Authenticate: Bearer\r\n"

bool admission_admits(const struct conf_report *conf, const struct addr *from)
{
	return conf->http_allow.count == 0 || networks_hold(&conf->http_allow, from);
}

/* The token of the request, wherever it is; at = NULL: none. */
static struct http_text given_token(const struct http_request *r, bool *in_address)
{
	struct http_text token = http_field(r, "authorization");
	size_t len = strlen(BEARER);

	*in_address = false;
	if (token.len > len && memcmp(token.at, BEARER, len) == 0)
		return (struct http_text){token.at + len, token.len - len};
	if (http_is(r->path, "/"))
		token = http_value(r->query, '&', "token");
	else
		token.at = NULL;
	*in_address = token.at;
	return token.at ? token : http_value(http_field(r, "cookie"), ';', "token");
}

static void answer(struct http *h, struct connection *x, const struct http_answer *a,
                   const char *body, struct text *t)
{
	http_head(t, a);
	text_put(t, body);
	h->connections->figures.bad_requests_total++;
	x->leaving = true;
}

/* Asks for the token: a browser gets a form, whose answer becomes a cookie; a program only the
 * status. */
static void ask_for_token(struct http *h, struct connection *x, const struct http_request *r,
                          enum token_page why, struct text *t)
{
	char page[TOKEN_PAGE_MAX];
	struct text p = text_make(page, sizeof(page));
	struct http_answer a = {.status = HTTP_UNAUTHORIZED,
	                        .type = HTML,
	                        .field = CHALLENGE,
	                        .inlined = token_page_inlined};

	if (why == TOKEN_PAGE_TOO_MANY) {
		a.status = HTTP_TOO_MANY;
		a.field = "Retry-After: 10\r\n";
	}
	if (!http_is(r->path, "/")) {
		visit_refuse(h, x, a.status, a.field, t);
		return;
	}
	token_page_write(r, why, &p);
	a.length = p.len;
	answer(h, x, &a, page, t);
}

/* Moves the token from the address into a cookie. */
static void give_cookie(const struct http *h, struct connection *x, struct text *t)
{
	char field[256];
	struct text f = text_make(field, sizeof(field));
	const struct http_answer a = {.status = HTTP_SEE_OTHER, .type = PLAIN, .field = field};

	text_format(&f,
	            "Location: ./\r\nSet-Cookie: token=%s; Max-Age=31536000; HttpOnly; "
	            "SameSite=Strict\r\n",
	            h->conf->http_token);
	http_head(t, &a);
	x->leaving = true;
}

static void refuse_host(struct http *h, struct connection *x, struct http_text host, tick_t now,
                        struct text *t)
{
	static const char body[] =
		"This server does not know itself by the name in the address. Use its IP address, "
		"or add the name to http-names in [report].\n";
	const struct http_answer a = {
		.status = HTTP_FORBIDDEN, .type = PLAIN, .length = sizeof(body) - 1};
	char name[HOST_NAME_MAX_OCTETS], from[ADDR_TEXT_MAX];

	answer(h, x, &a, body, t);
	if (!bucket_take(&h->host_lines, now, GATE_RATE, 1))
		return;
	text_clean(name, sizeof(name), host.at, host.len);
	log_warn("web page: refused host=%s from=%s (set http-names in [report])", name,
	         addr_format(&x->from, from));
}

/* Asks for the token if it is missing or wrong. */
static bool is_admitted(struct http *h, struct connection *x, const struct http_request *r,
                        tick_t now, struct text *t)
{
	struct addr viewer = gate_viewer(r, &x->from);
	bool in_address;
	const struct gate_try try = {given_token(r, &in_address), &viewer, "http-token"};

	if (!try.given.at) {
		ask_for_token(h, x, r, TOKEN_PAGE_ASK, t);
		return false;
	}
	switch (gate_judge(&h->gate, &try, h->conf->http_token, now)) {
	case GATE_RIGHT:
		break;
	case GATE_WRONG:
		ask_for_token(h, x, r, TOKEN_PAGE_WRONG, t);
		return false;
	case GATE_TOO_MANY:
		ask_for_token(h, x, r, TOKEN_PAGE_TOO_MANY, t);
		return false;
	}
	if (in_address)
		give_cookie(h, x, t);
	return !in_address;
}

bool admission_may_see(struct http *h, struct connection *x, const struct http_request *r,
                       tick_t now, struct text *t)
{
	struct http_text host = http_field(r, "host");
	const char *machine = h->sources->machine;

	if (!host_is_ours(host, machine ? machine : "", h->conf->http_names)) {
		refuse_host(h, x, host, now, t);
		return false;
	}
	return !h->conf->http_token[0] || is_admitted(h, x, r, now, t);
}
