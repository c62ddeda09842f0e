#include "report/control/history_tell.h"

#include <inttypes.h>
#include <string.h>

#include "report/event/event.h"
#include "report/control/history_ask.h"

#define NAME_MAX_LEN 64u

/* The name of a row's ID, if known. */
static void name_of(const struct sources *s, enum history_kind kind, uint32_t id,
                    char out[static NAME_MAX_LEN])
{
	struct text t = text_make(out, NAME_MAX_LEN);
	struct alias alias = {.name = ""};

	if (kind == HISTORY_LINKS) {
		text_put(&t, history_link_name(s->history, id));
		return;
	}
	if (!s->aliases || !s->aliases->octets)
		return;
	if (kind == HISTORY_TALKGROUPS)
		alias_index_find(s->aliases, ALIAS_TALKGROUP, id, &alias);
	else
		alias_index_who(s->aliases, id, &alias);
	text_put(&t, alias.callsign);
	if (*alias.callsign && *alias.name)
		text_char(&t, ' ');
	text_put(&t, alias.name);
}

static uint64_t loss_of(const struct history_figures *f)
{
	return history_loss(f->lost, f->frames);
}

static uint64_t ber_of(const struct history_figures *f)
{
	return history_ber(f->errors, f->frames);
}

static void json_figures(struct text *t, const struct history_figures *f)
{
	text_format(t, "\"calls\":%" PRIu32 ",\"seconds\":", f->calls);
	view_seconds(t, (int64_t)f->ms);
	text_format(t, ",\"frames\":%" PRIu32 ",\"lost\":%" PRIu32 ",\"loss\":", f->frames,
	            f->lost);
	view_hundredths(t, loss_of(f));
	text_put(t, ",\"ber\":");
	view_hundredths(t, ber_of(f));
	text_format(t, ",\"refusals\":%" PRIu32 "}", f->refusals);
}

/* Start and end, since the epoch. */
static void json_range(struct text *t, const struct history_question *q, int64_t first,
                       int64_t last)
{
	text_put(t, "\"from\":");
	view_seconds(t, history_epoch_ms(q, first));
	text_put(t, ",\"to\":");
	view_seconds(t, history_epoch_ms(q, last + 1));
}

/* The part of a row's object before its figures. */
static void json_row_key(struct text *t, const struct sources *s, const struct history_view *v,
                         const struct history_row *row)
{
	uint32_t id = v->asked.of_one ? v->asked.id : row->id;
	char name[NAME_MAX_LEN];

	name_of(s, v->asked.kind, id, name);
	text_format(t, "\"id\":%" PRIu32 ",\"name\":", id);
	text_json(t, name);
	text_char(t, ',');
	if (!v->asked.of_one)
		return;
	json_range(t, &v->asked, row->id, row->id);
	text_char(t, ',');
}

bool history_tell_next(struct row_cursor *at, uint64_t serial, const struct sources *s,
                       const struct clock *clock, struct text *t)
{
	const struct history_view *v = history_view(s->history, serial);

	if (!v) /* too many later queries have displaced the rest: the output is incomplete JSON */
		return false;
	if (!at->entered) {
		at->entered = true;
		text_format(t, "{\"v\":%d,\"t\":", EVENT_VERSION);
		record_json_time(t, clock->now, clock->epoch_ms);
		text_format(t, ",\"of\":\"%s\",", history_kind_name(v->asked.kind));
		json_range(t, &v->asked, v->asked.first, v->asked.last);
		text_put(t, ",\"rows\":[");
		return true;
	}
	if (at->nth < v->count) {
		const struct history_row *row = &v->row[at->nth];
		text_put(t, at->nth++ ? ",\n{" : "\n{");
		json_row_key(t, s, v, row);
		json_figures(t, &row->of);
		return true;
	}
	text_put(t, "],\n\"rest\":{");
	json_figures(t, &v->rest);
	text_put(t, ",\"total\":{");
	json_figures(t, &v->total);
	text_put(t, "}\n");
	return false;
}

/* On the control socket. */

static void date_of(struct text *t, int64_t epoch_ms)
{
	const struct clock at = {.now = 0, .epoch_ms = epoch_ms};

	view_utc(t, 0, &at);
}

