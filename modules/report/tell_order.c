#include "report/tell_order.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "report/tell_rows.h"
#include "wire/options.h"

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

tick_t tell_order_patience(const struct answer *a)
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
enum answer_step tell_order(struct answer *a, const struct sources *s, const struct clock *clock,
                            struct text *t)
{
	struct record r;

	if (!a->entered) {
		a->entered = true;
		send_order(a, s);
		if (a->error)
			return ANSWER_DONE;
	}
	if (!a->replied && clock->now - a->since < tell_order_patience(a))
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
enum answer_step tell_block(struct answer *a, const struct sources *s, const struct clock *clock,
                            struct text *t)
{
	return *a->given ? tell_order(a, s, clock, t) : tell_rows(a, s, clock, t);
}

/* Without an option string the order is a question. */
enum answer_step tell_options(struct answer *a, const struct sources *s, const struct clock *clock,
                              struct text *t)
{
	return *a->given ? tell_order(a, s, clock, t) : tell_session(a, s, clock, t);
}

enum answer_step tell_log_level(struct answer *a, const struct sources *s,
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

/* Which command a record answers; 0: none. */
static uint32_t number_of(const struct record *r)
{
	const struct record_field *f = record_field_find(r->kind, "number");

	return f ? (uint32_t)record_number(r, f) : 0;
}

void tell_order_take(struct answer *a, const struct record *r)
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
