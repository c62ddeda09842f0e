#include "report/event.h"

#include <inttypes.h>
#include <string.h>

#include "report/view.h"

#define BURST_BITS 141u /* of a voice burst, of which a client tells how many were wrong */

/* What happened to a row, in words; NULL: that is told of no such row. */
static const struct {
	const char *begin, *update, *end;
} names[RECORD_KINDS] = {
	[RECORD_SERVER] = {"server.start", "server.update", "server.stop"},
	[RECORD_LISTENER] = {"listener.up", "listener.update", "listener.down"},
	[RECORD_SESSION] = {"client.up", "client.update", "client.down"},
	[RECORD_SUBSCRIPTION] = {"subscription.on", "subscription.extend", "subscription.off"},
	[RECORD_CALL] = {"call.start", "call.update", "call.end"},
	[RECORD_PEER] = {"mesh.up", "mesh.update", "mesh.removed"},
	[RECORD_BLOCK] = {"block.on", "block.update", "block.off"},
	[RECORD_LEGS] = {"leg.start", "leg.start", "leg.end"},
	[RECORD_LOG] = {"log.line", "log.line", "log.line"},
	[RECORD_DROPPED] = {"gap", "gap", "gap"},
	[RECORD_REFUSAL] = {"client.reject", "client.reject", "client.reject"},
	[RECORD_RELOAD] = {"server.reload", "server.reload", "server.reload"},
	[RECORD_LOOP] = {"loop.suppressed", "loop.suppressed", "loop.suppressed"},
};

static bool is_missed_begin(const struct record *r, const struct record *before)
{
	return r->change == CHANGE_SNAPSHOT && r->kind < RECORD_ROWS && !before;
}

bool event_is_news(const struct record *r, const struct record *before)
{
	if (!names[r->kind].begin)
		return false;
	if (r->kind >= RECORD_ROWS || r->change != CHANGE_SNAPSHOT || !before)
		return true;
	return r->kind == RECORD_CALL && r->call.frames != before->call.frames;
}

static const char *session_update(const struct record *r, const struct record *before)
{
	bool same = !before || strcmp(r->session.options, before->session.options) == 0;

	return same ? "client.update" : "client.options";
}

static const char *subscription_update(const struct record *r, const struct record *before)
{
	if (before && r->subscription.active != before->subscription.active)
		return r->subscription.active ? "subscription.on" : "subscription.suspend";
	return "subscription.extend";
}

static const char *data_name(const struct record *r, const struct record *before)
{
	if (r->change == CHANGE_BEGIN || is_missed_begin(r, before))
		return "data.start";
	return r->change == CHANGE_END ? "data.end" : "data.update";
}

static const char *mesh_name(const struct record *r, const struct record *before)
{
	if (r->change == CHANGE_END)
		return names[RECORD_PEER].end;
	if (!before || before->peer.up != r->peer.up)
		return r->peer.up ? "mesh.up" : "mesh.down";
	const struct peer_row *was = &before->peer, *is = &r->peer;
	if (was->stunned != is->stunned)
		return is->stunned ? "mesh.stun" : "mesh.clear";
	if (was->version != is->version)
		return "mesh.version";
	if (!addr_equal(&was->at, &is->at))
		return "mesh.address";
	if (was->clock_differs != is->clock_differs)
		return "mesh.skew";
	if (was->quenches_in_total != is->quenches_in_total ||
	    was->quenches_out_total != is->quenches_out_total)
		return "mesh.quench";
	return was->lost_total != is->lost_total ? "mesh.loss" : names[RECORD_PEER].update;
}

const char *event_name(const struct record *r, const struct record *before)
{
	if (r->kind == RECORD_LEGS)
		return r->legs.open ? names[RECORD_LEGS].begin : names[RECORD_LEGS].end;
	if (r->kind == RECORD_CALL && r->call.data)
		return data_name(r, before);
	if (r->kind == RECORD_PEER)
		return mesh_name(r, before);
	if (r->change == CHANGE_BEGIN || is_missed_begin(r, before))
		return names[r->kind].begin;
	if (r->change == CHANGE_END && r->kind == RECORD_SUBSCRIPTION && r->cause == CAUSE_TIMER)
		return "subscription.expire";
	if (r->change == CHANGE_END && r->kind == RECORD_CALL && r->cause == CAUSE_TIMEOUT)
		return "call.lost";
	if (r->change == CHANGE_END)
		return names[r->kind].end;
	if (r->kind == RECORD_SESSION)
		return session_update(r, before);
	if (r->kind == RECORD_SUBSCRIPTION)
		return subscription_update(r, before);
	return names[r->kind].update;
}

static void envelope(struct text *t, uint64_t seq, const struct ring *ring, tick_t at,
                     const struct clock *clock, const char *name)
{
	text_format(t, "{\"v\":%d,\"seq\":%" PRIu64 ",\"boot\":\"%016" PRIx64 "\",\"t\":",
	            EVENT_VERSION, seq, ring->boot);
	record_json_time(t, at, clock->epoch_ms);
	text_format(t, ",\"ev\":\"%s\"", name);
}