/* A text cell of a CSV line, such that no spreadsheet takes it for a formula. */
static void csv_text(struct text *t, const char *s)
{
	text_char(t, '"');
	if (*s && strchr("=+-@\t\r", *s))
		text_char(t, '\'');
	for (; *s; s++) {
		if (*s == '"')
			text_char(t, '"');
		text_char(t, *s);
	}
	text_char(t, '"');
}

static void csv_row(struct text *t, const struct sources *s, const struct history_view *v,
                    const struct history_row *row)
{
	const struct history_question *q = &v->asked;
	uint32_t id = q->of_one ? q->id : row->id;
	char name[NAME_MAX_LEN], clean[NAME_MAX_LEN];

	name_of(s, q->kind, id, name);
	text_clean(clean, sizeof(clean), name, strlen(name));
	text_format(t, "%c%" PRIu32 ",", TEXT_SHOW, id);
	csv_text(t, clean);
	text_char(t, ',');
	date_of(t, history_epoch_ms(q, q->of_one ? (int64_t)row->id : q->first));
	text_char(t, ',');
	date_of(t, history_epoch_ms(q, (q->of_one ? (int64_t)row->id : q->last) + 1));
	text_format(t, ",%" PRIu32 ",", row->of.calls);
	view_seconds(t, (int64_t)row->of.ms);
	text_format(t, ",%" PRIu32 ",%" PRIu32 ",", row->of.frames, row->of.lost);
	view_hundredths(t, loss_of(&row->of));
	text_char(t, ',');
	view_hundredths(t, ber_of(&row->of));
	text_format(t, ",%" PRIu32 "\n", row->of.refusals);
}

static void text_figures(struct text *t, const struct history_figures *f)
{
	char buf[48];
	struct text cell = text_make(buf, sizeof(buf));

	text_format(t, "%7" PRIu32 "  ", f->calls);
	text_duration(&cell, (tick_t)f->ms);
	text_format(t, "%*s%s  ", (int)(cell.len < 8 ? 8 - cell.len : 0), "", buf);
	cell = text_make(buf, sizeof(buf));
	view_hundredths(&cell, loss_of(f));
	text_format(t, "%*s%s  ", (int)(cell.len < 6 ? 6 - cell.len : 0), "", buf);
	cell = text_make(buf, sizeof(buf));
	view_hundredths(&cell, ber_of(f));
	text_format(t, "%*s%s  %8" PRIu32, (int)(cell.len < 6 ? 6 - cell.len : 0), "", buf,
	            f->refusals);
}

static void text_heading(struct text *t, const struct history_view *v)
{
	static const char *const titles[] = {"TALKGROUP", "CLIENT", "RADIO", "LINK"};

	text_format(t, "%cfrom ", TEXT_SHOW);
	date_of(t, history_epoch_ms(&v->asked, v->asked.first));
	text_put(t, " to ");
	date_of(t, history_epoch_ms(&v->asked, v->asked.last + 1));
	if (v->asked.of_one)
		text_format(t, ", %s %" PRIu32 "\n%c%-20s", history_kind_name(v->asked.kind),
		            v->asked.id, TEXT_SHOW, "SINCE");
	else
		text_format(t, "\n%c%10s", TEXT_SHOW, titles[v->asked.kind]);
	text_put(t, "    CALLS   AIRTIME   LOSS%    BER%  REFUSALS");
	text_put(t, v->asked.of_one ? "\n" : "  NAME\n");
}

static void text_row(struct text *t, const struct sources *s, const struct history_view *v,
                     const struct history_row *row)
{
	char name[NAME_MAX_LEN], clean[NAME_MAX_LEN];

	text_char(t, TEXT_SHOW);
	if (v->asked.of_one) {
		date_of(t, history_epoch_ms(&v->asked, row->id));
		text_put(t, "  ");
		text_figures(t, &row->of);
		text_char(t, '\n');
		return;
	}
	name_of(s, v->asked.kind, row->id, name);
	text_clean(clean, sizeof(clean), name, strlen(name));
	text_format(t, "%10" PRIu32 "  ", row->id);
	text_figures(t, &row->of);
	text_format(t, "  %s\n", *clean ? clean : "-");
}

