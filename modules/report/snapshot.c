#include "report/snapshot.h"

#include <inttypes.h>

#include "report/event.h"
#include "report/view.h"

/* Rows of the model, of the reporter's own behind them where there are any, or calls that ended. */
enum origin { OF_MODEL, OF_PAST };

static const struct {
	const char *name;
	enum record_kind kind;
	enum origin origin;
} sections[] = {
	{"server", RECORD_SERVER, OF_MODEL},
	{"listeners", RECORD_LISTENER, OF_MODEL},
	{"sessions", RECORD_SESSION, OF_MODEL},
	{"slots", RECORD_SLOT, OF_MODEL},
	{"subscriptions", RECORD_SUBSCRIPTION, OF_MODEL},
	{"calls", RECORD_CALL, OF_MODEL},
	{"lastheard", RECORD_CALL, OF_PAST},
	{"mesh", RECORD_PEER, OF_MODEL},
	{"blocks", RECORD_BLOCK, OF_MODEL},
	{"tables", RECORD_TABLE, OF_MODEL},
	{"counters", RECORD_COUNTER, OF_MODEL},
};

const char *snapshot_section(size_t section)
{
	return section < ARRAY_LEN(sections) ? sections[section].name : NULL;
}

static void head(const struct sources *s, const struct clock *clock, struct text *t)
{
	text_format(t, "{\"v\":%d,\"boot\":\"%016" PRIx64 "\",\"seq\":%" PRIu64 ",\"t\":",
	            EVENT_VERSION, s->ring->boot, s->ring->last);
	record_json_time(t, clock->now, clock->epoch_ms);
	text_put(t, ",\"fresh\":");
	record_json_time(t, model_fresh_at(s->model), clock->epoch_ms);
}

/* The next of the reporter's own rows of that kind; at->nth counts them all. */
static bool own_row(struct telling *at, const struct sources *s, enum record_kind kind,
                    struct record *out)
{
	while (sources_row(s, at->nth, out)) {
		at->nth++;
		if (out->kind == kind)
			return true;
	}
	return false;
}

static bool past_row(struct telling *at, const struct sources *s, struct record *out)
{
	const struct record *r = model_past_call(s->model, (uint32_t)at->nth);

	at->entered = true;
	if (!r)
		return false;
	at->nth++;
	*out = *r;
	return true;
}

static bool next_row(struct telling *at, const struct sources *s, struct record *out)
{
	enum record_kind kind = sections[at->section].kind;

	switch (sections[at->section].origin) {
	case OF_MODEL:
		return telling_row(at, s->model, kind, out) || own_row(at, s, kind, out);
	case OF_PAST:
		return past_row(at, s, out);
	}
	return false;
}

/* A call that has ended has a reason and the time of its end. */
static void put_row(const struct record *r, const struct clock *clock, struct text *t)
{
	struct text body = text_make(t->at + t->len, t->cap - t->len);

	event_fields(&body, r, clock);
	if (r->kind == RECORD_CALL)
		event_call_figures(&body, r, clock);
	if (r->change == CHANGE_END) {
		text_format(&body, ",\"reason\":\"%s\",\"ended\":", event_reason(r));
		record_json_time(&body, r->at, clock->epoch_ms);
	}
	text_char(&body, '}');
	t->at[t->len] = '{'; /* in place of the comma before the first field */
	t->len += body.len;
}

bool snapshot_next(struct telling *at, const struct sources *s, const struct clock *clock,
                   struct text *t)
{
	struct record r;
	bool first = !at->entered;

	if (at->section == ARRAY_LEN(sections)) {
		text_put(t, "}\n");
		return false;
	}
	if (first && at->section == 0)
		head(s, clock, t);
	if (first)
		text_format(t, ",\"%s\":[", sections[at->section].name);
	if (next_row(at, s, &r)) {
		text_put(t, first ? "\n" : ",\n");
		put_row(&r, clock, t);
		return true;
	}
	text_put(t, "]");
	telling_leave(at);
	return true;
}
