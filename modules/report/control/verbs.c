#include "report/verb.h"

#include "report/control/history_tell.h"
#include "report/control/request.h"
#include "report/control/tell_command.h"
#include "report/control/tell_events.h"
#include "report/control/tell_recording.h"
#include "report/control/tell_rows.h"

#define HELP_COLUMN 28u
#define SECTIONS(...) ((const struct section[]){__VA_ARGS__, {NULL, 0}})

static tell tell_help;

static void fill_nothing(struct command *c, const struct answer *a)
{
	(void)c;
	(void)a;
}

static void fill_session(struct command *c, const struct answer *a)
{
	c->client = a->id;
}

static void fill_link(struct command *c, const struct answer *a)
{
	c->link.client = a->id;
	c->link.slot = a->slot;
	c->link.tg = a->tg;
}

static void fill_default(struct command *c, const struct answer *a)
{
	c->reflector.client = a->id;
	c->reflector.tg = a->tg;
}

static void fill_options(struct command *c, const struct answer *a)
{
	c->options.client = a->id;
	text_copy(c->options.text, sizeof(c->options.text), a->rest);
}

static void fill_peer(struct command *c, const struct answer *a)
{
	text_copy(c->peer.name, sizeof(c->peer.name), a->name);
	c->peer.order = a->choice;
}

static void fill_quenches(struct command *c, const struct answer *a)
{
	text_copy(c->quenches.peer, sizeof(c->quenches.peer), a->name);
}

static void fill_call(struct command *c, const struct answer *a)
{
	c->call = a->call;
}

static void fill_block(struct command *c, const struct answer *a)
{
	c->block.target = a->target;
	c->block.ms = a->ms;
}

