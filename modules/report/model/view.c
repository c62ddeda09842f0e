#include "report/model/view.h"

#include <inttypes.h>
#include <string.h>

#include "report/model/columns.h"
#include "wire/field.h"
#include "wire/options.h"

#define VALUE_MAX 512u
#define NAME_WIDTH 18u

/* Neither never nor long ago, and far enough from both for arithmetic. */
static bool is_known(tick_t at)
{
	return at > TICK_LONG_AGO && at < -TICK_LONG_AGO;
}

void view_utc(struct text *t, tick_t at, const struct clock *clock)
{
	text_utc(t, is_known(at) ? (at + clock->epoch_ms) / 1000 : -1);
}

void view_seconds(struct text *t, int64_t ms)
{
	text_format(t, "%" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
}

void view_hundredths(struct text *t, uint64_t v)
{
	text_format(t, "%" PRIu64 ".%02d", v / 100, (int)(v % 100));
}

static void tick_value(struct text *t, tick_t at, enum look look, const struct clock *clock)
{
	if (look == LOOK_UTC || look == LOOK_PLAIN)
		view_utc(t, at, clock);
	else if (!is_known(at))
		text_char(t, '-');
	else
		text_duration(t, look == LOOK_AGE ? clock->now - at : at - clock->now);
}

/* A text for people; an empty one is "-". */
static void text_value(struct text *t, const char *s)
{
	char clean[VALUE_MAX];

	text_clean(clean, sizeof(clean), s, strlen(s));
	text_put(t, *clean ? clean : "-");
}

/* The context in which a field is shown. */
struct look_at {
	enum look look; /* of a time */
	const struct clock *clock;
	const struct conf *conf; /* names links; NULL: unknown */
};

static void time_value(struct text *t, tick_t at, const void *context)
{
	const struct look_at *as = context;

	tick_value(t, at, as->look, as->clock);
}

/* The origin or target of a call: a client by its ID, a link by its name. */
static void put_end(struct text *t, struct source end, const struct conf *conf)
{
	if (end.kind == SOURCE_CLIENT)
		text_format(t, "%" PRIu32, end.index);
	else if (conf && end.kind == SOURCE_PEER && end.index < conf->peer_count &&
	         conf->peer[end.index].name[0])
		text_value(t, conf->peer[end.index].name);
	else if (conf && end.kind == SOURCE_UPLINK && end.index < conf->uplink_count &&
	         conf->uplink[end.index].name[0])
		text_value(t, conf->uplink[end.index].name);
	else
		text_put(t, end.kind == SOURCE_LOCAL ? "this server" : "a link");
}

/* client/slot/talkgroup of each; the slot of a link has no meaning. */
static void legs_value(struct text *t, const struct leg_list *list, const void *context)
{
	const struct look_at *as = context;

	for (size_t i = 0; i < list->count && i < LEGS_MAX; i++) {
		const struct call_leg *leg = &list->leg[i];
		text_put(t, i ? "," : "");
		put_end(t, leg->to, as->conf);
		if (leg->to.kind == SOURCE_CLIENT || leg->to.kind == SOURCE_UPLINK)
			text_format(t, "/%u", leg->slot);
		text_format(t, "/%" PRIu32, leg->tg);
	}
}

static const struct field_style for_people = {
	.yes = "yes",
	.no = "no",
	.quote = "",
	.text = text_value,
	.time = time_value,
	.legs = legs_value,
};

static bool is_number(const struct record_field *f)
{
	return f->type == FIELD_U8 || f->type == FIELD_U32 || f->type == FIELD_U64 ||
	       f->type == FIELD_SOURCE;
}

/* Fields where 0 means none. */
static bool is_none(const struct record *r, const struct record_field *f)
{
	static const char *const names[] = {"src",   "dst",    "conference", "client",  "radio",
	                                    "slot",  "tg",     "rf_tg",      "stream",  "server",
	                                    "times", "remote", "repeater",   "version", "rx_hz",
	                                    "tx_hz", "rssi",   "origin"};

	if (!is_number(f) && f->type != FIELD_HEX32)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(f->name, names[i]) == 0)
			return record_number(r, f) == 0;
	return false;
}

/* One field for people. */
static void value(struct text *t, const struct record *r, const struct record_field *f,
                  const struct look_at *as)
{
	bool is_source = f->type == FIELD_SOURCE;

	if (is_none(r, f))
		text_char(t, '-');
	else if (is_source && r->kind == RECORD_CALL && *r->call.peer)
		text_value(t, r->call.peer);
	else if (is_source)
		put_end(t, record_source(r, f), as->conf);
	else
		field_show(t, r, f, &for_people, as);
}

