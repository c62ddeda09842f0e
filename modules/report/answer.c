#include "report/answer.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"

#define SECTIONS_MAX 6

typedef enum answer_step tell(struct answer *a, const struct sources *s, const struct clock *clock,
                              struct text *t);

/* One part of an answer: `tell` adds a line of it at a time and is done when there are no more. */
struct section {
	tell *tell;
	enum record_kind kind;
};

struct word {
	const char *name;
	const char *argument; /* NULL: none */
	bool fresh;           /* shows rows, which have to be young */
	struct section sections[SECTIONS_MAX];
	const char *help;
};

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

static enum record_kind kind_of(const struct answer *a)
{
	return a->word->sections[a->section].kind;
}

/* A heading when the kind of row changes, set off by a blank line. */
static void head(struct answer *a, struct text *t, enum record_kind kind)
{
	if (a->headed == kind)
		return;
	if (a->form == FORM_TEXT && a->rows > 0)
		text_format(t, "%c\n", TEXT_SHOW);
	view_heading(t, a->form, kind);
	a->headed = kind;
}

static enum answer_step tell_row(struct answer *a, const struct record *r,
                                 const struct clock *clock, struct text *t)
{
	head(a, t, r->kind);
	view_row(t, a->form, r, clock);
	a->rows++;
	return ANSWER_LINE;
}

static enum answer_step tell_rows(struct answer *a, const struct sources *s,
                                  const struct clock *clock, struct text *t)
{
	struct record r;

	if (!a->entered)
		a->walk = model_walk_kind(kind_of(a));
	a->entered = true;
	return model_next(s->model, &a->walk, &r) ? tell_row(a, &r, clock, t) : ANSWER_DONE;
}

static enum answer_step tell_rows_of_client(struct answer *a, const struct sources *s,
                                            const struct clock *clock, struct text *t)
{
	if (!a->entered)
		a->walk = model_walk_client(kind_of(a), a->id);
	a->entered = true;
	return tell_rows(a, s, clock, t);
}

/* The reporter's own tables and counters look like the others. */
static enum answer_step tell_own_table(struct answer *a, const struct sources *s,
                                       const struct clock *clock, struct text *t)
{
	const struct control_figures *f = s->figures;
	struct record r = {
		.kind = RECORD_TABLE,
		.table = {"report_connections", f->connections, f->connections_high,
		          f->connections_max},
	};

	if (a->nth++ > 0)
		return ANSWER_DONE;
	return tell_row(a, &r, clock, t);
}

static enum answer_step tell_own_counters(struct answer *a, const struct sources *s,
                                          const struct clock *clock, struct text *t)
{
	const struct {
		const char *name;
		uint64_t value;
	} own[] = {
		{"report_records_total", s->link->records_total},
		{"report_records_bad_total", s->link->bad_total},
		{"report_lost_step_total", s->link->lost_step_total},
		{"report_snapshots_total", s->link->snapshots_total},
		{"report_commands_full_total", s->link->commands_full_total},
		{"report_rows_refused_total", model_refused_total(s->model)},
		{"report_events_total", s->ring->last},
		{"report_connections_refused_total", s->figures->refused_total},
		{"report_requests_total", s->figures->requests_total},
		{"report_requests_bad_total", s->figures->bad_requests_total},
		{"report_slow_followers_total", s->figures->slow_total},
		{"report_idle_connections_total", s->figures->idle_total},
	};
	struct record r = {.kind = RECORD_COUNTER};

	if (a->nth >= ARRAY_LEN(own))
		return ANSWER_DONE;
	text_copy(r.counter.name, sizeof(r.counter.name), own[a->nth].name);
	r.counter.value = own[a->nth].value;
	a->nth++;
	return tell_row(a, &r, clock, t);
}

/* A session that is not there is refused, with its end when that is remembered. */
static void refuse_session(struct answer *a, const struct sources *s, const struct clock *clock)
{
	struct text why = text_make(a->detail, sizeof(a->detail));
	const struct record *r;

	text_format(&why, "no session %" PRIu32, a->id);
	a->error = a->detail;
	for (uint32_t i = 0; (r = model_past_session(s->model, i)); i++) {
		if (r->session.client != a->id)
			continue;
		text_put(&why, "; its last one ended ");
		view_utc(&why, r->at, clock);
		text_format(&why, ": %s", cause_name(r->cause));
		return;
	}
}

