#include "report/control/tell_events.h"

#include <string.h>

#include "report/event/events.h"
#include "report/event/server_status.h"
#include "report/control/request.h"

/* The kind of record that events of this name show; RECORD_KINDS: there is none. */
static enum record_kind event_kind(const char *word, size_t len)
{
	enum record_kind kind = 0;

	while (kind < RECORD_KINDS && !request_is(word, len, record_kind_name(kind)))
		kind++;
	return kind;
}

/* An ID, or a callsign that has exactly one. */
static const char *read_client(struct answer *a, const struct sources *s, const char **at,
                               const char *end)
{
	struct text why = text_make(a->detail, sizeof(a->detail));
	const char *word, *from = *at;
	char callsign[CALLSIGN_MAX];
	size_t len;

	if (!request_word(at, end, &word, &len) || !resolve_is_callsign(word, len)) {
		*at = from;
		return request_number(NUMBER_ID, at, end, &a->filter.client);
	}
	memcpy(callsign, word, len);
	callsign[len] = 0;
	a->filter.client = resolve_one(s, callsign, &why);
	return a->filter.client ? NULL : a->detail;
}

/* Reads the filter. Returns what is wrong with it; NULL: nothing. */
static const char *read_filter(struct answer *a, const struct sources *s)
{
	struct event_filter *f = &a->filter;
	const char *at = a->rest;
	const char *end = at + strlen(at), *word, *wrong = NULL;
	size_t len;

	while (!wrong && request_word(&at, end, &word, &len)) {
		enum record_kind kind = event_kind(word, len);
		if (request_is(word, len, "client"))
			wrong = read_client(a, s, &at, end);
		else if (request_is(word, len, "conference"))
			wrong = request_number(NUMBER_TG, &at, end, &f->conference);
		else if (kind < RECORD_KINDS)
			f->kinds |= UINT32_C(1) << kind;
		else
			wrong = "unknown kind of event";
	}
	return wrong;
}

/* The next line that passes the filter; NULL: not published yet. */
static const char *next_event(struct answer *a, const struct sources *s)
{
	const struct event *e;

	while ((e = events_at(s->events, a->position + 1))) {
		a->position++;
		const char *line = events_pass(&a->filter, e)
		                           ? events_line(s->events, a->position, a->form)
		                           : "";
		if (*line)
			return line;
	}
	return NULL;
}

enum answer_step tell_events(struct answer *a, const struct sources *s, const struct clock *clock,
                             struct text *t)
{
	if (!a->at.entered) {
		a->at.entered = true;
		a->position = s->events->ring.last;
		a->error = read_filter(a, s);
		if (a->error)
			return ANSWER_DONE;
		if (a->form == FORM_JSON)
			server_status_hello(t, s, clock);
		if (a->form == FORM_JSON)
			text_char(t, '\n');
		return a->form == FORM_JSON ? ANSWER_LINE : ANSWER_WAIT;
	}
	const char *line = next_event(a, s);
	if (!line)
		return ANSWER_WAIT;
	text_put(t, line);
	text_char(t, '\n');
	return ANSWER_LINE;
}
