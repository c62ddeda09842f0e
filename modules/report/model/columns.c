/*
 * The columns of each kind of record. Kinds that show the same field list it each, because its
 * place and width differ from table to table.
 */
#include "report/model/columns.h"

static const struct column server_columns[] = {
	{"ID", "id", 7, LOOK_PLAIN},
	{"NAME", "name", 16, LOOK_PLAIN},
	{"CALLSIGN", "callsign", 9, LOOK_PLAIN},
	{"VERSION", "version", 16, LOOK_PLAIN},
	{"UP", "started", 7, LOOK_AGE},
};

static const struct column listener_columns[] = {
	{"LISTENER", "name", 16, LOOK_PLAIN},
	{"BIND", "bind", 24, LOOK_PLAIN},
	{"SESSIONS", "sessions", 8, LOOK_PLAIN},
};

static const struct column session_columns[] = {
	{"CLIENT", "client", 9, LOOK_PLAIN}, {"CALLSIGN", "callsign", 9, LOOK_PLAIN},
	{"STATE", "state", 13, LOOK_PLAIN},  {"LISTENER", "listener", 12, LOOK_PLAIN},
	{"SINCE", "since", 7, LOOK_AGE},     {"PING", "last_ping", 6, LOOK_AGE},
	{"ADDRESS", "at", 22, LOOK_PLAIN},   {"SOFTWARE", "software", 20, LOOK_PLAIN},
	{"NAME", "name", 12, LOOK_PLAIN},
};

static const struct column slot_columns[] = {
	{"CLIENT", "client", 9, LOOK_PLAIN},  {"SLOT", "slot", 4, LOOK_PLAIN},
	{"STATE", "state", 8, LOOK_PLAIN},    {"CONFERENCE", "conference", 10, LOOK_PLAIN},
	{"SOURCE", "src", 8, LOOK_PLAIN},     {"CALLSIGN", "src_callsign", 8, LOOK_PLAIN},
	{"STREAM", "stream", 8, LOOK_PLAIN},  {"LEFT", "until", 7, LOOK_LEFT},
	{"NAME", "src_name", 12, LOOK_PLAIN}, {"TALKGROUP", "conference_name", 16, LOOK_PLAIN},
};

static const struct column subscription_columns[] = {
	{"CLIENT", "client", 9, LOOK_PLAIN},   {"SLOT", "slot", 4, LOOK_PLAIN},
	{"TALKGROUP", "rf_tg", 9, LOOK_PLAIN}, {"CONFERENCE", "conference", 10, LOOK_PLAIN},
	{"MODE", "mode", 8, LOOK_PLAIN},       {"ACTIVE", "active", 6, LOOK_PLAIN},
	{"LEFT", "until", 7, LOOK_LEFT},       {"NAME", "conference_name", 16, LOOK_PLAIN},
};

static const struct column call_columns[] = {
	{"FROM", "origin", 9, LOOK_PLAIN},
	{"SLOT", "slot", 4, LOOK_PLAIN},
	{"SOURCE", "src", 8, LOOK_PLAIN},
	{"CALLSIGN", "src_callsign", 8, LOOK_PLAIN},
	{"TO", "dst", 8, LOOK_PLAIN},
	{"CONFERENCE", "conference", 10, LOOK_PLAIN},
	{"STATE", "state", 8, LOOK_PLAIN},
	{"SINCE", "started", 7, LOOK_AGE},
	{"STREAM", "stream", 8, LOOK_PLAIN},
	{"FRAMES", "frames", 6, LOOK_PLAIN},
	{"LOST", "lost", 5, LOOK_PLAIN},
	{"LISTENERS", "listeners", 9, LOOK_PLAIN},
	{"NAME", "src_name", 12, LOOK_PLAIN},
	{"COUNTRY", "src_country", 14, LOOK_PLAIN},
	{"TALKGROUP", "conference_name", 16, LOOK_PLAIN},
};

static const struct column past_columns[] = {
	{"STARTED", "started", 20, LOOK_UTC},
	{"FROM", "origin", 9, LOOK_PLAIN},
	{"SLOT", "slot", 4, LOOK_PLAIN},
	{"SOURCE", "src", 8, LOOK_PLAIN},
	{"CALLSIGN", "src_callsign", 8, LOOK_PLAIN},
	{"NAME", "src_name", 12, LOOK_PLAIN},
	{"TO", "dst", 8, LOOK_PLAIN},
	{"CONFERENCE", "conference", 10, LOOK_PLAIN},
	{"FRAMES", "frames", 6, LOOK_PLAIN},
	{"LOST", "lost", 5, LOOK_PLAIN},
	{"TALKGROUP", "conference_name", 16, LOOK_PLAIN},
};

