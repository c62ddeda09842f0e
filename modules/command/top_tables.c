#include "command/top_tables.h"

static const struct top_column call_columns[] = {
	{"CLIENT", "origin", NULL, 9, TOP_NUMBER},
	{"SLOT", "slot", NULL, 4, TOP_NUMBER},
	{"CALLER", "src_callsign", "src", 9, TOP_TEXT},
	{"NAME", "src_name", NULL, 12, TOP_TEXT},
	{"TO", "dst", NULL, 8, TOP_NUMBER},
	{"TALKGROUP", "conference_name", "conference", 16, TOP_TEXT},
	{"FOR", "started", NULL, 6, TOP_AGE},
	{"LOST", "lost", NULL, 4, TOP_NUMBER},
	{"HEARD BY", "listeners", NULL, 8, TOP_NUMBER},
	{"STATE", "state", NULL, 8, TOP_TEXT},
};

static const struct top_column session_columns[] = {
	{"CLIENT", "client", NULL, 9, TOP_NUMBER},
	{"CALLSIGN", "callsign", NULL, 9, TOP_TEXT},
	{"NAME", "name", NULL, 12, TOP_TEXT},
	{"LISTENER", "listener", NULL, 12, TOP_TEXT},
	{"SINCE", "since", NULL, 7, TOP_AGE},
	{"PING", "last_ping", NULL, 5, TOP_AGE},
	{"FRAMES IN", "frames_in_total", NULL, 9, TOP_NUMBER},
	{"OUT", "frames_out_total", NULL, 9, TOP_NUMBER},
	{"SOFTWARE", "software", NULL, 20, TOP_TEXT},
};

static const struct top_column heard_columns[] = {
	{"AGO", "time", NULL, 6, TOP_AGE},
	{"CALLER", "src_callsign", "src", 9, TOP_TEXT},
	{"NAME", "src_name", NULL, 12, TOP_TEXT},
	{"TALKGROUP", "conference_name", "dst", 16, TOP_TEXT},
	{"CLIENT", "origin", NULL, 9, TOP_NUMBER},
	{"SLOT", "slot", NULL, 4, TOP_NUMBER},
	{"FRAMES", "frames", NULL, 6, TOP_NUMBER},
	{"LOST", "lost", NULL, 5, TOP_NUMBER},
	{"END", "cause", NULL, 16, TOP_TEXT},
};

static const struct top_column conference_columns[] = {
	{"CONFERENCE", "conference", NULL, 10, TOP_NUMBER},
	{"SLOTS", "subscriptions", NULL, 6, TOP_NUMBER},
	{"ACTIVE", "active", NULL, 6, TOP_NUMBER},
	{"CALLS", "calls", NULL, 5, TOP_NUMBER},
};

const struct top_table top_calls = {
	"calls", "ON AIR", "origin", call_columns, ARRAY_LEN(call_columns), -1, false};

const struct top_table top_tables[TOP_TABLES] = {
	{"sessions", "SESSIONS", "client", session_columns, ARRAY_LEN(session_columns), 0, false},
	{"lastheard", "LAST HEARD", "origin", heard_columns, ARRAY_LEN(heard_columns), -1, false},
	{"conferences", "CONFERENCES", NULL, conference_columns, ARRAY_LEN(conference_columns), 0,
         false},
};
