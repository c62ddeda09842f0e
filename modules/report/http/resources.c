#include "report/http/resources.h"

#include <string.h>

#include "report/control/history_tell.h"
#include "report/event/snapshot.h"
#include "report/http/event_stream.h"
#include "report/http/metrics.h"
#include "report/http/page.h"
#include "report/http/prepare.h"
#include "wire/prometheus.h"

#define JSON "application/json"
#define LINES "application/x-ndjson"

static enum tell tell_octets(struct visit *v, const char *octets, size_t whole, struct text *t)
{
	size_t left = whole - (size_t)v->cursor.nth;
	size_t len = left < VISIT_PIECE_MAX ? left : VISIT_PIECE_MAX;

	text_bytes(t, octets + v->cursor.nth, len);
	v->cursor.nth += len;
	return len == left ? TELL_END : TELL_MORE;
}

static enum tell tell_page(struct http *h, struct visit *v, const struct clock *clock,
                           struct text *t)
{
	(void)clock;
	return v->packed ? tell_octets(v, page_octets, page_len, t)
	                 : tell_octets(v, h->page, page_plain_len(), t);
}

/* Is this section of the snapshot in a list like "sessions,calls"? */
static bool is_asked_for(struct http_text rows, const char *section)
{
	size_t len = strlen(section);

	for (const char *at = rows.at, *end = rows.at + rows.len; at < end; at++) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		size_t item = (size_t)((comma ? comma : end) - at);
		if (item == len && memcmp(at, section, len) == 0)
			return true;
		at += item;
	}
	return false;
}

/* A request about one client gets rows no older than a second, if they arrive within another. */
static bool awaits_rows(const struct http *h, const struct visit *v, const struct clock *clock)
{
	const struct model *m = h->sources->model;

	if (!v->cursor.client || v->cursor.section > 0 || v->cursor.entered ||
	    clock->now >= v->since + VISIT_FRESH_MS ||
	    (!model_wants_snapshot(m) && model_fresh_at(m) >= v->since - VISIT_FRESH_MS))
		return false;
	voice_pipe_refresh(h->sources->link, model_in_snapshot(m), clock->now);
	return true;
}

static enum tell tell_snapshot(struct http *h, struct visit *v, const struct clock *clock,
                               struct text *t)
{
	const char *section;

	if (awaits_rows(h, v, clock))
		return TELL_WAIT;
	while (v->rows.at && !v->cursor.entered && v->cursor.section > 0 &&
	       (section = snapshot_section(v->cursor.section)) && !is_asked_for(v->rows, section))
		row_cursor_leave(&v->cursor);
	return snapshot_next(&v->cursor, h->sources, clock, t) ? TELL_MORE : TELL_END;
}

static enum tell tell_metrics(struct http *h, struct visit *v, const struct clock *clock,
                              struct text *t)
{
	return metrics_next(&v->cursor, h->sources, clock, t) ? TELL_MORE : TELL_END;
}

static enum tell tell_history_of(struct http *h, struct visit *v, const struct clock *clock,
                                 struct text *t)
{
	return history_tell_next(&v->cursor, v->history, h->sources, clock, t) ? TELL_MORE
	                                                                       : TELL_END;
}

static enum tell tell_heard(struct http *h, struct visit *v, const struct clock *clock,
                            struct text *t)
{
	return snapshot_heard_next(&v->cursor, h->sources, clock, t) ? TELL_MORE : TELL_END;
}

static enum tell tell_command(struct http *h, struct visit *v, const struct clock *clock,
                              struct text *t)
{
	switch (answer_next(&v->command->answer, h->sources, clock, t)) {
	case ANSWER_LINE:
		return TELL_MORE;
	case ANSWER_WAIT:
		return TELL_WAIT;
	case ANSWER_DONE:
		break;
	}
	return TELL_END;
}

/* The functions that the page may offer. */
static enum tell tell_access(struct http *h, struct visit *v, const struct clock *clock,
                             struct text *t)
{
	char notice[CONF_NOTICE_MAX];

	(void)v;
	(void)clock;
	text_clean(notice, sizeof(notice), h->conf->notice, strlen(h->conf->notice));
	text_format(t, "{\"admin\":%s,\"self_care\":%s,\"notice\":",
	            *h->conf->admin_token ? "true" : "false",
	            h->conf->self_care ? "true" : "false");
	text_json(t, notice);
	text_put(t, "}\n");
	return TELL_END;
}

static enum tell tell_challenge(struct http *h, struct visit *v, const struct clock *clock,
                                struct text *t)
{
	(void)v;
	self_care_challenge(h->self_care, clock->now, t);
	return TELL_END;
}

static enum tell tell_owner(struct http *h, struct visit *v, const struct clock *clock,
                            struct text *t)
{
	char from[ADDR_TEXT_MAX];

	addr_format_host(&v->viewer, from);
	return self_care_answer(h->self_care, v->ask, h->sources->persist, from, clock->now, t)
	               ? TELL_END
	               : TELL_WAIT;
}

static const struct resource resources[] = {
	{"/", "text/html; charset=utf-8", .packs = true, .stored = true, .tell = tell_page},
	{"/api/v2/snapshot", JSON, .packs = true, .tell = tell_snapshot},
	{"/api/v2/events", "text/event-stream", "X-Accel-Buffering: no\r\n", .follows = true,
         .tell = event_stream_next},
	{"/api/v2/history", JSON, .packs = true, .prepare = prepare_history,
         .tell = tell_history_of},
	{"/api/v2/lastheard", JSON, .packs = true, .tell = tell_heard},
	{"/api/v2/why", LINES, .packs = true, .prepare = prepare_why, .tell = tell_command},
	{"/api/v2/command", LINES, .packs = true, .changes = true, .prepare = prepare_order,
         .tell = tell_command},
	{"/api/v2/self/challenge", JSON, .changes = true, .prepare = prepare_challenge,
         .tell = tell_challenge},
	{"/api/v2/self/login", JSON, .changes = true, .prepare = prepare_login, .tell = tell_owner},
	{"/api/v2/self/options", JSON, .changes = true, .prepare = prepare_options,
         .tell = tell_owner},
	{"/api/v2/access", JSON, .tell = tell_access},
	{"/metrics", PROMETHEUS_TYPE, .packs = true, .tell = tell_metrics},
};

const struct resource *resources_find(const struct http *h, const struct http_request *r)
{
	for (size_t i = 0; i < ARRAY_LEN(resources); i++) {
		const struct resource *found = &resources[i];
		if (http_is(r->path, found->path))
			return found->tell != tell_metrics || h->conf->metrics ? found : NULL;
	}
	return NULL;
}