static enum answer_step tell_session(struct answer *a, const struct sources *s,
                                     const struct clock *clock, struct text *t)
{
	struct record r;

	if (a->entered)
		return ANSWER_DONE;
	a->entered = true;
	a->walk = model_walk_client(RECORD_SESSION, a->id);
	if (!model_next(s->model, &a->walk, &r)) {
		refuse_session(a, s, clock);
		return ANSWER_DONE;
	}
	view_session(t, a->form, &r, clock);
	a->rows++;
	return ANSWER_LINE;
}

static enum answer_step tell_conferences(struct answer *a, const struct sources *s,
                                         const struct clock *clock, struct text *t)
{
	struct conference c;

	(void)clock;
	if (a->nth > UINT32_MAX || !model_conference(s->model, (uint32_t)a->nth, &c))
		return ANSWER_DONE;
	if (a->rows == 0)
		view_conference_heading(t, a->form);
	view_conference(t, a->form, &c);
	a->rows++;
	a->nth = (uint64_t)c.number + 1;
	return ANSWER_LINE;
}

static enum answer_step tell_last_heard(struct answer *a, const struct sources *s,
                                        const struct clock *clock, struct text *t)
{
	const struct record *r = model_past_call(s->model, (uint32_t)a->nth++);

	if (!r)
		return ANSWER_DONE;
	if (a->rows == 0)
		view_past_heading(t, a->form);
	view_past_call(t, a->form, r, clock);
	a->rows++;
	return ANSWER_LINE;
}

static enum answer_step tell_events(struct answer *a, const struct sources *s,
                                    const struct clock *clock, struct text *t)
{
	if (!a->entered) {
		a->entered = true;
		a->position = s->ring->last;
		if (a->form == FORM_JSON)
			text_format(t, "{\"v\":%d,\"seq\":%" PRIu64 ",\"event\":\"subscribed\"}\n",
			            EVENT_VERSION, a->position);
		return a->form == FORM_JSON ? ANSWER_LINE : ANSWER_WAIT;
	}
	(void)clock;
	const char *line = ring_line(s->ring, a->position + 1, a->form);
	if (!line)
		return ANSWER_WAIT;
	text_put(t, line);
	text_char(t, '\n');
	a->position++;
	return ANSWER_LINE;
}

/* Sends the command, then waits for the reply. */
static enum answer_step tell_kick(struct answer *a, const struct sources *s,
                                  const struct clock *clock, struct text *t)
{
	struct command c = {.kind = COMMAND_KICK, .client = a->id};

	if (!a->entered) {
		a->entered = true;
		a->number = link_command(s->link, &c);
		log_info("kick client=%" PRIu32 " number=%" PRIu32, a->id, a->number);
		if (a->number == 0) {
			a->error = "the voice process takes no commands now";
			return ANSWER_DONE;
		}
	}
	if (a->replied && !a->reply.reply.done)
		a->error = a->reply.reply.text;
	else if (!a->replied && clock->now - a->since >= ANSWER_REPLY_MS)
		a->error = "no reply from the voice process";
	else if (!a->replied)
		return ANSWER_WAIT;
	a->number = 0;
	if (a->error)
		return ANSWER_DONE;
	a->rows++;
	if (a->form == FORM_TEXT)
		text_format(t, "%c%s\n", TEXT_SHOW, a->reply.reply.text);
	else
		view_row(t, a->form, &a->reply, clock);
	return ANSWER_DONE;
}

static tell tell_help;

static const struct word words[] = {
	{"status", NULL, true,
	 {{tell_rows, RECORD_SERVER}, {tell_rows, RECORD_LISTENER}, {tell_rows, RECORD_TABLE},
	  {tell_own_table, RECORD_TABLE}, {tell_rows, RECORD_COUNTER},
	  {tell_own_counters, RECORD_COUNTER}},
	 "server, listeners, use of tables, counters"},
	{"sessions", NULL, true, {{tell_rows, RECORD_SESSION}}, "who is logged in"},
	{"session", "ID", true,
	 {{tell_session, RECORD_SESSION}, {tell_rows_of_client, RECORD_SLOT},
	  {tell_rows_of_client, RECORD_SUBSCRIPTION}, {tell_rows_of_client, RECORD_CALL}},
	 "one session with its slots, subscriptions and calls"},
	{"conferences", NULL, true, {{tell_conferences, RECORD_SUBSCRIPTION}},
	 "talkgroups that somebody listens to or talks in"},
	{"calls", NULL, true, {{tell_rows, RECORD_CALL}}, "running calls"},
	{"lastheard", NULL, false, {{tell_last_heard, RECORD_CALL}},
	 "calls that ended, newest first"},
	{"events", NULL, false, {{tell_events, RECORD_KINDS}}, "every event from now on"},
	{"kick", "ID", false, {{tell_kick, RECORD_REPLY}}, "end a session"},
	{"help", NULL, false, {{tell_help, RECORD_KINDS}}, "these words"},
};

