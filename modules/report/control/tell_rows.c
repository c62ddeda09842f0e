#include "report/control/tell_rows.h"

#include <inttypes.h>
#include <string.h>

static enum record_kind kind_of(const struct answer *a)
{
	return a->verb->sections[a->at.section].kind;
}

/* A heading when the kind of row changes, after a blank line. */
static void head(struct answer *a, struct text *t, enum record_kind kind)
{
	if (a->headed == kind)
		return;
	if (a->form == FORM_TEXT && a->rows > 0)
		text_format(t, "%c\n", TEXT_SHOW);
	view_heading(t, a->form, kind);
	a->headed = kind;
}

enum answer_step tell_row(struct answer *a, const struct record *r, const struct clock *clock,
                          struct text *t)
{
	head(a, t, r->kind);
	view_row(t, a->form, r, clock);
	a->rows++;
	return ANSWER_LINE;
}

enum answer_step tell_rows(struct answer *a, const struct sources *s, const struct clock *clock,
                           struct text *t)
{
	struct record r;

	return row_cursor_next(&a->at, s->model, kind_of(a), &r) ? tell_row(a, &r, clock, t)
	                                                         : ANSWER_DONE;
}

enum answer_step tell_rows_of_client(struct answer *a, const struct sources *s,
                                     const struct clock *clock, struct text *t)
{
	a->at.client = a->id;
	return tell_rows(a, s, clock, t);
}

/* The reporter's own tables and counters look like the others. */
enum answer_step tell_own(struct answer *a, const struct sources *s, const struct clock *clock,
                          struct text *t)
{
	struct record r;

	if (!sources_row(s, &a->at.nth, kind_of(a), &r))
		return ANSWER_DONE;
	return tell_row(a, &r, clock, t);
}

/* Refuses a missing session, with the end of its last one if known. */
static void refuse_session(struct answer *a, const struct sources *s, const struct clock *clock)
{
	struct text why = text_make(a->detail, sizeof(a->detail));
	const struct record *r;

	text_format(&why, "no session %" PRIu32, a->id);
	a->error = a->detail;
	for (uint32_t i = 0; (r = model_past_session(s->model, i)); i++) {
		if (r->session.client != a->id)
			continue;
		text_put(&why, "; the last one ended ");
		view_utc(&why, r->at, clock);
		text_format(&why, ": %s", cause_name(r->cause));
		return;
	}
}

enum answer_step tell_session(struct answer *a, const struct sources *s, const struct clock *clock,
                              struct text *t)
{
	struct record r;

	if (a->at.entered)
		return ANSWER_DONE;
	a->at.client = a->id;
	if (!row_cursor_next(&a->at, s->model, RECORD_SESSION, &r)) {
		refuse_session(a, s, clock);
		return ANSWER_DONE;
	}
	view_session(t, a->form, &r, clock);
	a->rows++;
	return ANSWER_LINE;
}

_Static_assert(VIEW_ACTIVITY == HISTORY_ACTIVITY, "all hours are shown");

static void tell_one_conference(struct answer *a, const struct sources *s,
                                const struct conference *c, const struct clock *clock,
                                struct text *t)
{
	uint64_t activity[HISTORY_ACTIVITY];
	struct alias topic = {.name = ""};

	if (s->aliases)
		alias_index_find(s->aliases, ALIAS_TALKGROUP, c->number, &topic);
	if (a->rows == 0)
		view_conference_heading(t, a->form);
	if (s->history)
		history_activity(s->history, c->number, clock->now + clock->epoch_ms, activity);
	view_conference(t, a->form, c, topic.name, s->history ? activity : NULL);
	a->rows++;
}

enum answer_step tell_conferences(struct answer *a, const struct sources *s,
                                  const struct clock *clock, struct text *t)
{
	struct conference c;

	if (a->at.nth > UINT32_MAX || !model_conference(s->model, (uint32_t)a->at.nth, &c))
		return ANSWER_DONE;
	tell_one_conference(a, s, &c, clock, t);
	a->at.nth = (uint64_t)c.number + 1;
	return ANSWER_LINE;
}

/* An ID, a talkgroup or a callsign; "" = all. Returns what is wrong with it. */
static const char *read_who(struct answer *a, const struct sources *s)
{
	size_t len = strlen(a->rest);
	uint64_t number;

	if (text_to_u64(a->rest, len, 1, UINT32_MAX, &number))
		a->id = (uint32_t)number;
	else if (resolve_is_callsign(a->rest, len))
		a->ids = resolve_all(s, a->rest);
	else if (len)
		return "not an ID, callsign or talkgroup";
	return NULL;
}