/* Puts a cell into its column: numbers right-aligned, the rest left-aligned; a longer cell shifts
 * the rest. */
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

/* Ends a text line without trailing blanks. */
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
		value(&v, r, f, &(struct look_at){.look = c->look, .clock = clock});
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

void view_skipped(struct text *t, enum form form, const char *options)
{
	struct options parsed;
	struct bad_tokens bad;

	options_parse(options, strlen(options), &parsed, &bad);
	text_put(t, form == FORM_TEXT ? "" : ",\"skipped\":[");
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
	text_put(t, form == FORM_TEXT ? "" : "]");
}

void view_session(struct text *t, enum form form, const struct record *r, const struct clock *clock)
{
	const struct record_info *info = record_info(r->kind);

	if (form == FORM_JSON) {
		text_put(t, "{\"row\":\"session\"");
		record_json_fields(t, r, clock->epoch_ms);
		view_skipped(t, form, r->session.options);
		text_put(t, "}\n");
		return;
	}
	for (size_t i = 0; i < info->field_count; i++) {
		text_format(t, "%c%-*s", TEXT_SHOW, (int)NAME_WIDTH, info->fields[i].name);
		value(t, r, &info->fields[i], &(struct look_at){LOOK_AGE, clock, NULL});
		line_end(t);
	}
	view_skipped(t, form, r->session.options);
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

void view_conference(struct text *t, enum form form, const struct conference *c, const char *name,
                     const uint64_t *activity)
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
	for (uint32_t i = 0; activity && i < VIEW_ACTIVITY; i++)
		text_format(t, "%s%" PRIu64, i ? "," : ",\"activity\":[", activity[i] / 1000);
	text_put(t, activity ? "]}\n" : "}\n");
}

/* " (G0ABC Zoe)", as far as known. */
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

/* The last known hop: a link of a neighbour, or a client of ours. */
static void view_last_hop(struct text *t, const struct call_row *c)
{
	if (!c->peer[0])
		text_format(t, "%c  client %" PRIu32 " of this server, slot %u\n", TEXT_SHOW,
		            c->origin.index, c->slot);
	else
		text_format(t, "%c  link %s, %" PRIu32 " ms\n", TEXT_SHOW, c->peer, c->delay_ms);
}

void view_trace(struct text *t, const struct record *r, const struct clock *clock)
{
	const struct call_row *c = &r->call;

	text_format(t, "%cradio %" PRIu32, TEXT_SHOW, c->src);
	put_names(t, c->caller.callsign, c->caller.name);
	text_format(t, " in talkgroup %" PRIu32, c->conference);
	put_names(t, c->conference_alias.name, "");
	text_format(t, ", stream %08" PRIx32 ", ", c->stream);
	tick_value(t, c->started, LOOK_AGE, clock);
	text_char(t, '\n');
	if (c->peer[0] && c->repeater)
		text_format(t, "%c  repeater %" PRIu32 "\n", TEXT_SHOW, c->repeater);
	if (c->peer[0] && c->server)
		text_format(t, "%c  server %" PRIu32 "\n", TEXT_SHOW, c->server);
	if (c->hops > 2) /* the first and the last of them are known */
		text_format(t, "%c  %u more server%s, not named in the frames\n", TEXT_SHOW,
		            c->hops - 2u, c->hops > 3 ? "s" : "");
	view_last_hop(t, c);
	text_format(t, "%c  here: %s, %" PRIu32 " listeners\n", TEXT_SHOW,
	            call_state_name(c->state), c->listeners);
}

/* name=value; a text with blanks is quoted. */
static void event_value(struct text *t, const struct record *r, const struct record_field *f,
                        const struct look_at *as)
{
	text_format(t, " %s=", f->name);
	if (f->type == FIELD_TEXT && strchr(record_text(r, f), ' '))
		text_json(t, record_text(r, f));
	else
		value(t, r, f, as);
}

/* Each column of the kind; for kinds without columns each field. */
static void event_values(struct text *t, const struct record *r, struct look_at as)
{
	const struct record_info *info = record_info(r->kind);
	size_t columns = r->kind < RECORD_ROWS ? columns_of(r->kind)->count : 0;

	for (size_t i = 0; i < columns; i++) {
		const struct column *c = &columns_of(r->kind)->column[i];
		as.look = c->look;
		event_value(t, r, record_field_find(r->kind, c->field), &as);
	}
	for (size_t i = 0; i < info->field_count && columns == 0; i++)
		event_value(t, r, &info->fields[i], &as);
}

void view_event(struct text *t, const struct record *r, const struct clock *clock,
                const struct conf *conf)
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
	event_values(t, r, (struct look_at){LOOK_AGE, clock, conf});
}
