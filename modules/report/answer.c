#include "report/answer.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "report/event.h"
#include "wire/options.h"

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
	const char *arguments; /* see argument_of; in brackets: the rest of the line. NULL: none */
	bool fresh;            /* shows rows, which have to be young */
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

/* The numbers that words take. */
static const struct argument {
	const char *name;
	uint64_t min, max;
	const char *missing, *wrong;
} argument_of[] = {
	[ARGUMENT_ID] = {"ID", 1, UINT32_MAX, "the id is missing", "not an id"},
	[ARGUMENT_SLOT] = {"SLOT", 1, 2, "the slot is missing", "the slot is 1 or 2"},
	[ARGUMENT_TG] = {"TG", 0, 0xffffff, "the talkgroup is missing", "not a talkgroup"},
};

/* Reads one number. Returns what is wrong with it; NULL: nothing. */
static const char *read_number(const struct argument *argument, const char **at, const char *end,
                               uint32_t *out)
{
	const char *word;
	size_t len;
	uint64_t number;

	if (!next_word(at, end, &word, &len))
		return argument->missing;
	if (!text_to_u64(word, len, argument->min, argument->max, &number))
		return argument->wrong;
	*out = (uint32_t)number;
	return NULL;
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
		a->walk = model_walk_client(kind_of(a), a->argument[ARGUMENT_ID]);
	a->entered = true;
	return tell_rows(a, s, clock, t);
}

/* The reporter's own tables and counters look like the others. */
static enum answer_step tell_own(struct answer *a, const struct sources *s,
                                 const struct clock *clock, struct text *t)
{
	struct record r;

	while (sources_row(s, a->nth++, &r)) {
		if (r.kind == kind_of(a))
			return tell_row(a, &r, clock, t);
	}
	return ANSWER_DONE;
}

