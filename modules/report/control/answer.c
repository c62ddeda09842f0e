#include "report/control/answer.h"

#include <inttypes.h>

#include "report/control/request.h"
#include "report/control/tell_events.h"
#include "report/control/tell_command.h"

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

/* The answer to a refused request: only the end. */
static const struct verb refused = {.name = ""};

void answer_refuse(struct answer *a, const char *why)
{
	*a = (struct answer){.verb = &refused, .form = a->form, .error = why};
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
		wrong = "control character in the request";
	else if (!given)
		wrong = "empty request: try help";
	else if (!(a->verb = verb_find(word, word_len)))
		wrong = "unknown command: try help";
	else
		wrong = request_arguments(a, at, end);
	if (wrong) {
		a->verb = &refused;
		a->callsign[0] = 0;
		a->error = wrong;
	}
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
		            a->stale ? "the voice process does not respond: this is old data" : "");
	} else if (a->error) {
		text_put(t, "{\"end\":true,\"ok\":false,\"error\":");
		text_json(t, a->error);
		text_put(t, "}\n");
	} else {
		text_format(t, "{\"end\":true,\"ok\":true,\"rows\":%" PRIu64 ",\"stale\":%s}\n",
		            a->rows, a->stale ? "true" : "false");
	}
	a->verb = NULL;
	return ANSWER_DONE;
}

static bool is_fresh(const struct answer *a, const struct sources *s)
{
	return !model_wants_snapshot(s->model) &&
	       model_fresh_at(s->model) >= a->since - ANSWER_FRESH_MS;
}

/* Are the rows fresh enough, or was the wait for fresher ones, which it requests, long enough? */
static bool may_tell(struct answer *a, const struct sources *s, const struct clock *clock)
{
	if (!a->verb->fresh || a->checked)
		return true;
	a->stale = !is_fresh(a, s);
	if (a->stale && clock->now - a->since < ANSWER_FRESH_MS) {
		voice_pipe_refresh(s->link, model_in_snapshot(s->model), clock->now);
		return false;
	}
	a->checked = true;
	return true;
}

/* Resolves a callsign: `why` is answered for all its IDs, others need exactly one. */
static void resolve(struct answer *a, const struct sources *s)
{
	struct text why = text_make(a->detail, sizeof(a->detail));
	bool unblock = a->verb->command == COMMAND_UNBLOCK;

	if (a->verb->command == COMMAND_CALL) {
		if (!resolve_call(s, a->callsign, &a->call))
			a->error = "no such call";
		a->callsign[0] = 0;
		return;
	}
	if (a->verb->command == COMMAND_WHY)
		a->ids = resolve_all(s, a->callsign);
	if (a->ids.count)
		a->id = a->ids.id[a->ids_at++];
	else if (a->verb->command == COMMAND_BLOCK || unblock)
		a->id = a->target.id = resolve_block(s, a->callsign, unblock, &why);
	else
		a->id = resolve_one(s, a->callsign, &why);
	if (!a->id)
		a->error = a->detail;
	a->callsign[0] = 0;
}

static enum answer_step tell_sections(struct answer *a, const struct sources *s,
                                      const struct clock *clock, struct text *t)
{
	while (!a->error && a->verb->sections && a->verb->sections[a->at.section].tell) {
		enum answer_step step = a->verb->sections[a->at.section].tell(a, s, clock, t);
		if (step != ANSWER_DONE)
			return step;
		row_cursor_leave(&a->at);
	}
	return ANSWER_DONE;
}

enum answer_step answer_next(struct answer *a, const struct sources *s, const struct clock *clock,
                             struct text *t)
{
	if (!may_tell(a, s, clock))
		return ANSWER_WAIT;
	if (a->callsign[0])
		resolve(a, s);
	bool is_command = a->verb->fill && (a->optional || !a->verb->sections);
	enum answer_step step = a->error     ? ANSWER_DONE
	                        : is_command ? tell_command(a, s, clock, t)
	                                     : tell_sections(a, s, clock, t);
	if (step != ANSWER_DONE)
		return step;
	return tell_end(a, t);
}

void answer_reply(struct answer *a, const struct record *r)
{
	tell_command_take(a, r);
}

bool answer_follows(const struct answer *a)
{
	return a->verb && a->verb->sections && a->verb->sections[0].tell == tell_events;
}

tick_t answer_deadline(const struct answer *a)
{
	if (!a->verb || answer_follows(a))
		return TICK_NEVER;
	return a->since + (a->number ? tell_command_patience(a) : ANSWER_FRESH_MS);
}
