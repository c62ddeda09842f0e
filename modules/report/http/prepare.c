#include "report/http/prepare.h"

#include <stdlib.h>
#include <string.h>

#include "report/control/history_ask.h"

/* Adds one word; a blank in it becomes a character that no word has. */
static void put_word(struct text *t, struct http_text word)
{
	if (word.len == 0)
		return;
	text_char(t, ' ');
	for (size_t i = 0; i < word.len; i++)
		text_char(t, word.at[i] == ' ' ? '?' : word.at[i]);
}

enum http_status prepare_history(struct http *h, struct visit *v, const struct http_request *r,
                                 const struct clock *clock)
{
	struct history *history = h->sources->history;
	char line[160];
	struct text t = text_make(line, sizeof(line));
	struct history_question q;
	bool csv;

	put_word(&t, http_value(r->query, '&', "of"));
	put_word(&t, http_value(r->query, '&', "period"));
	put_word(&t, http_value(r->query, '&', "id"));
	if (!history || t.cut ||
	    history_read(history, line, clock->now + clock->epoch_ms, &q, &csv) || csv)
		return HTTP_BAD_REQUEST;
	v->history = history_ask(history, &q);
	return v->history ? HTTP_OK : HTTP_BAD_REQUEST;
}

/* Starts the answer to a line, which is part of the request. */
static enum http_status begin_command(struct visit *v, struct http_text line,
                                      const struct clock *clock)
{
	v->command = web_command_begin(line, &v->viewer, clock);
	return v->command ? HTTP_OK : HTTP_UNAVAILABLE;
}

enum http_status prepare_why(struct http *h, struct visit *v, const struct http_request *r,
                             const struct clock *clock)
{
	struct http_text id = http_value(r->query, '&', "id");
	char line[48];
	struct text t = text_make(line, sizeof(line));

	text_put(&t, "why ");
	text_bytes(&t, id.at ? id.at : "", id.len);
	if (!id.at || id.len == 0 || t.cut || memchr(id.at, ' ', id.len))
		return HTTP_BAD_REQUEST;
	if (!gate_may_ask(&h->gate, &v->viewer, clock->now))
		return HTTP_TOO_MANY;
	enum http_status status = begin_command(v, (struct http_text){line, t.len}, clock);
	if (status == HTTP_OK)
		v->command->answer.quiet = true;
	return status;
}

enum http_status prepare_order(struct http *h, struct visit *v, const struct http_request *r,
                               const struct clock *clock)
{
	struct http_text line = http_field(r, "x-freedmr-command");
	const struct gate_try try = {http_field(r, "x-freedmr-token"), &v->viewer, "admin-token"};

	if (!*h->conf->admin_token)
		return HTTP_NOT_FOUND;
	if (gate_refuses(r, &v->from))
		return HTTP_FORBIDDEN;
	switch (gate_judge(&h->gate, &try, h->conf->admin_token, clock->now)) {
	case GATE_TOO_MANY:
		return HTTP_TOO_MANY;
	case GATE_WRONG:
		return HTTP_UNAUTHORIZED;
	case GATE_RIGHT:
		break;
	}
	return web_command_is_offered(line) ? begin_command(v, line, clock) : HTTP_BAD_REQUEST;
}

enum http_status prepare_challenge(struct http *h, struct visit *v, const struct http_request *r,
                                   const struct clock *clock)
{
	if (!h->conf->self_care || !h->self_care)
		return HTTP_NOT_FOUND;
	if (!gate_is_ours(r))
		return HTTP_FORBIDDEN;
	return gate_may_ask(&h->gate, &v->viewer, clock->now) ? HTTP_OK : HTTP_TOO_MANY;
}

static enum http_status begin_ask(struct http *h, struct visit *v, const struct http_request *r,
                                  const struct clock *clock)
{
	enum http_status status = prepare_challenge(h, v, r, clock);

	if (status == HTTP_OK)
		v->ask = malloc(sizeof(*v->ask));
	return status == HTTP_OK && !v->ask ? HTTP_UNAVAILABLE : status;
}

enum http_status prepare_login(struct http *h, struct visit *v, const struct http_request *r,
                               const struct clock *clock)
{
	enum http_status status = begin_ask(h, v, r, clock);

	return status == HTTP_OK ? self_care_sign_in(h->self_care, v->ask, h->sources->link, r,
	                                             &v->viewer, clock->now)
	                         : status;
}

enum http_status prepare_options(struct http *h, struct visit *v, const struct http_request *r,
                                 const struct clock *clock)
{
	enum http_status status = begin_ask(h, v, r, clock);

	return status == HTTP_OK
	               ? self_care_set(h->self_care, v->ask, h->sources->link, r, clock->now)
	               : status;
}
