#include "report/view.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "report/columns.h"
#include "wire/field.h"
#include "wire/options.h"

#define VALUE_MAX 512u
#define NAME_WIDTH 18u

/* Neither never nor long ago, and far enough from both to reckon with. */
static bool is_known(tick_t at)
{
	return at > TICK_LONG_AGO && at < -TICK_LONG_AGO;
}

void view_utc(struct text *t, tick_t at, const struct clock *clock)
{
	struct tm tm;

	time_t seconds = is_known(at) ? (time_t)((at + clock->epoch_ms) / 1000) : 0;

	if (!is_known(at) || !gmtime_r(&seconds, &tm)) {
		text_char(t, '-');
		return;
	}
	text_format(t, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
	            tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* The two largest units, seconds as long as they matter. */
void view_duration(struct text *t, tick_t ms)
{
	int64_t s = ms < 0 ? 0 : ms / TICK_SECOND;

	if (ms >= -TICK_LONG_AGO)
		text_char(t, '-');
	else if (s < 120)
		text_format(t, "%" PRId64 "s", s);
	else if (s < 2 * 3600)
		text_format(t, "%" PRId64 "m%02" PRId64 "s", s / 60, s % 60);
	else if (s < 48 * 3600)
		text_format(t, "%" PRId64 "h%02" PRId64 "m", s / 3600, s / 60 % 60);
	else
		text_format(t, "%" PRId64 "d%02" PRId64 "h", s / 86400, s / 3600 % 24);
}

static void tick_value(struct text *t, tick_t at, enum look look, const struct clock *clock)
{
	if (look == LOOK_UTC || look == LOOK_PLAIN)
		view_utc(t, at, clock);
	else if (!is_known(at))
		text_char(t, '-');
	else
		view_duration(t, look == LOOK_AGE ? clock->now - at : at - clock->now);
}

/* client/slot/talkgroup of each. */
static void legs_value(struct text *t, const struct leg_list *list)
{
	for (size_t i = 0; i < list->count && i < LEGS_MAX; i++)
		text_format(t, "%s%" PRIu32 "/%u/%" PRIu32, i ? "," : "", list->leg[i].client,
		            list->leg[i].slot, list->leg[i].tg);
}

/* A text for people; a blank one is "-". */
static void text_value(struct text *t, const char *s)
{
	char clean[VALUE_MAX];

	text_clean(clean, sizeof(clean), s, strlen(s));
	text_put(t, *clean ? clean : "-");
}

/* What the time in a field is shown as. */
struct time_look {
	enum look look;
	const struct clock *clock;
};

static void time_value(struct text *t, tick_t at, const void *context)
{
	const struct time_look *as = context;

	tick_value(t, at, as->look, as->clock);
}

static const struct field_style for_people = {
	.yes = "yes",
	.no = "no",
	.quote = "",
	.text = text_value,
	.time = time_value,
	.legs = legs_value,
};

/* One field for people. */
static void value(struct text *t, const struct record *r, const struct record_field *f,
                  enum look look, const struct clock *clock)
{
	const struct time_look as = {look, clock};

	field_show(t, r, f, &for_people, &as);
}

static bool is_number(const struct record_field *f)
{
	return f->type == FIELD_U8 || f->type == FIELD_U32 || f->type == FIELD_U64;
}

/* Puts a cell into its column: numbers to the right, the rest to the left; a longer one pushes. */
static void cell(struct text *t, const char *s, size_t width, bool right)
{
	size_t characters = 0;

	for (const char *c = s; *c; c++)
		characters += ((unsigned char)*c & 0xc0) != 0x80;
	size_t pad = characters < width ? width - characters : 0;
	if (right)
		text_format(t, "%*s", (int)pad, "");
	text_put(t, s);
	if (!right)
		text_format(t, "%*s", (int)pad, "");
	text_put(t, "  ");
}

/* Ends a text line without the blanks that filled its last column. */
static void line_end(struct text *t)
{
	while (t->len > 1 && t->at[t->len - 1] == ' ' && t->at[t->len - 2] != '\n')
		t->at[--t->len] = 0;
	text_char(t, '\n');
}

static void heading(struct text *t, enum record_kind kind, const struct columns *columns)
{
	text_char(t, TEXT_SHOW);
	for (size_t i = 0; i < columns->count; i++) {
		const struct column *c = &columns->column[i];
		cell(t, c->title, c->width, is_number(record_field_find(kind, c->field)));
	}
}

static void cells(struct text *t, const struct record *r, const struct columns *columns,
                  const struct clock *clock)
{
	text_char(t, TEXT_SHOW);
	for (size_t i = 0; i < columns->count; i++) {
		const struct column *c = &columns->column[i];
		const struct record_field *f = record_field_find(r->kind, c->field);
		char buf[VALUE_MAX];
		struct text v = text_make(buf, sizeof(buf));
		value(&v, r, f, c->look, clock);
		cell(t, buf, c->width, is_number(f));
	}
}

void view_heading(struct text *t, enum form form, enum record_kind kind)
{
	if (form != FORM_TEXT)
		return;
	heading(t, kind, columns_of(kind));
	line_end(t);
}

void view_row(struct text *t, enum form form, const struct record *r, const struct clock *clock)
{
	if (form == FORM_TEXT) {
		cells(t, r, columns_of(r->kind), clock);
		line_end(t);
		return;
	}
	text_format(t, "{\"row\":\"%s\"", record_kind_name(r->kind));
	record_json_fields(t, r, clock->epoch_ms);
	text_put(t, "}\n");
}

/* The tokens of the option string that were not understood, found by reading it again. */
static void skipped_tokens(struct text *t, enum form form, const char *options)
{
	struct options parsed;
	struct bad_tokens bad;

	options_parse(options, strlen(options), &parsed, &bad);
	for (unsigned i = 0; i < bad.total && i < TGLIST_BAD_MAX; i++) {
		char token[RECORD_OPTIONS_MAX];
		text_clean(token, sizeof(token), options + bad.first[i].at, bad.first[i].len);
		if (form == FORM_TEXT) {
			text_format(t, "%c%-*s%s (%s)\n", TEXT_SHOW, (int)NAME_WIDTH, "skipped",
			            token, bad.first[i].reason);
			continue;
		}
		text_put(t, i ? ",{\"token\":" : "{\"token\":");
		text_json(t, token);
		text_format(t, ",\"reason\":\"%s\"}", bad.first[i].reason);
	}
}

void view_session(struct text *t, enum form form, const struct record *r, const struct clock *clock)
{
	const struct record_info *info = record_info(r->kind);

	if (form == FORM_JSON) {
		text_put(t, "{\"row\":\"session\"");
		record_json_fields(t, r, clock->epoch_ms);
		text_put(t, ",\"skipped\":[");
		skipped_tokens(t, form, r->session.options);
		text_put(t, "]}\n");
		return;
	}
	for (size_t i = 0; i < info->field_count; i++) {
		text_format(t, "%c%-*s", TEXT_SHOW, (int)NAME_WIDTH, info->fields[i].name);
		value(t, r, &info->fields[i], LOOK_AGE, clock);
		line_end(t);
	}
	skipped_tokens(t, form, r->session.options);
}

void view_past_heading(struct text *t, enum form form)
{
	if (form != FORM_TEXT)
		return;
	heading(t, RECORD_CALL, columns_past());
	text_put(t, "END\n");
}

void view_past_call(struct text *t, enum form form, const struct record *r,
                    const struct clock *clock)
{
	if (form == FORM_TEXT) {
		cells(t, r, columns_past(), clock);
		text_format(t, "%s\n", cause_name(r->cause));
		return;
	}
	text_format(t, "{\"row\":\"call\",\"change\":\"end\",\"cause\":\"%s\",\"time\":",
	            cause_name(r->cause));
	record_json_time(t, r->at, clock->epoch_ms);
	record_json_fields(t, r, clock->epoch_ms);
	text_put(t, "}\n");
}

void view_conference_heading(struct text *t, enum form form)
{
	if (form == FORM_TEXT)
		text_format(t, "%cCONFERENCE  SLOTS  ACTIVE  CALLS  NAME\n", TEXT_SHOW);
}

void view_conference(struct text *t, enum form form, const struct conference *c, const char *name)
{
	if (form == FORM_TEXT) {
		text_format(t, "%c%10u  %5u  %6u  %5u  ", TEXT_SHOW, c->number, c->subscriptions,
		            c->active, c->calls);
		text_value(t, name);
		text_char(t, '\n');
		return;
	}
	text_format(t,
	            "{\"row\":\"conference\",\"conference\":%u,\"subscriptions\":%u,"
	            "\"active\":%u,\"calls\":%u,\"name\":",
	            c->number, c->subscriptions, c->active, c->calls);
	text_json(t, name);
	text_put(t, "}\n");
}

/* " (G0ABC Zoe)", as far as it is known. */
static void put_names(struct text *t, const char *first, const char *second)
{
	if (!*first && !*second)
		return;
	text_put(t, " (");
	if (*first)
		text_value(t, first);
	if (*first && *second)
		text_char(t, ' ');
	if (*second)
		text_value(t, second);
	text_char(t, ')');
}

/* "link" of a neighbour, "client" of ours: the last thing that is known before here. */
static void view_last_hop(struct text *t, const struct call_row *c)
{
	if (!c->peer[0])
		text_format(t, "%c  client %" PRIu32 " of this server, slot %u\n", TEXT_SHOW,
		            c->origin, c->slot);
	else
		text_format(t, "%c  link %s, %" PRIu32 " ms\n", TEXT_SHOW, c->peer, c->delay_ms);
}

void view_trace(struct text *t, const struct record *r, const struct clock *clock)
{
	const struct call_row *c = &r->call;

	text_format(t, "%cradio %" PRIu32, TEXT_SHOW, c->src);
	put_names(t, c->caller.callsign, c->caller.name);
	text_format(t, " in conference %" PRIu32, c->conference);
	put_names(t, c->topic.name, "");
	text_format(t, ", stream %08" PRIx32 ", ", c->stream);
	tick_value(t, c->started, LOOK_AGE, clock);
	text_char(t, '\n');
	if (c->peer[0] && c->repeater)
		text_format(t, "%c  repeater %" PRIu32 "\n", TEXT_SHOW, c->repeater);
	if (c->peer[0])
		text_format(t, "%c  server %" PRIu32 "\n", TEXT_SHOW, c->server);
	if (c->hops > 2) /* the first and the last of them are known */
		text_format(t, "%c  %u server%s that the frames do not name\n", TEXT_SHOW,
		            c->hops - 2u, c->hops > 3 ? "s" : "");
	view_last_hop(t, c);
	text_format(t, "%c  here: %s, %" PRIu32 " listeners\n", TEXT_SHOW,
	            call_state_name(c->state), c->listeners);
}

/* name=value; a text with blanks in it stands in quotes. */
static void event_value(struct text *t, const struct record *r, const struct record_field *f,
                        enum look look, const struct clock *clock)
{
	text_format(t, " %s=", f->name);
	if (f->type == FIELD_TEXT && strchr(record_text(r, f), ' '))
		text_json(t, record_text(r, f));
	else
		value(t, r, f, look, clock);
}

/* Each column of the kind; for the kinds without columns each field. */
static void event_values(struct text *t, const struct record *r, const struct clock *clock)
{
	const struct record_info *info = record_info(r->kind);
	size_t columns = r->kind < RECORD_ROWS ? columns_of(r->kind)->count : 0;

	for (size_t i = 0; i < columns; i++) {
		const struct column *c = &columns_of(r->kind)->column[i];
		event_value(t, r, record_field_find(r->kind, c->field), c->look, clock);
	}
	for (size_t i = 0; i < info->field_count && columns == 0; i++)
		event_value(t, r, &info->fields[i], LOOK_AGE, clock);
}

void view_event(struct text *t, const struct record *r, const struct clock *clock)
{
	text_char(t, TEXT_SHOW);
	view_utc(t, r->at, clock);
	text_format(t, " %s", record_kind_name(r->kind));
	if (r->kind == RECORD_LOG) {
		char line[RECORD_LINE_MAX];
		text_clean(line, sizeof(line), r->log.line, strlen(r->log.line));
		text_format(t, " %s: %s", log_level_name(r->log.level), line);
		return;
	}
	if (r->kind < RECORD_ROWS)
		text_format(t, " %s", change_name(r->change));
	if (r->cause != CAUSE_NONE)
		text_format(t, " cause=%s", cause_name(r->cause));
	event_values(t, r, clock);
}
