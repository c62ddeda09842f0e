#include "report/event/snapshot.h"

#include <inttypes.h>

#include "report/event/event.h"
#include "report/model/view.h"

/* Rows of the model and after them the reporter's own, ended calls, refusals, or events. */
enum origin { OF_MODEL, OF_PAST, OF_REFUSALS, OF_EVENTS };

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
	{"refusals", RECORD_REFUSAL, OF_REFUSALS},
	{"happened", RECORD_KINDS, OF_EVENTS},
	{"tables", RECORD_TABLE, OF_MODEL},
	{"counters", RECORD_COUNTER, OF_MODEL},
	{"timings", RECORD_HISTOGRAM, OF_MODEL},
};

const char *snapshot_section(size_t section)
{
	return section < ARRAY_LEN(sections) ? sections[section].name : NULL;
}

static void head(const struct sources *s, const struct clock *clock, struct text *t)
{
	text_format(t, "{\"v\":%d,\"boot\":\"%016" PRIx64 "\",\"seq\":%" PRIu64 ",\"t\":",
	            EVENT_VERSION, s->events->ring.boot, s->events->ring.last);
	record_json_time(t, clock->now, clock->epoch_ms);
	text_put(t, ",\"fresh\":");
	record_json_time(t, model_fresh_at(s->model), clock->epoch_ms);
}

static bool past_row(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                     struct record *out)
{
	at->entered = true;
	if (at->nth >= SNAPSHOT_HEARD_MAX || !sources_heard(s, (uint32_t)at->nth, clock, out))
		return false;
	at->nth++;
	return true;
}

/* The next refusal; `at` of the record is the time of the last one. */
static bool refusal_row(struct row_cursor *at, const struct sources *s, struct record *out)
{
	const struct refusals *t = s->refusals;

	at->entered = true;
	if (!t || at->nth >= t->count)
		return false;
	const struct refusal *x = &t->row[at->nth++];
	*out = (struct record){.kind = RECORD_REFUSAL, .at = x->at, .refusal = x->last};
	return true;
}

static bool next_row(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                     struct record *out)
{
	enum record_kind kind = sections[at->section].kind;

	switch (sections[at->section].origin) {
	case OF_MODEL:
		return sources_next(s, at, kind, out);
	case OF_PAST:
		return past_row(at, s, clock, out);
	case OF_REFUSALS:
		return refusal_row(at, s, out);
	case OF_EVENTS:
		break;
	}
	return false;
}

/* How often and since when the client of this row was refused. */
static void put_times(struct text *t, const struct refusal *x, const struct clock *clock)
{
	text_format(t, ",\"times\":%" PRIu32 ",\"first\":", x->times);
	record_json_time(t, x->since, clock->epoch_ms);
	text_put(t, ",\"last\":");
	record_json_time(t, x->at, clock->epoch_ms);
}

/* A call that has ended also has a reason and the time of its end. */
static void put_row(const struct record *r, const struct refusal *times, const struct clock *clock,
                    struct text *t)
{
	struct text body = text_make(t->at + t->len, t->cap - t->len);

	event_fields(&body, r, clock);
	if (r->kind == RECORD_CALL)
		event_call_figures(&body, r, clock);
	if (times)
		put_times(&body, times, clock);
	if (r->change == CHANGE_END) {
		text_format(&body, ",\"reason\":\"%s\",\"ended\":", event_reason(r));
		record_json_time(&body, r->at, clock->epoch_ms);
	}
	text_char(&body, '}');
	t->at[t->len] = '{'; /* in place of the comma before the first field */
	t->len += body.len;
}

/* The next event of note, the newest first. */
static bool put_event(struct row_cursor *at, const struct sources *s, struct text *t)
{
	const struct happening *x = s->happened ? happened_nth(s->happened, at->nth) : NULL;

	at->entered = true;
	if (!x)
		return false;
	text_put(t, at->nth++ ? ",\n" : "\n");
	event_json(t, &x->event, x->number, s->events->ring.boot);
	return true;
}

bool snapshot_next(struct row_cursor *at, const struct sources *s, const struct clock *clock,
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
	if (sections[at->section].origin == OF_EVENTS && put_event(at, s, t))
		return true;
	if (next_row(at, s, clock, &r)) {
		text_put(t, first ? "\n" : ",\n");
		put_row(&r, r.kind == RECORD_REFUSAL ? &s->refusals->row[at->nth - 1] : NULL, clock,
		        t);
		return true;
	}
	text_put(t, "]");
	row_cursor_leave(at);
	return true;
}

bool snapshot_heard_next(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                         struct text *t)
{
	struct record r;
	bool first = !at->entered;

	at->entered = true;
	if (first) {
		head(s, clock, t);
		text_put(t, ",\"lastheard\":[");
	}
	if (!sources_heard(s, (uint32_t)at->nth, clock, &r)) {
		text_put(t, "]}\n");
		return false;
	}
	text_put(t, at->nth++ ? ",\n" : "\n");
	put_row(&r, NULL, clock, t);
	return true;
}