static void json_row(struct text *t, const struct sources *s, const struct history_view *v,
                     const struct history_row *row)
{
	text_format(t, "{\"row\":\"history\",\"of\":\"%s\",", history_kind_name(v->asked.kind));
	json_row_key(t, s, v, row);
	json_figures(t, &row->of);
	text_char(t, '\n');
}

/* The rest, or all of it. */
static void sum_row(struct text *t, enum form form, const struct history_view *v, bool rest)
{
	const char *name = rest ? "rest" : "total";
	const struct history_figures *f = rest ? &v->rest : &v->total;

	if (form == FORM_JSON) {
		text_format(t, "{\"row\":\"%s\",", name);
		json_figures(t, f);
	} else {
		text_format(t, "%c%*s  ", TEXT_SHOW, v->asked.of_one ? 20 : 10, name);
		text_figures(t, f);
	}
	text_char(t, '\n');
}

/* Prepends the kind to the rest, and replaces a callsign, the last word, by its ID. */
static bool put_id(struct answer *a, const struct sources *s)
{
	struct text why = text_make(a->detail, sizeof(a->detail));
	bool clients = a->choice == HISTORY_CLIENTS;
	char callsign[CALLSIGN_MAX], rest[COMMAND_TEXT_MAX];

	text_copy(rest, sizeof(rest), a->rest);
	struct text line = text_make(a->rest, sizeof(a->rest));
	text_format(&line, "%s %s", history_kind_name(a->choice), rest);
	char *last = strrchr(a->rest, ' ');
	if ((!clients && a->choice != HISTORY_RADIOS) ||
	    !resolve_is_callsign(last + 1, strlen(last + 1)))
		return true;
	text_copy(callsign, sizeof(callsign), last + 1);
	uint32_t id =
		clients ? resolve_one(s, callsign, &why) : resolve_block(s, callsign, false, &why);
	struct text t = text_make(last + 1, sizeof(a->rest) - (size_t)(last + 1 - a->rest));
	text_format(&t, "%lu", (unsigned long)id);
	if (!id)
		a->error = a->detail;
	return id;
}

/* The query is in a->rest, the serial number of the answer in a->position. */
static bool ask(struct answer *a, const struct sources *s, const struct clock *clock, bool *csv)
{
	struct history_question q;

	if (!a->at.entered && !put_id(a, s))
		return false;
	a->error = s->history ? history_read(s->history, a->rest, clock->now + clock->epoch_ms, &q,
	                                     csv)
	                      : "no history is kept";
	if (!a->error && *csv && a->form == FORM_JSON)
		a->error = "csv is not available with --json";
	if (a->error || a->at.entered)
		return !a->error;
	a->at.entered = true;
	a->position = history_ask(s->history, &q);
	if (!a->position)
		a->error = "out of memory";
	return !a->error;
}

static void tell_heading(struct answer *a, const struct history_view *v, bool csv, struct text *t)
{
	a->rows += csv;
	if (csv)
		text_format(t, "%cid,name,from,to,calls,seconds,frames,lost,loss,ber,refusals\n",
		            TEXT_SHOW);
	else if (a->form == FORM_TEXT)
		text_heading(t, v);
}

/* Rows, then the rest and the total of all; at->nth counts them. */
enum answer_step tell_history(struct answer *a, const struct sources *s, const struct clock *clock,
                              struct text *t)
{
	bool csv;

	if (!ask(a, s, clock, &csv))
		return ANSWER_DONE;
	const struct history_view *v = history_view(s->history, a->position);
	if (!v) {
		a->error = "too many history queries at once: try again";
		return ANSWER_DONE;
	}
	uint64_t nth = a->at.nth++;
	if (nth == 0)
		tell_heading(a, v, csv, t);
	if (nth < v->count) {
		a->rows++;
		(csv ? csv_row : a->form == FORM_TEXT ? text_row : json_row)(t, s, v, &v->row[nth]);
		return ANSWER_LINE;
	}
	if (csv || nth > v->count + 1)
		return ANSWER_DONE;
	a->rows++;
	sum_row(t, a->form, v, nth == v->count);
	return ANSWER_LINE;
}