/* A session that is not there is refused, with its end when that is remembered. */
static void refuse_session(struct answer *a, const struct sources *s, const struct clock *clock)
{
	struct text why = text_make(a->detail, sizeof(a->detail));
	const struct record *r;

	text_format(&why, "no session %" PRIu32, a->argument[ARGUMENT_ID]);
	a->error = a->detail;
	for (uint32_t i = 0; (r = model_past_session(s->model, i)); i++) {
		if (r->session.client != a->argument[ARGUMENT_ID])
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
	a->walk = model_walk_client(RECORD_SESSION, a->argument[ARGUMENT_ID]);
	if (!model_next(s->model, &a->walk, &r)) {
		refuse_session(a, s, clock);
		return ANSWER_DONE;
	}
	view_session(t, a->form, &r, clock);
	a->rows++;
	return ANSWER_LINE;
}

static void tell_one_conference(struct answer *a, const struct sources *s,
                                const struct conference *c, struct text *t)
{
	struct alias topic = {.name = ""};

	if (s->aliases)
		alias_index_find(s->aliases, ALIAS_TALKGROUP, c->number, &topic);
	if (a->rows == 0)
		view_conference_heading(t, a->form);
	view_conference(t, a->form, c, topic.name);
	a->rows++;
}

static enum answer_step tell_conferences(struct answer *a, const struct sources *s,
                                         const struct clock *clock, struct text *t)
{
	struct conference c;

	(void)clock;
	if (a->nth > UINT32_MAX || !model_conference(s->model, (uint32_t)a->nth, &c))
		return ANSWER_DONE;
	tell_one_conference(a, s, &c, t);
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

static enum answer_step tell_conference(struct answer *a, const struct sources *s,
                                        const struct clock *clock, struct text *t)
{
	uint32_t tg = a->argument[ARGUMENT_TG];
	struct conference c;

	(void)clock;
	if (a->entered)
		return ANSWER_DONE;
	a->entered = true;
	if (!model_conference(s->model, tg, &c) || c.number != tg) {
		struct text why = text_make(a->detail, sizeof(a->detail));
		text_format(&why, "nobody is in conference %" PRIu32, tg);
		a->error = a->detail;
		return ANSWER_DONE;
	}
	tell_one_conference(a, s, &c, t);
	return ANSWER_LINE;
}

/* Of the rows of a kind those that name the conference. */
static enum answer_step tell_rows_of_conference(struct answer *a, const struct sources *s,
                                                const struct clock *clock, struct text *t)
{
	const struct record_field *f = record_field_find(kind_of(a), "conference");
	struct record r;

	if (!a->entered)
		a->walk = model_walk_kind(kind_of(a));
	a->entered = true;
	while (model_next(s->model, &a->walk, &r)) {
		if (record_number(&r, f) == a->argument[ARGUMENT_TG])
			return tell_row(a, &r, clock, t);
	}
	return ANSWER_DONE;
}

/* Each call of the conference with the way it took. */
static enum answer_step tell_trace(struct answer *a, const struct sources *s,
                                   const struct clock *clock, struct text *t)
{
	struct record r;

	if (a->form == FORM_JSON)
		return tell_rows_of_conference(a, s, clock, t);
	if (!a->entered)
		a->walk = model_walk_kind(RECORD_CALL);
	a->entered = true;
	while (model_next(s->model, &a->walk, &r)) {
		if (r.call.conference != a->argument[ARGUMENT_TG])
			continue;
		view_trace(t, &r, clock);
		a->rows++;
		return ANSWER_LINE;
	}
	return ANSWER_DONE;
}

static enum answer_step tell_log_level(struct answer *a, const struct sources *s,
                                       const struct clock *clock, struct text *t)
{
	enum log_level level;

	(void)s;
	(void)clock;
	if (a->entered)
		return ANSWER_DONE;
	a->entered = true;
	if (*a->given && !log_level_find(a->given, &level)) {
		a->error = "the levels are bug, error, warning, remote, info, debug";
		return ANSWER_DONE;
	}
	if (*a->given) {
		log_set_level(LOG_INFO);
		log_info("order=loglevel level=%s by %s", a->given, a->who);
		log_set_level(level);
	}
	text_format(t, a->form == FORM_TEXT ? " %s\n" : "{\"row\":\"loglevel\",\"level\":\"%s\"}\n",
	            log_level_name(log_highest()));
	a->rows++;
	return ANSWER_LINE;
}

/* A kind of events by its name; RECORD_KINDS when there is none. */
static enum record_kind event_kind(const char *word, size_t len)
{
	enum record_kind kind = 0;

	while (kind < RECORD_KINDS && !is_word(word, len, record_kind_name(kind)))
		kind++;
	return kind;
}

/* Reads the filter of `events`. Returns what is wrong with it; NULL: nothing. */
static const char *read_filter(struct topic_filter *f, const char *at)
{
	const char *end = at + strlen(at), *word, *wrong = NULL;
	size_t len;

	while (!wrong && next_word(&at, end, &word, &len)) {
		enum record_kind kind = event_kind(word, len);
		if (is_word(word, len, "client"))
			wrong = read_number(&argument_of[ARGUMENT_ID], &at, end, &f->client);
		else if (is_word(word, len, "conference"))
			wrong = read_number(&argument_of[ARGUMENT_TG], &at, end, &f->conference);
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

static enum answer_step tell_events(struct answer *a, const struct sources *s,
                                    const struct clock *clock, struct text *t)
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

/* An order's word is the name of its command. */
static enum command_kind order_of(const struct word *word)
{
	enum command_kind kind = 0;

	while (kind < COMMAND_KINDS && strcmp(command_kind_name(kind), word->name) != 0)
		kind++;
	return kind;
}

/* Is its order for the parent, not for the voice process? */
static bool is_parents(const struct answer *a)
{
	return link_is_parents(order_of(a->word));
}

static tick_t patience(const struct answer *a)
{
	return is_parents(a) ? ANSWER_PARENT_MS : ANSWER_REPLY_MS;
}

static void log_order(const struct answer *a, const struct command *c)
{
	char line[2 * COMMAND_TEXT_MAX], shown[COMMAND_TEXT_MAX];
	struct text t = text_make(line, sizeof(line));

	text_format(&t, "order=%s", a->word->name);
	if (c->client)
		text_format(&t, " client=%" PRIu32 " slot=%u tg=%" PRIu32, c->client, c->slot,
		            c->tg);
	options_clean(c->text, strlen(c->text), shown, sizeof(shown));
	if (*shown)
		text_format(&t, " text=\"%s\"", shown);
	log_info("%s number=%" PRIu32 " by %s", line, a->number, a->who);
}

/* Every order is logged with who gave it, whatever becomes of it. */
static void send_order(struct answer *a, const struct sources *s)
{
	struct command c = {.kind = order_of(a->word),
	                    .client = a->argument[ARGUMENT_ID],
	                    .slot = (uint8_t)a->argument[ARGUMENT_SLOT],
	                    .tg = a->argument[ARGUMENT_TG]};

	text_copy(c.text, sizeof(c.text), a->given);
	a->number = link_command(s->link, &c);
	log_order(a, &c);
	if (a->number == 0)
		a->error = is_parents(a) ? "the parent takes no commands now"
		                         : "the voice process takes no commands now";
}

/* Rows that came before the reply, in their order; false when there are no more. */
static bool next_told(struct answer *a, struct record *out)
{
	struct rd rest = rd_make(a->told + a->told_at, a->told_len - a->told_at), frame;
	const char *reason;

	if (record_frame_take(&rest, &frame) != PARSE_OK)
		return false;
	a->told_at = a->told_len - rd_left(&rest);
	return record_parse(frame.at, rd_left(&frame), out, &reason) == PARSE_OK;
}

static void tell_reply(struct answer *a, const struct clock *clock, struct text *t)
{
	if (!a->reply.reply.done)
		a->error = a->reply.reply.text;
	if (a->error || !*a->reply.reply.text)
		return;
	a->rows++;
	if (a->form == FORM_TEXT)
		text_format(t, "%c%s\n", TEXT_SHOW, a->reply.reply.text);
	else
		view_row(t, a->form, &a->reply, clock);
}

/* Sends the command, then waits for the reply; what comes before it is told before it. */
static enum answer_step tell_order(struct answer *a, const struct sources *s,
                                   const struct clock *clock, struct text *t)
{
	struct record r;

	if (!a->entered) {
		a->entered = true;
		send_order(a, s);
		if (a->error)
			return ANSWER_DONE;
	}
	if (!a->replied && clock->now - a->since < patience(a))
		return ANSWER_WAIT;
	if (!a->replied)
		a->error = is_parents(a) ? "no reply from the parent"
		                         : "no reply from the voice process";
	else if (next_told(a, &r))
		return tell_row(a, &r, clock, t);
	else
		tell_reply(a, clock, t);
	a->number = 0;
	return ANSWER_DONE;
}

/* Without a target the order is a question. */
static enum answer_step tell_block(struct answer *a, const struct sources *s,
                                   const struct clock *clock, struct text *t)
{
	return *a->given ? tell_order(a, s, clock, t) : tell_rows(a, s, clock, t);
}

/* Without an option string the order is a question. */
static enum answer_step tell_options(struct answer *a, const struct sources *s,
                                     const struct clock *clock, struct text *t)
{
	return *a->given ? tell_order(a, s, clock, t) : tell_session(a, s, clock, t);
}

static tell tell_help;

static const struct word words[] = {
	{"status",
         NULL,
         true,
         {{tell_rows, RECORD_SERVER},
          {tell_rows, RECORD_LISTENER},
          {tell_rows, RECORD_TABLE},
          {tell_own, RECORD_TABLE},
          {tell_rows, RECORD_COUNTER},
          {tell_own, RECORD_COUNTER}},
         "server, listeners, use of tables, counters"},
	{"sessions", NULL, true, {{tell_rows, RECORD_SESSION}}, "who is logged in"},
	{"session",
         "ID",
         true,
         {{tell_session, RECORD_SESSION},
          {tell_rows_of_client, RECORD_SLOT},
          {tell_rows_of_client, RECORD_SUBSCRIPTION},
          {tell_rows_of_client, RECORD_CALL}},
         "one session with its slots, subscriptions and calls"},
	{"conferences",
         NULL,
         true,
         {{tell_conferences, RECORD_SUBSCRIPTION}},
         "talkgroups that somebody listens to or talks in"},
	{"conference",
         "TG",
         true,
         {{tell_conference, RECORD_SUBSCRIPTION},
          {tell_rows_of_conference, RECORD_SUBSCRIPTION},
          {tell_rows_of_conference, RECORD_CALL}},
         "one conference: who listens, the calls in it"},
	{"calls", NULL, true, {{tell_rows, RECORD_CALL}}, "running calls"},
	{"trace",
         "TG",
         true,
         {{tell_trace, RECORD_CALL}},
         "where the calls of a conference came from, hop by hop"},
	{"lastheard",
         NULL,
         false,
         {{tell_last_heard, RECORD_CALL}},
         "calls that ended, newest first"},
	{"events",
         "[FILTER]",
         false,
         {{tell_events, RECORD_KINDS}},
         "events from now on: of kinds, client ID, conference TG"},
	{"report",
         NULL,
         false,
         {{tell_own, RECORD_TABLE}, {tell_own, RECORD_COUNTER}},
         "health of the reporter"},
	{"why",
         "ID",
         false,
         {{tell_order, RECORD_DECISION}},
         "what was decided about a client or a radio"},
	{"reload", NULL, false, {{tell_order, RECORD_RELOAD}}, "read the configuration again"},
	{"loglevel", "[LEVEL]", false, {{tell_log_level, RECORD_KINDS}}, "how much is logged"},
	{"kick", "ID", false, {{tell_order, RECORD_REPLY}}, "end a session"},
	{"block",
         "[WHAT]",
         false,
         {{tell_block, RECORD_BLOCK}},
         "block an id or an address, for a time (10m) or for good; show what is blocked"},
	{"peers", NULL, true, {{tell_rows, RECORD_PEER}}, "links to other servers"},
	{"peer",
         "[NAME ORDER]",
         false,
         {{tell_order, RECORD_REPLY}},
         "stun, clear or reset the link to a server"},
	{"unblock", "[WHAT]", false, {{tell_order, RECORD_REPLY}}, "end a block"},
	{"link",
         "ID SLOT TG",
         false,
         {{tell_order, RECORD_REPLY}},
         "turn a talkgroup on, as if the user had keyed it"},
	{"unlink", "ID SLOT TG", false, {{tell_order, RECORD_REPLY}}, "turn a talkgroup off"},
	{"default",
         "ID TG",
         false,
         {{tell_order, RECORD_REPLY}},
         "set the default reflector; 0 = none"},
	{"options",
         "ID [TEXT]",
         true,
         {{tell_options, RECORD_SESSION}},
         "show the option string, or set it"},
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
	const char *takes = w->arguments ? w->arguments : "";
	if (a->form == FORM_TEXT)
		text_format(t, "%c%-12s%-12s%s\n", TEXT_SHOW, w->name, takes, w->help);
	else
		text_format(t,
		            "{\"row\":\"word\",\"word\":\"%s\",\"arguments\":\"%s\","
		            "\"help\":\"%s\"}\n",
		            w->name, takes, w->help);
	a->rows++;
	return ANSWER_LINE;
}

/* What a refused request is answered with: only the end. */
static const struct word refused = {.name = ""};

void answer_refuse(struct answer *a, const char *why)
{
	*a = (struct answer){.word = &refused, .form = a->form, .error = why};
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

/* Takes the rest of the line as it stands. */
static const char *read_rest(struct answer *a, const char **at, const char *end)
{
	while (*at < end && **at == ' ')
		(*at)++;
	while (end > *at && end[-1] == ' ')
		end--;
	size_t len = (size_t)(end - *at);
	if (len >= sizeof(a->given))
		return "too long";
	memcpy(a->given, *at, len);
	a->given[len] = 0;
	*at = end;
	return NULL;
}
/* Reads what a->word takes. Returns what is wrong with it; NULL: nothing. */
static const char *read_arguments(struct answer *a, const char *at, const char *end)
{
	const char *names = a->word->arguments ? a->word->arguments : "";
	const char *names_end = names + strlen(names), *name, *word, *wrong = NULL;
	size_t len;

	while (!wrong && next_word(&names, names_end, &name, &len)) {
		if (*name == '[')
			wrong = read_rest(a, &at, end);
		for (size_t i = 0; i < ARGUMENTS; i++) {
			if (is_word(name, len, argument_of[i].name))
				wrong = read_number(&argument_of[i], &at, end, &a->argument[i]);
		}
	}
	if (!wrong && next_word(&at, end, &word, &len))
		return "too many words";
	return wrong;
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
		wrong = read_arguments(a, at, end);
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

/* Which command a record answers; 0: none. */
static uint32_t number_of(const struct record *r)
{
	const struct record_field *f = record_field_find(r->kind, "number");

	return f ? (uint32_t)record_number(r, f) : 0;
}

void answer_reply(struct answer *a, const struct record *r)
{
	struct wr w = wr_make(a->told + a->told_len, sizeof(a->told) - a->told_len);

	if (!a->word || a->number == 0 || a->number != number_of(r) || a->replied)
		return;
	if (r->kind == RECORD_REPLY) {
		a->replied = true;
		a->reply = *r;
		return;
	}
	record_frame_write(&w, r);
	a->told_len += wr_len(&w);
}

bool answer_follows(const struct answer *a)
{
	return a->word && a->word->sections[0].tell == tell_events;
}

tick_t answer_deadline(const struct answer *a)
{
	if (!a->word || answer_follows(a))
		return TICK_NEVER;
	return a->since + (a->number ? patience(a) : ANSWER_FRESH_MS);
}
