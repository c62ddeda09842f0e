#include "report/control/tell_command.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "report/control/request.h"
#include "report/control/tell_rows.h"
#include "wire/field.h"
#include "wire/options.h"
#include "wire/parse.h"

/* Is it for the parent, not for the voice process? */
static bool is_parents(const struct answer *a)
{
	return voice_pipe_is_parents(a->verb->command);
}

tick_t tell_command_patience(const struct answer *a)
{
	return is_parents(a) ? ANSWER_PARENT_MS : ANSWER_REPLY_MS;
}

static void log_text(struct text *t, const char *s)
{
	char shown[COMMAND_TEXT_MAX];

	options_clean(s, strlen(s), shown, sizeof(shown));
	text_format(t, "\"%s\"", shown);
}

static void log_time(struct text *t, tick_t ms, const void *context)
{
	(void)context;
	text_duration(t, ms);
}

static bool is_zero(const struct command *c, const struct record_field *f)
{
	const char *at = (const char *)c + f->offset;

	if (f->type == FIELD_TEXT)
		return !*at;
	if (f->type == FIELD_ADDR)
		return addr_is_any((const void *)at);
	return field_number(c, f) == 0;
}

/* Leaves out zero fields. */
static void log_command(const struct answer *a, const struct command *c)
{
	static const struct field_style style = {
		.yes = "yes", .no = "no", .quote = "", .text = log_text, .time = log_time};
	const struct record_info *info = command_info(c->kind);
	char line[2 * COMMAND_TEXT_MAX];
	struct text t = text_make(line, sizeof(line));

	for (size_t i = 0; i < info->field_count; i++) {
		const struct record_field *f = &info->fields[i];
		if (is_zero(c, f))
			continue;
		text_format(&t, " %s=", f->name);
		field_show(&t, c, f, &style, NULL);
	}
	log_info("command=%s%s number=%" PRIu32 " by %s", info->name, line, a->number, a->who);
}

/* Every command is logged with the user who gave it, whatever its result. */
static void send_command(struct answer *a, const struct sources *s)
{
	struct command c = {.kind = a->verb->command};

	a->verb->fill(&c, a);
	a->number = voice_pipe_command(s->link, &c);
	if (!a->quiet)
		log_command(a, &c);
	if (a->number == 0)
		a->error = is_parents(a) ? "the parent cannot take commands now: try again"
		                         : "the voice process cannot take commands now: try again";
}

/* The next row received before the reply; false if there are no more. */
static bool next_told(struct answer *a, struct record *out)
{
	struct rd rest = rd_make(a->early + a->early_at, a->early_len - a->early_at), frame;
	const char *reason;

	if (record_frame_take(&rest, &frame) != PARSE_OK)
		return false;
	a->early_at = a->early_len - rd_left(&rest);
	return record_parse(frame.at, rd_left(&frame), out, &reason) == PARSE_OK;
}

/* Warns that a permanent block will not survive a restart. */
static void note_brevity(struct answer *a, const struct sources *s)
{
	if (a->verb->command == COMMAND_BLOCK && a->reply.reply.done && !s->persists)
		text_copy(
			a->reply.reply.text, sizeof(a->reply.reply.text),
			"blocked until the server restarts (set state in [server] to keep blocks)");
}

static void tell_reply(struct answer *a, const struct sources *s, const struct clock *clock,
                       struct text *t)
{
	note_brevity(a, s);
	if (!a->reply.reply.done && (a->rows == 0 || a->ids.count < 2))
		a->error = a->reply.reply.text;
	if (!a->reply.reply.done)
		return;
	if (a->error || !*a->reply.reply.text)
		return;
	a->rows++;
	if (a->form == FORM_TEXT)
		text_format(t, "%c%s\n", TEXT_SHOW, a->reply.reply.text);
	else
		view_row(t, a->form, &a->reply, clock);
}

/* Begins the query for the next ID of a callsign; false if all have been answered. */
static bool next_id(struct answer *a, const struct clock *clock)
{
	if (a->ids_at >= a->ids.count)
		return false;
	a->id = a->ids.id[a->ids_at++];
	a->since = clock->now;
	a->at.entered = a->replied = false;
	a->early_len = a->early_at = 0;
	return true;
}

/* Sends the command, then waits for the reply; rows received before it are written first. */
enum answer_step tell_command(struct answer *a, const struct sources *s, const struct clock *clock,
                              struct text *t)
{
	struct record r;

	if (!a->at.entered) {
		a->at.entered = true;
		send_command(a, s);
		if (a->error)
			return ANSWER_DONE;
	}
	if (!a->replied && clock->now - a->since < tell_command_patience(a))
		return ANSWER_WAIT;
	if (!a->replied)
		a->error = is_parents(a) ? "no reply from the parent"
		                         : "no reply from the voice process";
	else if (next_told(a, &r))
		return tell_row(a, &r, clock, t);
	else if (next_id(a, clock))
		return tell_command(a, s, clock, t);
	else
		tell_reply(a, s, clock, t);
	a->number = 0;
	return ANSWER_DONE;
}

enum answer_step tell_log_level(struct answer *a, const struct sources *s,
                                const struct clock *clock, struct text *t)
{
	(void)s;
	(void)clock;
	if (a->at.entered)
		return ANSWER_DONE;
	a->at.entered = true;
	if (a->optional) {
		log_set_level(LOG_INFO);
		log_info("command=loglevel level=%s by %s", log_level_name(a->choice), a->who);
		log_set_level(a->choice);
	}
	text_format(t, a->form == FORM_TEXT ? " %s\n" : "{\"row\":\"loglevel\",\"level\":\"%s\"}\n",
	            log_level_name(log_highest()));
	a->rows++;
	return ANSWER_LINE;
}

/* Which command a record answers; 0: none. */
static uint32_t number_of(const struct record *r)
{
	const struct record_field *f = record_field_find(r->kind, "number");

	return f ? (uint32_t)record_number(r, f) : 0;
}

void tell_command_take(struct answer *a, const struct record *r)
{
	struct wr w = wr_make(a->early + a->early_len, sizeof(a->early) - a->early_len);

	if (!a->verb || a->number == 0 || a->number != number_of(r) || a->replied)
		return;
	if (r->kind == RECORD_REPLY) {
		a->replied = true;
		a->reply = *r;
		return;
	}
	record_frame_write(&w, r);
	a->early_len += wr_len(&w);
}