static enum answer_step tell_help(struct answer *a, const struct sources *s,
                                  const struct clock *clock, struct text *t)
{
	(void)s;
	(void)clock;
	if (a->nth >= ARRAY_LEN(words))
		return ANSWER_DONE;
	const struct word *w = &words[a->nth++];
	const char *argument = w->argument ? w->argument : "";
	if (a->form == FORM_TEXT)
		text_format(t, "%c%-12s%-4s%s\n", TEXT_SHOW, w->name, argument, w->help);
	else
		text_format(t,
		            "{\"row\":\"word\",\"word\":\"%s\",\"argument\":\"%s\","
		            "\"help\":\"%s\"}\n",
		            w->name, argument, w->help);
	a->rows++;
	return ANSWER_LINE;
}

/* What a refused request is answered with: only the end. */
static const struct word refused = {.name = ""};

void answer_refuse(struct answer *a, const char *why)
{
	*a = (struct answer){.word = &refused, .form = a->form, .error = why};
}

/* Takes the next word off the line; false when there is none. */
static bool next_word(const char **at, const char *end, const char **word, size_t *len)
{
	const char *p = *at;

	while (p < end && *p == ' ')
		p++;
	*word = p;
	while (p < end && *p != ' ')
		p++;
	*len = (size_t)(p - *word);
	*at = p;
	return *len > 0;
}

static bool is_word(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(word, name, len) == 0;
}

static const struct word *word_find(const char *word, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (is_word(word, len, words[i].name))
			return &words[i];
	}
	return NULL;
}

static bool has_control_octet(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			return true;
	}
	return false;
}

/* Reads the argument of a->word, if it takes one. Returns what is wrong with it; NULL: nothing. */
static const char *read_argument(struct answer *a, const char *at, const char *end)
{
	const char *word;
	size_t len;
	uint64_t id = 0;

	bool given = next_word(&at, end, &word, &len);
	if (a->word->argument) {
		if (!given)
			return "the id is missing";
		if (!text_to_u64(word, len, 1, UINT32_MAX, &id))
			return "not an id";
		given = next_word(&at, end, &word, &len);
	}
	if (given)
		return "too many words";
	a->id = (uint32_t)id;
	return NULL;
}

bool answer_begin(struct answer *a, const char *line, size_t len, const struct clock *clock)
{
	const char *end = line + len, *at = line, *word;
	size_t word_len;

	*a = (struct answer){.headed = RECORD_KINDS, .since = clock->now};
	if (len > 0 && end[-1] == '\r')
		end--;
	bool given = next_word(&at, end, &word, &word_len);
	if (given && is_word(word, word_len, "text")) {
		a->form = FORM_TEXT;
		given = next_word(&at, end, &word, &word_len);
	}
	const char *wrong = NULL;
	if (has_control_octet(line, (size_t)(end - line)))
		wrong = "control octet in request";
	else if (!given)
		wrong = "empty request, try help";
	else if (!(a->word = word_find(word, word_len)))
		wrong = "unknown word, try help";
	else
		wrong = read_argument(a, at, end);
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
	if (!a->word || a->number == 0 || a->number != r->reply.number)
		return;
	a->replied = true;
	a->reply = *r;
}

bool answer_follows(const struct answer *a)
{
	return a->word && a->word->sections[0].tell == tell_events;
}

tick_t answer_deadline(const struct answer *a)
{
	if (!a->word || answer_follows(a))
		return TICK_NEVER;
	return a->since + (a->number ? ANSWER_REPLY_MS : ANSWER_FRESH_MS);
}
