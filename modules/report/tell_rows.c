#include "report/tell_rows.h"

#include <inttypes.h>

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

	if (!a->entered)
		a->walk = model_walk_kind(kind_of(a));
	a->entered = true;
	return model_next(s->model, &a->walk, &r) ? tell_row(a, &r, clock, t) : ANSWER_DONE;
}

enum answer_step tell_rows_of_client(struct answer *a, const struct sources *s,
                                     const struct clock *clock, struct text *t)
{
	if (!a->entered)
		a->walk = model_walk_client(kind_of(a), a->argument[ARGUMENT_ID]);
	a->entered = true;
	return tell_rows(a, s, clock, t);
}

/* The reporter's own tables and counters look like the others. */
enum answer_step tell_own(struct answer *a, const struct sources *s, const struct clock *clock,
                          struct text *t)
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

enum answer_step tell_session(struct answer *a, const struct sources *s, const struct clock *clock,
                              struct text *t)
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

enum answer_step tell_conferences(struct answer *a, const struct sources *s,
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

enum answer_step tell_last_heard(struct answer *a, const struct sources *s,
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

enum answer_step tell_conference(struct answer *a, const struct sources *s,
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
enum answer_step tell_rows_of_conference(struct answer *a, const struct sources *s,
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
enum answer_step tell_trace(struct answer *a, const struct sources *s, const struct clock *clock,
                            struct text *t)
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
