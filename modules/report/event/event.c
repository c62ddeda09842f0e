#include "report/event/event.h"

#include <inttypes.h>
#include <string.h>

#include "report/history/history_types.h"
#include "report/model/view.h"

static const char *const health_names[HEALTH_FIGURES] = {
	[HEALTH_UP] = "up",
	[HEALTH_QUEUE] = "queue",
	[HEALTH_QUEUE_MAX] = "queue_max",
	[HEALTH_DROPPED] = "dropped",
	[HEALTH_SESSIONS] = "sessions",
	[HEALTH_CALLS] = "calls",
	[HEALTH_SUBSCRIPTIONS] = "subscriptions",
	[HEALTH_REPORT_CLIENTS] = "report_clients",
	[HEALTH_AGE] = "age",
};

void event_call_figures(struct text *t, const struct record *r, const struct clock *clock)
{
	const struct call_row *c = &r->call;
	tick_t ms = (r->change == CHANGE_END ? r->at : clock->now) - c->started;

	ms = ms < 0 ? 0 : ms;
	text_put(t, ",\"dur\":");
	view_seconds(t, ms);
	text_put(t, ",\"loss\":");
	view_hundredths(t, history_loss(c->lost, c->frames));
	text_put(t, ",\"ber\":");
	view_hundredths(t, history_ber(c->ber_errors, c->frames));
}

/* Addresses and positions are private: they are not published. */
static bool is_private(const struct record *r, const struct record_field *f)
{
	return (f->type == FIELD_ADDR && r->kind != RECORD_LISTENER) ||
	       strcmp(f->name, "position") == 0;
}

void event_fields(struct text *t, const struct record *r, const struct clock *clock)
{
	const struct record_info *info = record_info(r->kind);

	for (size_t i = 0; i < info->field_count; i++) {
		if (!is_private(r, &info->fields[i]))
			record_json_field(t, r, &info->fields[i], clock->epoch_ms);
	}
	if (r->kind == RECORD_SESSION)
		view_skipped(t, FORM_JSON, r->session.options);
}

const char *event_reason(const struct record *r)
{
	return r->cause == CAUSE_NONE ? "unknown" : cause_name(r->cause);
}

static void record_members(struct text *t, const struct record *r, const struct clock *clock)
{
	if (r->change == CHANGE_END || r->cause != CAUSE_NONE)
		text_format(t, ",\"reason\":\"%s\"", event_reason(r));
	event_fields(t, r, clock);
	if (r->kind == RECORD_CALL)
		event_call_figures(t, r, clock);
}

static void clock_json(struct text *t, const struct event *e)
{
	text_format(t, ",\"by_ms\":%" PRId64, e->set_by_ms);
}

static void clock_text(struct text *t, const struct event *e)
{
	text_format(t, " clock set by_ms=%" PRId64, e->set_by_ms);
}

static void ping_json(struct text *t, const struct event *e)
{
	text_put(t, ",\"pings\":[");
	for (uint32_t i = 0; i < e->pings.count; i++) {
		const struct ping *p = &e->pings.ping[i];
		text_format(t, "%s{\"client\":%" PRIu32 ",\"last_ping\":", i ? "," : "", p->client);
		record_json_time(t, e->pings.since + p->after_ms, e->clock.epoch_ms);
		text_char(t, '}');
	}
	text_char(t, ']');
}

static void health_json(struct text *t, const struct event *e)
{
	for (size_t i = 0; i < HEALTH_FIGURES; i++)
		text_format(t, ",\"%s\":%" PRIu64, health_names[i], e->health[i]);
}

static void health_text(struct text *t, const struct event *e)
{
	text_put(t, " health");
	for (size_t i = 0; i < HEALTH_FIGURES; i++)
		text_format(t, " %s=%" PRIu64, health_names[i], e->health[i]);
}

static void missed_json(struct text *t, const struct event *e)
{
	text_format(t, ",\"where\":\"outlet\",\"lost\":%" PRIu64 ",\"dropped\":%" PRIu64,
	            e->missed.lost, e->missed.total);
}

static void hello_json(struct text *t, const struct event *e)
{
	text_put(t, ",\"software\":\"freedmr\",\"version\":\"" VERSION "\"");
	if (e->hello.known)
		text_format(t, ",\"srv\":%" PRIu32, e->hello.server);
}

/* How the kinds without a record are shown. */
static const struct {
	void (*json)(struct text *t, const struct event *e);
	void (*text)(struct text *t, const struct event *e); /* NULL: of no use to people */
} own[EVENT_KINDS] = {
	[EVENT_SERVER_CLOCK] = {clock_json, clock_text},
	[EVENT_HEALTH] = {health_json, health_text},
	[EVENT_PING] = {ping_json},
	[EVENT_MISSED] = {missed_json},
	[EVENT_HELLO] = {hello_json},
};

void event_json(struct text *t, const struct event *e, uint64_t number, uint64_t boot)
{
	const struct event_info *info = event_info(e->kind);
	bool shows = info->of < RECORD_KINDS;

	text_format(t, "{\"v\":%d,\"seq\":%" PRIu64 ",\"boot\":\"%016" PRIx64 "\",\"t\":",
	            EVENT_VERSION, number, boot);
	record_json_time(t, shows ? e->record.at : e->clock.now, e->clock.epoch_ms);
	text_format(t, ",\"ev\":\"%s\"", info->name);
	if (shows)
		record_members(t, &e->record, &e->clock);
	else if (own[e->kind].json)
		own[e->kind].json(t, e);
	text_char(t, '}');
}

void event_text(struct text *t, const struct event *e, const struct conf *conf)
{
	if (event_info(e->kind)->of < RECORD_KINDS) {
		view_event(t, &e->record, &e->clock, conf);
	} else if (own[e->kind].text) {
		text_char(t, TEXT_SHOW);
		view_utc(t, e->clock.now, &e->clock);
		own[e->kind].text(t, e);
	}
}