static const struct verb verbs[] = {
	{"status", "", "server, listeners, table usage, counters", .fresh = true,
         .sections = SECTIONS({tell_rows, RECORD_SERVER}, {tell_rows, RECORD_LISTENER},
                              {tell_rows, RECORD_TABLE}, {tell_own, RECORD_TABLE},
                              {tell_rows, RECORD_COUNTER}, {tell_own, RECORD_COUNTER})},
	{"sessions", "", "clients that are logged in", .fresh = true,
         .sections = SECTIONS({tell_rows, RECORD_SESSION})},
	{"session", "ID", "one session with its slots, subscriptions and calls", .fresh = true,
         .sections = SECTIONS({tell_session, RECORD_SESSION}, {tell_rows_of_client, RECORD_SLOT},
                              {tell_rows_of_client, RECORD_SUBSCRIPTION},
                              {tell_rows_of_client, RECORD_CALL})},
	{"conferences", "", "talkgroups with listeners or talkers", .fresh = true,
         .sections = SECTIONS({tell_conferences, RECORD_SUBSCRIPTION})},
	{"conference", "TG", "one talkgroup with its listeners and calls", .fresh = true,
         .sections = SECTIONS({tell_conference, RECORD_SUBSCRIPTION},
                              {tell_rows_of_conference, RECORD_SUBSCRIPTION},
                              {tell_rows_of_conference, RECORD_CALL})},
	{"slots", "", "what each slot is sending, hearing or reserved for", .fresh = true,
         .sections = SECTIONS({tell_rows, RECORD_SLOT})},
	{"calls", "", "running calls", .fresh = true,
         .sections = SECTIONS({tell_rows, RECORD_CALL})},
	{"call", "CALL end", "end a call, given by stream, or by ID or callsign of the talker",
         .fresh = true, .fill = fill_call, .command = COMMAND_CALL},
	{"trace", "TG", "path of the calls on a talkgroup, hop by hop", .fresh = true,
         .sections = SECTIONS({tell_trace, RECORD_CALL})},
	{"lastheard", "[WHO]", "ended calls, newest first; WHO is an ID, a callsign or a talkgroup",
         .sections = SECTIONS({tell_last_heard, RECORD_CALL})},
	{"refusals", "", "who was refused recently, how often and why",
         .sections = SECTIONS({tell_refusals, RECORD_REFUSAL})},
	{"history", "talkgroups|clients|radios|links [day|week|all|DATE] [ID]",
         "statistics; with ID, over time", .sections = SECTIONS({tell_history, RECORD_KINDS})},
	{"events", "[FILTER]", "follow events; FILTER is a kind, client ID or conference TG",
         .sections = SECTIONS({tell_events, RECORD_KINDS})},
	{"report", "", "health of the reporter",
         .sections = SECTIONS({tell_own, RECORD_TABLE}, {tell_own, RECORD_COUNTER})},
	{"why", "ID", "recent decisions about a client or radio", .fill = fill_session,
         .command = COMMAND_WHY},
	{"record", "[kept] FILE",
         "save what the flight recorder holds, or kept when something went wrong",
         .sections = SECTIONS({tell_recording, RECORD_KINDS})},
	{"reload", "", "reload the configuration", .fill = fill_nothing, .command = COMMAND_RELOAD},
	{"upgrade", "", "switch to the installed binary without ending calls", .fill = fill_nothing,
         .command = COMMAND_UPGRADE},
	{"upgraded", "", "whether the last upgrade succeeded", .fill = fill_nothing,
         .command = COMMAND_UPGRADED},
	{"loglevel", "[bug|error|warning|remote|info|debug]", "show or set how much is logged",
         .sections = SECTIONS({tell_log_level, RECORD_KINDS})},
	{"kick", "ID", "end a session", .page = "", .fill = fill_session, .command = COMMAND_KICK},
	{"block", "[TARGET] [TIME]",
         "block an ID, a callsign or an address, for a time (10m) or permanently; show blocks",
         .page = "", .sections = SECTIONS({tell_rows, RECORD_BLOCK}), .fill = fill_block,
         .command = COMMAND_BLOCK},
	{"peers", "", "links to other servers", .fresh = true,
         .sections = SECTIONS({tell_rows, RECORD_PEER})},
	{"peer", "NAME stun|clear|reset", "stun, clear or reset the link to a server",
         .page = "stun|clear", .fill = fill_peer, .command = COMMAND_PEER},
	{"quenches", "[NAME]", "calls that are not sent over a server link, and why",
         .fill = fill_quenches, .command = COMMAND_QUENCHES},
	{"unblock", "TARGET", "remove a block", .page = "", .fill = fill_block,
         .command = COMMAND_UNBLOCK},
	{"link", "ID SLOT TG", "turn a talkgroup on, as if the user had keyed it", .page = "",
         .fill = fill_link, .command = COMMAND_LINK},
	{"unlink", "ID SLOT TG", "turn a talkgroup off", .page = "", .fill = fill_link,
         .command = COMMAND_UNLINK},
	{"default", "ID TG", "set the default reflector; 0 = none", .fill = fill_default,
         .command = COMMAND_DEFAULT},
	{"options", "ID [TEXT]", "show the option string, or set it", .fresh = true,
         .sections = SECTIONS({tell_session, RECORD_SESSION}), .fill = fill_options,
         .command = COMMAND_OPTIONS},
	{"help", "", "list the commands", .sections = SECTIONS({tell_help, RECORD_KINDS})},
};

static enum answer_step tell_help(struct answer *a, const struct sources *s,
                                  const struct clock *clock, struct text *t)
{
	const struct verb *v = verb_at((size_t)a->at.nth);

	(void)s;
	(void)clock;
	if (!v)
		return ANSWER_DONE;
	if (a->form == FORM_TEXT)
		verb_put_help(t, v, TEXT_SHOW);
	else
		text_format(t,
		            "{\"row\":\"word\",\"word\":\"%s\",\"arguments\":\"%s\","
		            "\"help\":\"%s\"}\n",
		            v->name, v->arguments, v->help);
	a->at.nth++;
	a->rows++;
	return ANSWER_LINE;
}

void verb_put_help(struct text *t, const struct verb *v, char margin)
{
	size_t start = t->len;

	text_format(t, "%c%s%s%s", margin, v->name, *v->arguments ? " " : "", v->arguments);
	if (t->len - start > HELP_COLUMN) {
		text_format(t, "\n%c", margin);
		start = t->len - 1;
	}
	text_format(t, "%*s  %s\n", (int)(HELP_COLUMN - (t->len - start)), "", v->help);
}

const struct verb *verb_at(uint64_t i)
{
	return i < ARRAY_LEN(verbs) ? &verbs[i] : NULL;
}

const struct verb *verb_find(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (request_is(name, len, verbs[i].name))
			return &verbs[i];
	return NULL;
}