static bool is_of(const struct answer *a, const struct call_row *c)
{
	uint32_t number = a->id, from = source_number(c->origin);

	if (!*a->rest)
		return true;
	if (number)
		return c->src == number || (c->unit && c->dst == number) || from == number ||
		       c->conference == number || c->repeater == number;
	return text_same(c->caller.callsign, a->rest) || resolved_has(&a->ids, c->src) ||
	       (c->unit && resolved_has(&a->ids, c->dst)) || resolved_has(&a->ids, from);
}

enum answer_step tell_last_heard(struct answer *a, const struct sources *s,
                                 const struct clock *clock, struct text *t)
{
	struct record r;

	if (!a->at.entered)
		a->error = read_who(a, s);
	a->at.entered = true;
	if (a->error)
		return ANSWER_DONE;
	do
		if (!sources_heard(s, (uint32_t)a->at.nth++, clock, &r))
			return ANSWER_DONE;
	while (!is_of(a, &r.call));
	if (a->rows == 0)
		view_past_heading(t, a->form);
	view_past_call(t, a->form, &r, clock);
	a->rows++;
	return ANSWER_LINE;
}

static void put_refusal(struct text *t, const struct refusal *x, const struct clock *clock)
{
	const struct refusal_record *r = &x->last;
	char from[ADDR_TEXT_MAX];

	text_format(t,
	            "{\"row\":\"refusal\",\"client\":%" PRIu32 ",\"times\":%" PRIu32 ",\"first\":",
	            r->client, x->times);
	record_json_time(t, x->since, clock->epoch_ms);
	text_put(t, ",\"last\":");
	record_json_time(t, x->at, clock->epoch_ms);
	text_format(t, ",\"from\":\"%s\",\"listener\":", addr_format(&r->at, from));
	text_json(t, r->listener);
	text_put(t, ",\"reason\":");
	text_json(t, r->why);
	text_put(t, "}\n");
}

enum answer_step tell_refusals(struct answer *a, const struct sources *s, const struct clock *clock,
                               struct text *t)
{
	char from[ADDR_TEXT_MAX];

	if (!s->refusals || a->at.nth >= s->refusals->count)
		return ANSWER_DONE;
	const struct refusal *x = &s->refusals->row[a->at.nth++];
	if (a->form != FORM_TEXT) {
		put_refusal(t, x, clock);
	} else {
		if (a->rows == 0)
			text_format(t, "%c%-9s %5s %-7s %-22s %s\n", TEXT_SHOW, "CLIENT", "TIMES",
			            "LAST", "ADDRESS", "REASON");
		text_format(t, "%c%-9" PRIu32 " %5" PRIu32 " ", TEXT_SHOW, x->last.client,
		            x->times);
		size_t start = t->len;
		text_duration(t, clock->now - x->at);
		text_format(t, "%*s %-22s %s\n",
		            t->len - start < 7 ? (int)(7 - (t->len - start)) : 0, "",
		            addr_format(&x->last.at, from), x->last.why);
	}
	a->rows++;
	return ANSWER_LINE;
}

enum answer_step tell_conference(struct answer *a, const struct sources *s,
                                 const struct clock *clock, struct text *t)
{
	uint32_t tg = a->tg;
	struct conference c;

	if (a->at.entered)
		return ANSWER_DONE;
	a->at.entered = true;
	if (!model_conference(s->model, tg, &c) || c.number != tg) {
		struct text why = text_make(a->detail, sizeof(a->detail));
		text_format(&why, "nobody is in talkgroup %" PRIu32, tg);
		a->error = a->detail;
		return ANSWER_DONE;
	}
	tell_one_conference(a, s, &c, clock, t);
	return ANSWER_LINE;
}

/* The next row of a kind that names the conference. */
static bool next_of_conference(struct answer *a, const struct sources *s, struct record *out)
{
	const struct record_field *f = record_field_find(kind_of(a), "conference");

	while (row_cursor_next(&a->at, s->model, kind_of(a), out))
		if (record_number(out, f) == a->tg)
			return true;
	return false;
}

enum answer_step tell_rows_of_conference(struct answer *a, const struct sources *s,
                                         const struct clock *clock, struct text *t)
{
	struct record r;

	return next_of_conference(a, s, &r) ? tell_row(a, &r, clock, t) : ANSWER_DONE;
}

/* Each call of the conference with its path. */
enum answer_step tell_trace(struct answer *a, const struct sources *s, const struct clock *clock,
                            struct text *t)
{
	struct record r;

	if (a->form == FORM_JSON)
		return tell_rows_of_conference(a, s, clock, t);
	if (!next_of_conference(a, s, &r))
		return ANSWER_DONE;
	view_trace(t, &r, clock);
	a->rows++;
	return ANSWER_LINE;
}
