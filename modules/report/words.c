#include "report/words.h"

#include "report/request.h"
#include "report/tell_events.h"
#include "report/tell_order.h"
#include "report/tell_rows.h"

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

const struct word *words_find(const char *word, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (request_is(word, len, words[i].name))
			return &words[i];
	}
	return NULL;
}
