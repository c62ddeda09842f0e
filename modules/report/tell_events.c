#include "report/tell_events.h"

#include <string.h>

#include "report/event.h"
#include "report/request.h"

/* A kind of events by its name; RECORD_KINDS when there is none. */
static enum record_kind event_kind(const char *word, size_t len)
{
	enum record_kind kind = 0;

	while (kind < RECORD_KINDS && !request_is(word, len, record_kind_name(kind)))
		kind++;
	return kind;
}

/* Reads the filter of `events`. Returns what is wrong with it; NULL: nothing. */
static const char *read_filter(struct topic_filter *f, const char *at)
{
	const char *end = at + strlen(at), *word, *wrong = NULL;
	size_t len;

	while (!wrong && request_word(&at, end, &word, &len)) {
		enum record_kind kind = event_kind(word, len);
		if (request_is(word, len, "client"))
			wrong = request_number(ARGUMENT_ID, &at, end, &f->client);
		else if (request_is(word, len, "conference"))
			wrong = request_number(ARGUMENT_TG, &at, end, &f->conference);
		else if (kind < RECORD_KINDS)
			f->kinds |= UINT32_C(1) << kind;
		else
			wrong = "no such kind of events";
	}
	return wrong;
}

/* The next line that passes the filter, for as long as there is one. */
static const char *next_event(struct answer *a, const struct sources *s)
{
	const char *line;

	while ((line = ring_line(s->ring, a->position + 1, a->form))) {
		a->position++;
		if (ring_passes(s->ring, a->position, &a->filter))
			return line;
	}
	return NULL;
}

enum answer_step tell_events(struct answer *a, const struct sources *s, const struct clock *clock,
                             struct text *t)
{
	if (!a->entered) {
		a->entered = true;
		a->position = s->ring->last;
		a->error = read_filter(&a->filter, a->given);
		if (a->error)
			return ANSWER_DONE;
		if (a->form == FORM_JSON)
			event_hello(t, s, clock);
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
