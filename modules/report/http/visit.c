#include "report/http/visit.h"

#include <stdlib.h>
#include <string.h>

#define PLAIN "text/plain; charset=utf-8"

void visit_pack(struct visit *v, struct text *t)
{
	if (!v->packed || v->resource->stored)
		return;
	v->deflate = malloc(sizeof(*v->deflate));
	if (v->deflate)
		deflate_begin(v->deflate, t);
}

enum tell visit_next(struct http *h, struct visit *v, const struct clock *clock, struct text *t)
{
	char plain[VISIT_PIECE_MAX];
	struct text p = text_make(plain, sizeof(plain));

	if (!v->deflate)
		return v->resource->tell(h, v, clock, t);
	enum tell step = v->resource->tell(h, v, clock, &p);
	deflate_put(v->deflate, plain, p.len, t);
	if (step == TELL_END)
		deflate_end(v->deflate, t);
	return step;
}

void visit_refuse(struct http *h, struct connection *x, enum http_status status, const char *field,
                  struct text *t)
{
	const char *name = http_status_name(status);
	const struct http_answer a = {
		.status = status, .type = PLAIN, .length = strlen(name) + 1, .field = field};

	http_head(t, &a);
	text_format(t, "%s\n", name);
	h->connections->figures.bad_requests_total++;
	x->leaving = true;
}

tick_t visit_deadline(const struct visit *v, bool leaving)
{
	if (v->command)
		return answer_deadline(&v->command->answer);
	if (v->ask && v->resource)
		return v->ask->since + SELF_CARE_REPLY_MS;
	if (v->resource && v->cursor.client && v->cursor.section == 0 && !v->cursor.entered)
		return v->since + VISIT_FRESH_MS;
	return v->resource || leaving ? TICK_NEVER : v->since + HTTP_HEAD_MS;
}

void visit_end(struct visit *v)
{
	free(v->deflate);
	free(v->command);
	free(v->ask);
	v->deflate = NULL;
	v->command = NULL;
	v->ask = NULL;
	v->resource = NULL;
}
