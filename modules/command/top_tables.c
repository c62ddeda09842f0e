/*
 * The columns of `top`. They are not those of model/columns.h, which `ctl` shows: a column here may
 * have a substitute, and what is first must fit a narrow terminal.
 */
#include "command/top_tables.h"

/* The important columns are within 80 characters; the others are for wider terminals. */
static const struct top_column call_columns[] = {
	{"FROM", "peer", "origin", 9, TOP_ID},
	{"TS", "slot", NULL, 2, TOP_ID},
	{"CALLER", "src_callsign", "src", 8, TOP_TEXT},
	{"NAME", "src_name", NULL, 10, TOP_TEXT},
	{"TO", "conference", "dst", 8, TOP_ID},
	{"FOR", "started", NULL, 6, TOP_AGE},
	{"LOST", "lost", NULL, 4, TOP_NUMBER},
	{"HEARD BY", "listeners", NULL, 8, TOP_NUMBER},
	{"STATE", "state", NULL, 8, TOP_TEXT},
	{"TALKGROUP", "conference_name", NULL, 16, TOP_TEXT},
};

static const struct top_column session_columns[] = {
	{"DMR ID", "client", NULL, 9, TOP_ID},
	{"CALLSIGN", "callsign", NULL, 9, TOP_TEXT},
	{"NAME", "name", NULL, 10, TOP_TEXT},
	{"SLOT 1", "slot1", NULL, 10, TOP_TEXT},
	{"SLOT 2", "slot2", NULL, 10, TOP_TEXT},
	{"SINCE", "since", NULL, 7, TOP_AGE},
	{"PING", "last_ping", NULL, 5, TOP_AGE},
	{"LISTENER", "listener", NULL, 8, TOP_TEXT},
	{"FRAMES IN", "frames_in_total", NULL, 9, TOP_NUMBER},
	{"OUT", "frames_out_total", NULL, 9, TOP_NUMBER},
	{"SOFTWARE", "software", NULL, 20, TOP_TEXT},
};

static const struct top_column heard_columns[] = {
	{"AGO", "time", NULL, 6, TOP_AGE},
	{"CALLER", "src_callsign", "src", 8, TOP_TEXT},
	{"NAME", "src_name", NULL, 10, TOP_TEXT},
	{"TO", "conference", "dst", 8, TOP_ID},
	{"FROM", "peer", "origin", 9, TOP_ID},
	{"TS", "slot", NULL, 2, TOP_ID},
	{"LOST", "lost", NULL, 5, TOP_NUMBER},
	{"END", "cause", NULL, 16, TOP_TEXT},
	{"FRAMES", "frames", NULL, 6, TOP_NUMBER},
	{"TALKGROUP", "conference_name", NULL, 16, TOP_TEXT},
};

static const struct top_column conference_columns[] = {
	{"TALKGROUP", "conference", NULL, 10, TOP_NUMBER},
	{"SLOTS", "subscriptions", NULL, 6, TOP_NUMBER},
	{"ACTIVE", "active", NULL, 6, TOP_NUMBER},
	{"CALLS", "calls", NULL, 5, TOP_NUMBER},
	{"LAST 24 HOURS", "activity", NULL, 24, TOP_SPARK},
	{"NAME", "name", NULL, 18, TOP_TEXT},
};

static const struct top_column link_columns[] = {
	{"LINK", "name", NULL, 12, TOP_TEXT},
	{"STATE", "state", NULL, 22, TOP_TEXT},
	{"SINCE", "since", NULL, 7, TOP_AGE},
	{"HEARD", "heard", NULL, 6, TOP_AGE},
	{"IN", "frames_in_total", NULL, 8, TOP_NUMBER},
	{"OUT", "frames_out_total", NULL, 8, TOP_NUMBER},
	{"LOST", "lost_total", NULL, 5, TOP_NUMBER},
	{"KIND", "protocol", NULL, 4, TOP_TEXT},
	{"BEHIND", "behind_ms", NULL, 7, TOP_NUMBER},
};

static const struct top_column refusal_columns[] = {
	{"DMR ID", "client", NULL, 9, TOP_ID},   {"TIMES", "times", NULL, 5, TOP_NUMBER},
	{"SINCE", "first", "since", 7, TOP_AGE}, {"LAST", "last", "time", 7, TOP_AGE},
	{"WHY", "why", "reason", 44, TOP_TEXT},
};

const struct top_table top_calls = {
	"calls", "ON AIR", "origin", call_columns, ARRAY_LEN(call_columns), -1, false};

const struct top_table top_tables[TOP_TABLES] = {
	{"sessions", "HOTSPOTS", "client", session_columns, ARRAY_LEN(session_columns), 0, false},
	{"lastheard", "LAST HEARD", "origin", heard_columns, ARRAY_LEN(heard_columns), -1, false},
	{"conferences", "TALKGROUPS", NULL, conference_columns, ARRAY_LEN(conference_columns), 0,
         false},
	{"peers", "LINKS", NULL, link_columns, ARRAY_LEN(link_columns), 0, false},
	{"refusals", "REFUSED", NULL, refusal_columns, ARRAY_LEN(refusal_columns), 3, false},
};
