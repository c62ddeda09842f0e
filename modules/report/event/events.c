#include "report/event/events.h"

#include "report/model/view.h"

struct event *events_publish(struct events *events, enum event_kind kind, const struct clock *clock)
{
	struct event *e = &events->at[ring_next(&events->ring) % RING_LINES];

	e->kind = kind;
	e->clock = *clock;
	return e;
}

const struct event *events_at(const struct events *events, uint64_t number)
{
	return ring_has(&events->ring, number) ? &events->at[number % RING_LINES] : NULL;
}

const char *events_line(struct events *events, uint64_t number, enum form form)
{
	const struct event *e = events_at(events, number);
	const char *kept = ring_line(&events->ring, number, form);
	char line[VIEW_LINE_MAX];
	struct text t = text_make(line, sizeof(line));

	if (!e || kept)
		return kept;
	if (form == FORM_JSON)
		event_json(&t, e, number, events->ring.boot);
	else
		event_text(&t, e, events->conf);
	return ring_keep(&events->ring, number, form, line);
}

void events_settle(struct events *events)
{
	for (uint64_t back = 0; back < RING_LINES && back < events->ring.last; back++)
		(void)events_line(events, events->ring.last - back, FORM_TEXT);
}

static uint32_t number_in(const struct record *r, const char *field)
{
	const struct record_field *f = record_field_find(r->kind, field);

	return f ? (uint32_t)record_number(r, f) : 0;
}

static uint32_t client_of(const struct record *r)
{
	return number_in(r, r->kind == RECORD_CALL ? "origin" : "client");
}

bool events_pass(const struct event_filter *filter, const struct event *e)
{
	enum record_kind of = event_info(e->kind)->of;

	if (of == RECORD_KINDS)
		return !filter->kinds && !filter->client && !filter->conference;
	return (!filter->kinds || filter->kinds >> of & 1) &&
	       (!filter->client || filter->client == client_of(&e->record)) &&
	       (!filter->conference || filter->conference == number_in(&e->record, "conference"));
}