/* In hundredths of a percent, so that no printing of fractions is needed. */
static void percent(struct text *t, const char *name, uint64_t part, uint64_t whole)
{
	uint64_t v = whole ? part * 10000 / whole : 0;

	text_format(t, ",\"%s\":%" PRIu64 ".%02d", name, v / 100, (int)(v % 100));
}

void event_call_figures(struct text *t, const struct record *r, const struct clock *clock)
{
	const struct call_row *c = &r->call;
	tick_t ms = (r->change == CHANGE_END ? r->at : clock->now) - c->started;

	ms = ms < 0 ? 0 : ms;
	text_format(t, ",\"dur\":%" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
	percent(t, "loss", c->lost, (uint64_t)c->frames + c->lost);
	percent(t, "ber", c->ber_errors, (uint64_t)c->frames * BURST_BITS);
}

/* Where somebody is, in the network or on the map, is nobody's business who looks on. */
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
}

const char *event_reason(const struct record *r)
{
	return r->cause == CAUSE_NONE ? "unknown" : cause_name(r->cause);
}

void event_json(struct text *t, const struct record *r, const struct record *before,
                const struct ring *ring, const struct clock *clock)
{
	envelope(t, ring->last + 1, ring, r->at, clock, event_name(r, before));
	if (r->change == CHANGE_END || r->cause != CAUSE_NONE)
		text_format(t, ",\"reason\":\"%s\"", event_reason(r));
	event_fields(t, r, clock);
	if (r->kind == RECORD_CALL)
		event_call_figures(t, r, clock);
	text_char(t, '}');
}

void event_hello(struct text *t, const struct sources *s, const struct clock *clock)
{
	struct model_walk walk = model_walk_kind(RECORD_SERVER);
	struct record r;

	envelope(t, s->ring->last, s->ring, clock->now, clock, "hello");
	text_put(t, ",\"software\":\"freedmr\",\"version\":\"" VERSION "\"");
	if (model_next(s->model, &walk, &r))
		text_format(t, ",\"srv\":%" PRIu32, r.server.id);
	text_char(t, '}');
}

static uint64_t counter(const struct sources *s, const char *name)
{
	struct model_walk walk = model_walk_kind(RECORD_COUNTER);
	struct record r;

	while (model_next(s->model, &walk, &r)) {
		if (strcmp(r.counter.name, name) == 0)
			return r.counter.value;
	}
	return 0;
}

struct health {
	const char *name;
	uint64_t value;
};

#define HEALTH_FIELDS 9

/* For how many seconds the voice process has not shown its rows; at first, since we began. */
static uint64_t rows_age(const struct sources *s, const struct clock *clock)
{
	tick_t fresh = model_fresh_at(s->model);

	if (fresh == TICK_LONG_AGO)
		fresh = s->began;
	return clock->now > fresh ? (uint64_t)(clock->now - fresh) / 1000 : 0;
}

static void take_health(const struct sources *s, const struct clock *clock,
                        struct health out[static HEALTH_FIELDS])
{
	struct model_walk walk = model_walk_kind(RECORD_SERVER);
	struct record r;
	bool known = model_next(s->model, &walk, &r);
	tick_t up = known ? clock->now - r.server.started : 0;
	uint64_t callers = 0;

	for (enum outlet o = 0; o < OUTLET_OUTLETS; o++)
		callers += s->figures[o] ? s->figures[o]->connections : 0;
	const struct health all[HEALTH_FIELDS] = {
		{"up", up < 0 ? 0 : (uint64_t)up / 1000},
		{"queue", s->link->queue},
		{"queue_max", s->link->queue_max},
		{"dropped", counter(s, "records_dropped_total")},
		{"sessions", model_count(s->model, RECORD_SESSION)},
		{"calls", model_count(s->model, RECORD_CALL)},
		{"subscriptions", model_count(s->model, RECORD_SUBSCRIPTION)},
		{"report_clients", callers},
		{"age", rows_age(s, clock)},
	};
	memcpy(out, all, sizeof(all));
}

void event_health_json(struct text *t, const struct sources *s, const struct clock *clock)
{
	struct health h[HEALTH_FIELDS];

	take_health(s, clock, h);
	envelope(t, s->ring->last + 1, s->ring, clock->now, clock, "health");
	for (size_t i = 0; i < HEALTH_FIELDS; i++)
		text_format(t, ",\"%s\":%" PRIu64, h[i].name, h[i].value);
	text_char(t, '}');
}

void event_health_text(struct text *t, const struct sources *s, const struct clock *clock)
{
	struct health h[HEALTH_FIELDS];

	take_health(s, clock, h);
	text_put(t, " ");
	view_utc(t, clock->now, clock);
	text_put(t, " health");
	for (size_t i = 0; i < HEALTH_FIELDS; i++)
		text_format(t, " %s=%" PRIu64, h[i].name, h[i].value);
}
