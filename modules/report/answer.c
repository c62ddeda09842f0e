#include "report/answer.h"

#include <inttypes.h>

#include "report/request.h"
#include "report/tell_events.h"
#include "report/tell_order.h"
#include "report/words.h"

const char *answer_step_name(enum answer_step step)
{
	switch (step) {
	case ANSWER_LINE:
		return "line";
	case ANSWER_WAIT:
		return "wait";
	case ANSWER_DONE:
		return "done";
	}
	return "?";
}

/* What a refused request is answered with: only the end. */
static const struct word refused = {.name = ""};

void answer_refuse(struct answer *a, const char *why)
{
	*a = (struct answer){.word = &refused, .form = a->form, .error = why};
}

bool answer_begin(struct answer *a, const char *line, size_t len, const struct clock *clock)
{
	const char *end = line + len, *at = line, *word;
	size_t word_len;

	*a = (struct answer){.headed = RECORD_KINDS, .since = clock->now};
	if (len > 0 && end[-1] == '\r')
		end--;
	bool given = request_word(&at, end, &word, &word_len);
	if (given && request_is(word, word_len, "text")) {
		a->form = FORM_TEXT;
		given = request_word(&at, end, &word, &word_len);
	}
	const char *wrong = NULL;
	if (request_has_control(line, (size_t)(end - line)))
		wrong = "control octet in request";
	else if (!given)
		wrong = "empty request, try help";
	else if (!(a->word = words_find(word, word_len)))
		wrong = "unknown word, try help";
	else
		wrong = request_arguments(a, at, end);
	if (wrong)
		answer_refuse(a, wrong);
	return !wrong;
}

static enum answer_step tell_end(struct answer *a, struct text *t)
{
	if (a->form == FORM_TEXT && !a->error && a->rows == 0)
		text_format(t, "%c(none)\n", TEXT_SHOW);
	if (a->form == FORM_TEXT && a->error) {
		text_format(t, "%c%s\n", TEXT_REFUSED, a->error);
	} else if (a->form == FORM_TEXT) {
		text_format(t, "%c%s\n", TEXT_DONE,
		            a->stale ? "the voice process is silent: this was known before" : "");
	} else if (a->error) {
		text_put(t, "{\"end\":true,\"ok\":false,\"error\":");
		text_json(t, a->error);
		text_put(t, "}\n");
	} else {
		text_format(t, "{\"end\":true,\"ok\":true,\"rows\":%" PRIu64 ",\"stale\":%s}\n",
		            a->rows, a->stale ? "true" : "false");
	}
	a->word = NULL;
	return ANSWER_DONE;
}

static bool is_fresh(const struct answer *a, const struct sources *s)
{
	return !model_wants_snapshot(s->model) &&
	       model_fresh_at(s->model) >= a->since - ANSWER_FRESH_MS;
}

/* Are the rows young enough, or was the wait for younger ones, which it asks for, long enough? */
static bool may_tell(struct answer *a, const struct sources *s, const struct clock *clock)
{
	if (!a->word->fresh || a->checked)
		return true;
	a->stale = !is_fresh(a, s);
	if (a->stale && clock->now - a->since < ANSWER_FRESH_MS) {
		link_refresh(s->link, model_in_snapshot(s->model), clock->now);
		return false;
	}
	a->checked = true;
	return true;
}

enum answer_step answer_next(struct answer *a, const struct sources *s, const struct clock *clock,
                             struct text *t)
{
	if (!may_tell(a, s, clock))
		return ANSWER_WAIT;
	while (!a->error && a->section < SECTIONS_MAX && a->word->sections[a->section].tell) {
		enum answer_step step = a->word->sections[a->section].tell(a, s, clock, t);
		if (step != ANSWER_DONE)
			return step;
		a->section++;
		a->entered = false;
		a->nth = 0;
	}
	return tell_end(a, t);
}

void answer_reply(struct answer *a, const struct record *r)
{
	tell_order_take(a, r);
}

bool answer_follows(const struct answer *a)
{
	return a->word && a->word->sections[0].tell == tell_events;
}

tick_t answer_deadline(const struct answer *a)
{
	if (!a->word || answer_follows(a))
		return TICK_NEVER;
	return a->since + (a->number ? tell_order_patience(a) : ANSWER_FRESH_MS);
}