static const struct column peer_columns[] = {
	{"PEER", "name", 12, LOOK_PLAIN},
	{"KIND", "protocol", 4, LOOK_PLAIN},
	{"STATE", "state", 22, LOOK_PLAIN},
	{"SINCE", "since", 7, LOOK_AGE},
	{"HEARD", "heard", 6, LOOK_AGE},
	{"VERSION", "version", 7, LOOK_PLAIN},
	{"STUNNED", "stunned_by", 9, LOOK_PLAIN},
	{"IN", "frames_in_total", 9, LOOK_PLAIN},
	{"OUT", "frames_out_total", 9, LOOK_PLAIN},
	{"LOST", "lost_total", 6, LOOK_PLAIN},
	{"BEHIND", "behind_ms", 7, LOOK_PLAIN},
	{"AHEAD", "ahead_ms", 7, LOOK_PLAIN},
	{"ADDRESS", "at", 22, LOOK_PLAIN},
};

static const struct column block_columns[] = {
	{"BLOCKED", "what", 40, LOOK_PLAIN},
	{"SINCE", "since", 8, LOOK_AGE},
	{"LEFT", "until", 7, LOOK_LEFT},
	{"BECAUSE", "refused", 20, LOOK_PLAIN},
};

static const struct column table_columns[] = {
	{"TABLE", "name", 24, LOOK_PLAIN},
	{"USED", "used", 7, LOOK_PLAIN},
	{"HIGH", "high_water", 7, LOOK_PLAIN},
	{"ROOM", "capacity", 7, LOOK_PLAIN},
};

static const struct column counter_columns[] = {
	{"COUNTER", "name", 40, LOOK_PLAIN},
	{"VALUE", "value", 12, LOOK_PLAIN},
};

static const struct column decision_columns[] = {
	{"WHEN", "noted", 20, LOOK_UTC},   {"CLIENT", "client", 9, LOOK_PLAIN},
	{"RADIO", "radio", 8, LOOK_PLAIN}, {"SLOT", "slot", 4, LOOK_PLAIN},
	{"TG", "tg", 8, LOOK_PLAIN},       {"TIMES", "times", 5, LOOK_PLAIN},
	{"WHAT", "text", 40, LOOK_PLAIN},
};

static const struct column quench_columns[] = {
	{"PEER", "peer", 12, LOOK_PLAIN},     {"TG", "tg", 8, LOOK_PLAIN},
	{"STREAM", "stream", 8, LOOK_PLAIN},  {"REASON", "reason", 8, LOOK_PLAIN},
	{"ISSUER", "issuer", 11, LOOK_PLAIN}, {"LEFT", "until", 7, LOOK_LEFT},
};

static const struct column reload_columns[] = {
	{"CHANGE", "outcome", 17, LOOK_PLAIN},
	{"WHAT", "what", 40, LOOK_PLAIN},
};

static const struct column histogram_columns[] = {
	{"TIME OF", "name", 16, LOOK_PLAIN},  {"<50US", "us_50", 10, LOOK_PLAIN},
	{"<100US", "us_100", 10, LOOK_PLAIN}, {"<250US", "us_250", 8, LOOK_PLAIN},
	{"<500US", "us_500", 8, LOOK_PLAIN},  {"<1MS", "us_1000", 8, LOOK_PLAIN},
	{"<2.5MS", "us_2500", 8, LOOK_PLAIN}, {"<5MS", "us_5000", 8, LOOK_PLAIN},
	{"<10MS", "us_10000", 8, LOOK_PLAIN}, {"<25MS", "us_25000", 8, LOOK_PLAIN},
	{"MORE", "us_more", 8, LOOK_PLAIN},
};

static const struct columns columns[RECORD_KINDS] = {
	[RECORD_SERVER] = {ARRAY_LEN(server_columns), server_columns},
	[RECORD_LISTENER] = {ARRAY_LEN(listener_columns), listener_columns},
	[RECORD_SESSION] = {ARRAY_LEN(session_columns), session_columns},
	[RECORD_SLOT] = {ARRAY_LEN(slot_columns), slot_columns},
	[RECORD_SUBSCRIPTION] = {ARRAY_LEN(subscription_columns), subscription_columns},
	[RECORD_CALL] = {ARRAY_LEN(call_columns), call_columns},
	[RECORD_PEER] = {ARRAY_LEN(peer_columns), peer_columns},
	[RECORD_BLOCK] = {ARRAY_LEN(block_columns), block_columns},
	[RECORD_TABLE] = {ARRAY_LEN(table_columns), table_columns},
	[RECORD_COUNTER] = {ARRAY_LEN(counter_columns), counter_columns},
	[RECORD_DECISION] = {ARRAY_LEN(decision_columns), decision_columns},
	[RECORD_QUENCH] = {ARRAY_LEN(quench_columns), quench_columns},
	[RECORD_RELOAD] = {ARRAY_LEN(reload_columns), reload_columns},
	[RECORD_HISTOGRAM] = {ARRAY_LEN(histogram_columns), histogram_columns},
};

static const struct columns past = {ARRAY_LEN(past_columns), past_columns};

const struct columns *columns_of(enum record_kind kind)
{
	return &columns[kind];
}

const struct columns *columns_past(void)
{
	return &past;
}
