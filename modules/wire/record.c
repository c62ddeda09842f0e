#include "wire/record.h"

#include <inttypes.h>
#include <string.h>

/* The end of the year 9999: what lies beyond is never. */
#define LAST_TIME_MS INT64_C(253402300799999)

static const char *const change_names[] = {
	[CHANGE_SNAPSHOT] = "snapshot",
	[CHANGE_BEGIN] = "begin",
	[CHANGE_UPDATE] = "update",
	[CHANGE_END] = "end",
};

static const char *const cause_names[CAUSE_CAUSES] = {
	[CAUSE_NONE] = "none",
	[CAUSE_LOGOUT] = "logout",
	[CAUSE_EXPIRED] = "expired",
	[CAUSE_REPLACED] = "replaced",
	[CAUSE_KICKED] = "kicked",
	[CAUSE_SHUTDOWN] = "shutdown",
	[CAUSE_TERMINATOR] = "terminator",
	[CAUSE_TIMEOUT] = "timeout",
	[CAUSE_TRANSMIT_TIMEOUT] = "transmit-timeout",
	[CAUSE_SUPERSEDED] = "superseded",
	[CAUSE_SESSION_END] = "session-end",
	[CAUSE_OPTIONS] = "options",
	[CAUSE_TIMER] = "timer",
	[CAUSE_SINGLE] = "single",
	[CAUSE_DIALLED] = "dialled",
	[CAUSE_OPERATOR] = "operator",
	[CAUSE_BLOCKED] = "blocked",
};

static const char *const session_state_names[] = {
	[SESSION_AUTHENTICATED] = "authenticated",
	[SESSION_CONNECTED] = "connected",
};

static const char *const slot_state_names[] = {
	[SLOT_IDLE] = "idle",
	[SLOT_TALKING] = "talking",
	[SLOT_HEARING] = "hearing",
	[SLOT_HANG] = "hang",
	[SLOT_PROMPT] = "prompt",
};

static const char *const subscription_mode_names[] = {
	[SUBSCRIPTION_STATIC] = "static",
	[SUBSCRIPTION_USER] = "user",
	[SUBSCRIPTION_DEFAULT] = "default",
	[SUBSCRIPTION_DIAL] = "dial",
};

static const char *const call_state_names[] = {
	[CALL_RUNNING] = "running",
	[CALL_WAITING] = "waiting",
	[CALL_IGNORED] = "ignored",
};

static const char *const reload_outcome_names[RELOAD_OUTCOMES] = {
	[RELOAD_APPLIED] = "applied",
	[RELOAD_DEFERRED] = "deferred",
	[RELOAD_REFUSED] = "refused",
};

static const char *name_of(const char *const *names, size_t count, size_t value)
{
	return value < count && names[value] ? names[value] : "?";
}

const char *change_name(enum change change)
{
	return name_of(change_names, ARRAY_LEN(change_names), change);
}

const char *cause_name(enum cause cause)
{
	return name_of(cause_names, ARRAY_LEN(cause_names), cause);
}

const char *session_state_name(enum session_state state)
{
	return name_of(session_state_names, ARRAY_LEN(session_state_names), state);
}

const char *slot_state_name(enum slot_state state)
{
	return name_of(slot_state_names, ARRAY_LEN(slot_state_names), state);
}

const char *subscription_mode_name(enum subscription_mode mode)
{
	return name_of(subscription_mode_names, ARRAY_LEN(subscription_mode_names), mode);
}

const char *call_state_name(enum call_state state)
{
	return name_of(call_state_names, ARRAY_LEN(call_state_names), state);
}

const char *reload_outcome_name(enum reload_outcome outcome)
{
	return name_of(reload_outcome_names, ARRAY_LEN(reload_outcome_names), outcome);
}

/* Fields hold their enums as int: the names again, by number. */
static const char *session_state_text(int value)
{
	return session_state_name((enum session_state)value);
}

static const char *slot_state_text(int value)
{
	return slot_state_name((enum slot_state)value);
}

static const char *subscription_mode_text(int value)
{
	return subscription_mode_name((enum subscription_mode)value);
}

static const char *call_state_text(int value)
{
	return call_state_name((enum call_state)value);
}

static const char *reload_outcome_text(int value)
{
	return reload_outcome_name((enum reload_outcome)value);
}

static const char *level_text(int value)
{
	return log_level_name((enum log_level)value);
}

static const struct record_field server_fields[] = {
	{.name = "id", .type = FIELD_U32, .offset = offsetof(struct record, server.id)},
	{.name = "name", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, server.name),
	 .size = sizeof(((struct server_row *)NULL)->name)},
	{.name = "callsign", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, server.callsign),
	 .size = sizeof(((struct server_row *)NULL)->callsign)},
	{.name = "version", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, server.version),
	 .size = sizeof(((struct server_row *)NULL)->version)},
	{.name = "started", .type = FIELD_TICK, .offset = offsetof(struct record, server.started)},
};

static const struct record_field listener_fields[] = {
	{.name = "name", .type = FIELD_TEXT, .key = true,
	 .offset = offsetof(struct record, listener.name),
	 .size = sizeof(((struct listener_row *)NULL)->name)},
	{.name = "bind", .type = FIELD_ADDR, .offset = offsetof(struct record, listener.bind)},
	{.name = "sessions", .type = FIELD_U32,
	 .offset = offsetof(struct record, listener.sessions)},
};

static const struct record_field session_fields[] = {
	{.name = "client", .type = FIELD_U32, .key = true,
	 .offset = offsetof(struct record, session.client)},
	{.name = "listener", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, session.listener),
	 .size = sizeof(((struct session_row *)NULL)->listener)},
	{.name = "at", .type = FIELD_ADDR, .offset = offsetof(struct record, session.at)},
	{.name = "state", .type = FIELD_ENUM,
	 .offset = offsetof(struct record, session.state),
	 .size = SESSION_CONNECTED + 1, .enum_name = session_state_text},
	{.name = "since", .type = FIELD_TICK, .offset = offsetof(struct record, session.since)},
	{.name = "last_ping", .type = FIELD_TICK,
	 .offset = offsetof(struct record, session.last_ping)},
	{.name = "callsign", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, session.callsign),
	 .size = sizeof(((struct session_row *)NULL)->callsign)},
	{.name = "rx_hz", .type = FIELD_U32, .offset = offsetof(struct record, session.rx_hz)},
	{.name = "tx_hz", .type = FIELD_U32, .offset = offsetof(struct record, session.tx_hz)},
	{.name = "cc", .type = FIELD_U8, .offset = offsetof(struct record, session.cc)},
	{.name = "simplex", .type = FIELD_BOOL,
	 .offset = offsetof(struct record, session.simplex)},
	{.name = "location", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, session.location),
	 .size = sizeof(((struct session_row *)NULL)->location)},
	{.name = "software", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, session.software),
	 .size = sizeof(((struct session_row *)NULL)->software)},
	{.name = "package", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, session.package),
	 .size = sizeof(((struct session_row *)NULL)->package)},
	{.name = "options", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, session.options),
	 .size = sizeof(((struct session_row *)NULL)->options)},
	{.name = "options_bad", .type = FIELD_U32,
	 .offset = offsetof(struct record, session.options_bad)},
	{.name = "frames_in_total", .type = FIELD_U64,
	 .offset = offsetof(struct record, session.frames_in_total)},
	{.name = "frames_out_total", .type = FIELD_U64,
	 .offset = offsetof(struct record, session.frames_out_total)},
	{.name = "name", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, session.owner.name),
	 .size = sizeof(((struct alias *)NULL)->name)},
	{.name = "country", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, session.owner.country),
	 .size = sizeof(((struct alias *)NULL)->country)},
};

static const struct record_field slot_fields[] = {
	{.name = "client", .type = FIELD_U32, .key = true,
	 .offset = offsetof(struct record, slot.client)},
	{.name = "slot", .type = FIELD_U8, .key = true,
	 .offset = offsetof(struct record, slot.slot)},
	{.name = "state", .type = FIELD_ENUM,
	 .offset = offsetof(struct record, slot.state),
	 .size = SLOT_PROMPT + 1, .enum_name = slot_state_text},
	{.name = "conference", .type = FIELD_U32,
	 .offset = offsetof(struct record, slot.conference)},
	{.name = "src", .type = FIELD_U32, .offset = offsetof(struct record, slot.src)},
	{.name = "stream", .type = FIELD_HEX32, .offset = offsetof(struct record, slot.stream)},
	{.name = "until", .type = FIELD_TICK, .offset = offsetof(struct record, slot.until)},
	{.name = "src_callsign", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, slot.caller.callsign),
	 .size = sizeof(((struct alias *)NULL)->callsign)},
	{.name = "src_name", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, slot.caller.name),
	 .size = sizeof(((struct alias *)NULL)->name)},
	{.name = "src_country", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, slot.caller.country),
	 .size = sizeof(((struct alias *)NULL)->country)},
	{.name = "conference_name", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, slot.topic.name),
	 .size = sizeof(((struct alias *)NULL)->name)},
};

static const struct record_field subscription_fields[] = {
	{.name = "client", .type = FIELD_U32, .key = true,
	 .offset = offsetof(struct record, subscription.client)},
	{.name = "slot", .type = FIELD_U8, .key = true,
	 .offset = offsetof(struct record, subscription.slot)},
	{.name = "rf_tg", .type = FIELD_U32, .key = true,
	 .offset = offsetof(struct record, subscription.rf_tg)},
	{.name = "conference", .type = FIELD_U32, .key = true,
	 .offset = offsetof(struct record, subscription.conference)},
	{.name = "mode", .type = FIELD_ENUM, .key = true,
	 .offset = offsetof(struct record, subscription.mode),
	 .size = SUBSCRIPTION_DIAL + 1, .enum_name = subscription_mode_text},
	{.name = "active", .type = FIELD_BOOL,
	 .offset = offsetof(struct record, subscription.active)},
	{.name = "until", .type = FIELD_TICK,
	 .offset = offsetof(struct record, subscription.until)},
	{.name = "conference_name", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, subscription.topic.name),
	 .size = sizeof(((struct alias *)NULL)->name)},
};

static const struct record_field call_fields[] = {
	{.name = "origin", .type = FIELD_U32, .key = true,
	 .offset = offsetof(struct record, call.origin)},
	{.name = "stream", .type = FIELD_HEX32, .key = true,
	 .offset = offsetof(struct record, call.stream)},
	{.name = "started", .type = FIELD_TICK, .key = true,
	 .offset = offsetof(struct record, call.started)},
	{.name = "slot", .type = FIELD_U8, .offset = offsetof(struct record, call.slot)},
	{.name = "src", .type = FIELD_U32, .offset = offsetof(struct record, call.src)},
	{.name = "dst", .type = FIELD_U32, .offset = offsetof(struct record, call.dst)},
	{.name = "conference", .type = FIELD_U32,
	 .offset = offsetof(struct record, call.conference)},
	{.name = "unit", .type = FIELD_BOOL, .offset = offsetof(struct record, call.unit)},
	{.name = "data", .type = FIELD_BOOL, .offset = offsetof(struct record, call.data)},
	{.name = "state", .type = FIELD_ENUM,
	 .offset = offsetof(struct record, call.state),
	 .size = CALL_IGNORED + 1, .enum_name = call_state_text},
	{.name = "frames", .type = FIELD_U32, .offset = offsetof(struct record, call.frames)},
	{.name = "lost", .type = FIELD_U32, .offset = offsetof(struct record, call.lost)},
	{.name = "late", .type = FIELD_U32, .offset = offsetof(struct record, call.late)},
	{.name = "duplicate", .type = FIELD_U32,
	 .offset = offsetof(struct record, call.duplicate)},
	{.name = "ber_errors", .type = FIELD_U32,
	 .offset = offsetof(struct record, call.ber_errors)},
	{.name = "rssi", .type = FIELD_U8, .offset = offsetof(struct record, call.rssi)},
	{.name = "listeners", .type = FIELD_U32,
	 .offset = offsetof(struct record, call.listeners)},
	{.name = "peer", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, call.peer),
	 .size = sizeof(((struct call_row *)NULL)->peer)},
	{.name = "server", .type = FIELD_U32, .offset = offsetof(struct record, call.server)},
	{.name = "repeater", .type = FIELD_U32, .offset = offsetof(struct record, call.repeater)},
	{.name = "hops", .type = FIELD_U8, .offset = offsetof(struct record, call.hops)},
	{.name = "delay_ms", .type = FIELD_U32, .offset = offsetof(struct record, call.delay_ms)},
	{.name = "talker", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, call.talker),
	 .size = sizeof(((struct call_row *)NULL)->talker)},
	{.name = "position", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, call.position),
	 .size = sizeof(((struct call_row *)NULL)->position)},
	{.name = "src_callsign", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, call.caller.callsign),
	 .size = sizeof(((struct alias *)NULL)->callsign)},
	{.name = "src_name", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, call.caller.name),
	 .size = sizeof(((struct alias *)NULL)->name)},
	{.name = "src_country", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, call.caller.country),
	 .size = sizeof(((struct alias *)NULL)->country)},
	{.name = "dst_callsign", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, call.called.callsign),
	 .size = sizeof(((struct alias *)NULL)->callsign)},
	{.name = "conference_name", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, call.topic.name),
	 .size = sizeof(((struct alias *)NULL)->name)},
};

static const struct record_field peer_fields[] = {
	{.name = "name", .type = FIELD_TEXT, .key = true,
	 .offset = offsetof(struct record, peer.name),
	 .size = sizeof(((struct peer_row *)NULL)->name)},
	{.name = "protocol", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, peer.protocol),
	 .size = sizeof(((struct peer_row *)NULL)->protocol)},
	{.name = "at", .type = FIELD_ADDR, .offset = offsetof(struct record, peer.at)},
	{.name = "up", .type = FIELD_BOOL, .offset = offsetof(struct record, peer.up)},
	{.name = "since", .type = FIELD_TICK, .offset = offsetof(struct record, peer.since)},
	{.name = "heard", .type = FIELD_TICK, .offset = offsetof(struct record, peer.heard)},
	{.name = "stunned", .type = FIELD_BOOL, .offset = offsetof(struct record, peer.stunned)},
	{.name = "stunned_until", .type = FIELD_TICK,
	 .offset = offsetof(struct record, peer.stunned_until)},
	{.name = "remote", .type = FIELD_U32, .offset = offsetof(struct record, peer.remote)},
	{.name = "version", .type = FIELD_U8, .offset = offsetof(struct record, peer.version)},
	{.name = "clock_differs", .type = FIELD_BOOL,
	 .offset = offsetof(struct record, peer.clock_differs)},
	{.name = "behind_ms", .type = FIELD_U32,
	 .offset = offsetof(struct record, peer.behind_ms)},
	{.name = "ahead_ms", .type = FIELD_U32, .offset = offsetof(struct record, peer.ahead_ms)},
	{.name = "frames_in_total", .type = FIELD_U64,
	 .offset = offsetof(struct record, peer.frames_in_total)},
	{.name = "frames_out_total", .type = FIELD_U64,
	 .offset = offsetof(struct record, peer.frames_out_total)},
	{.name = "lost_total", .type = FIELD_U64,
	 .offset = offsetof(struct record, peer.lost_total)},
	{.name = "refused_total", .type = FIELD_U64,
	 .offset = offsetof(struct record, peer.refused_total)},
	{.name = "stale_total", .type = FIELD_U64,
	 .offset = offsetof(struct record, peer.stale_total)},
	{.name = "quenches_in_total", .type = FIELD_U64,
	 .offset = offsetof(struct record, peer.quenches_in_total)},
	{.name = "quenches_out_total", .type = FIELD_U64,
	 .offset = offsetof(struct record, peer.quenches_out_total)},
};

static const struct record_field block_fields[] = {
	{.name = "what", .type = FIELD_TEXT, .key = true,
	 .offset = offsetof(struct record, block.what),
	 .size = sizeof(((struct block_row *)NULL)->what)},
	{.name = "refused", .type = FIELD_TEXT, .offset = offsetof(struct record, block.refused),
	 .size = sizeof(((struct block_row *)NULL)->refused)},
	{.name = "until", .type = FIELD_TICK, .offset = offsetof(struct record, block.until)},
};

static const struct record_field table_fields[] = {
	{.name = "name", .type = FIELD_TEXT, .key = true,
	 .offset = offsetof(struct record, table.name),
	 .size = sizeof(((struct table_row *)NULL)->name)},
	{.name = "used", .type = FIELD_U32, .offset = offsetof(struct record, table.used)},
	{.name = "high_water", .type = FIELD_U32,
	 .offset = offsetof(struct record, table.high_water)},
	{.name = "capacity", .type = FIELD_U32, .offset = offsetof(struct record, table.capacity)},
};

static const struct record_field counter_fields[] = {
	{.name = "name", .type = FIELD_TEXT, .key = true,
	 .offset = offsetof(struct record, counter.name),
	 .size = sizeof(((struct counter_row *)NULL)->name)},
	{.name = "value", .type = FIELD_U64, .offset = offsetof(struct record, counter.value)},
};

static const struct record_field histogram_fields[] = {
	{.name = "name", .type = FIELD_TEXT, .key = true,
	 .offset = offsetof(struct record, histogram.name),
	 .size = sizeof(((struct histogram_row *)NULL)->name)},
	{.name = "us_50", .type = FIELD_U64,
	 .offset = offsetof(struct record, histogram.bucket[0])},
	{.name = "us_100", .type = FIELD_U64,
	 .offset = offsetof(struct record, histogram.bucket[1])},
	{.name = "us_250", .type = FIELD_U64,
	 .offset = offsetof(struct record, histogram.bucket[2])},
	{.name = "us_500", .type = FIELD_U64,
	 .offset = offsetof(struct record, histogram.bucket[3])},
	{.name = "us_1000", .type = FIELD_U64,
	 .offset = offsetof(struct record, histogram.bucket[4])},
	{.name = "us_2500", .type = FIELD_U64,
	 .offset = offsetof(struct record, histogram.bucket[5])},
	{.name = "us_5000", .type = FIELD_U64,
	 .offset = offsetof(struct record, histogram.bucket[6])},
	{.name = "us_10000", .type = FIELD_U64,
	 .offset = offsetof(struct record, histogram.bucket[7])},
	{.name = "us_25000", .type = FIELD_U64,
	 .offset = offsetof(struct record, histogram.bucket[8])},
	{.name = "us_more", .type = FIELD_U64,
	 .offset = offsetof(struct record, histogram.bucket[9])},
	{.name = "sum_us", .type = FIELD_U64, .offset = offsetof(struct record, histogram.sum_us)},
};

static const struct record_field snapshot_fields[] = {
	{.name = "number", .type = FIELD_U32, .offset = offsetof(struct record, snapshot.number)},
	{.name = "begin", .type = FIELD_BOOL, .offset = offsetof(struct record, snapshot.begin)},
};

static const struct record_field log_fields[] = {
	{.name = "level", .type = FIELD_ENUM,
	 .offset = offsetof(struct record, log.level),
	 .size = LOG_DEBUG + 1, .enum_name = level_text},
	{.name = "line", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, log.line),
	 .size = sizeof(((struct log_record *)NULL)->line)},
};

static const struct record_field dropped_fields[] = {
	{.name = "count", .type = FIELD_U64, .offset = offsetof(struct record, dropped.count)},
	{.name = "total", .type = FIELD_U64, .offset = offsetof(struct record, dropped.total)},
};

static const struct record_field reply_fields[] = {
	{.name = "number", .type = FIELD_U32, .offset = offsetof(struct record, reply.number)},
	{.name = "done", .type = FIELD_BOOL, .offset = offsetof(struct record, reply.done)},
	{.name = "text", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, reply.text),
	 .size = sizeof(((struct reply_record *)NULL)->text)},
};

static const struct record_field legs_fields[] = {
	{.name = "origin", .type = FIELD_U32, .offset = offsetof(struct record, legs.origin)},
	{.name = "stream", .type = FIELD_HEX32, .offset = offsetof(struct record, legs.stream)},
	{.name = "started", .type = FIELD_TICK, .offset = offsetof(struct record, legs.started)},
	{.name = "src", .type = FIELD_U32, .offset = offsetof(struct record, legs.src)},
	{.name = "conference", .type = FIELD_U32,
	 .offset = offsetof(struct record, legs.conference)},
	{.name = "open", .type = FIELD_BOOL, .offset = offsetof(struct record, legs.open)},
	{.name = "legs", .type = FIELD_LEGS, .offset = offsetof(struct record, legs.list)},
};

static const struct record_field decision_fields[] = {
	{.name = "number", .type = FIELD_U32, .offset = offsetof(struct record, decision.number)},
	{.name = "noted", .type = FIELD_TICK, .offset = offsetof(struct record, decision.noted)},
	{.name = "client", .type = FIELD_U32, .offset = offsetof(struct record, decision.client)},
	{.name = "radio", .type = FIELD_U32, .offset = offsetof(struct record, decision.radio)},
	{.name = "slot", .type = FIELD_U8, .offset = offsetof(struct record, decision.slot)},
	{.name = "tg", .type = FIELD_U32, .offset = offsetof(struct record, decision.tg)},
	{.name = "times", .type = FIELD_U32, .offset = offsetof(struct record, decision.times)},
	{.name = "text", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, decision.text),
	 .size = sizeof(((struct decision_record *)NULL)->text)},
};

static const struct record_field refusal_fields[] = {
	{.name = "client", .type = FIELD_U32, .offset = offsetof(struct record, refusal.client)},
	{.name = "listener", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, refusal.listener),
	 .size = sizeof(((struct refusal_record *)NULL)->listener)},
	{.name = "at", .type = FIELD_ADDR, .offset = offsetof(struct record, refusal.at)},
	{.name = "message", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, refusal.message),
	 .size = sizeof(((struct refusal_record *)NULL)->message)},
	{.name = "why", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, refusal.why),
	 .size = sizeof(((struct refusal_record *)NULL)->why)},
};

static const struct record_field loop_fields[] = {
	{.name = "peer", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, loop.peer),
	 .size = sizeof(((struct loop_record *)NULL)->peer)},
	{.name = "winner", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, loop.winner),
	 .size = sizeof(((struct loop_record *)NULL)->winner)},
	{.name = "stream", .type = FIELD_HEX32, .offset = offsetof(struct record, loop.stream)},
	{.name = "src", .type = FIELD_U32, .offset = offsetof(struct record, loop.src)},
	{.name = "dst", .type = FIELD_U32, .offset = offsetof(struct record, loop.dst)},
	{.name = "unit", .type = FIELD_BOOL, .offset = offsetof(struct record, loop.unit)},
};

static const struct record_field reload_fields[] = {
	{.name = "number", .type = FIELD_U32, .offset = offsetof(struct record, reload.number)},
	{.name = "outcome", .type = FIELD_ENUM,
	 .offset = offsetof(struct record, reload.outcome),
	 .size = RELOAD_OUTCOMES, .enum_name = reload_outcome_text},
	{.name = "what", .type = FIELD_TEXT,
	 .offset = offsetof(struct record, reload.what),
	 .size = sizeof(((struct reload_record *)NULL)->what)},
};

static const struct record_field resolved_fields[] = {
	{.name = "place", .type = FIELD_U32, .offset = offsetof(struct record, resolved.place)},
	{.name = "to", .type = FIELD_ADDR, .offset = offsetof(struct record, resolved.to)},
};

static const struct record_info infos[RECORD_KINDS] = {
	[RECORD_SERVER] = {"server", server_fields, ARRAY_LEN(server_fields)},
	[RECORD_LISTENER] = {"listener", listener_fields, ARRAY_LEN(listener_fields)},
	[RECORD_SESSION] = {"session", session_fields, ARRAY_LEN(session_fields)},
	[RECORD_SLOT] = {"slot", slot_fields, ARRAY_LEN(slot_fields)},
	[RECORD_SUBSCRIPTION] = {"subscription", subscription_fields,
	                         ARRAY_LEN(subscription_fields)},
	[RECORD_CALL] = {"call", call_fields, ARRAY_LEN(call_fields)},
	[RECORD_PEER] = {"peer", peer_fields, ARRAY_LEN(peer_fields)},
	[RECORD_BLOCK] = {"block", block_fields, ARRAY_LEN(block_fields)},
	[RECORD_TABLE] = {"table", table_fields, ARRAY_LEN(table_fields)},
	[RECORD_COUNTER] = {"counter", counter_fields, ARRAY_LEN(counter_fields)},
	[RECORD_HISTOGRAM] = {"histogram", histogram_fields, ARRAY_LEN(histogram_fields)},
	[RECORD_SNAPSHOT] = {"snapshot", snapshot_fields, ARRAY_LEN(snapshot_fields)},
	[RECORD_LOG] = {"log", log_fields, ARRAY_LEN(log_fields)},
	[RECORD_DROPPED] = {"dropped", dropped_fields, ARRAY_LEN(dropped_fields)},
	[RECORD_REPLY] = {"reply", reply_fields, ARRAY_LEN(reply_fields)},
	[RECORD_LEGS] = {"legs", legs_fields, ARRAY_LEN(legs_fields)},
	[RECORD_DECISION] = {"decision", decision_fields, ARRAY_LEN(decision_fields)},
	[RECORD_REFUSAL] = {"refusal", refusal_fields, ARRAY_LEN(refusal_fields)},
	[RECORD_LOOP] = {"loop", loop_fields, ARRAY_LEN(loop_fields)},
	[RECORD_RELOAD] = {"reload", reload_fields, ARRAY_LEN(reload_fields)},
	[RECORD_RESOLVED] = {"resolved", resolved_fields, ARRAY_LEN(resolved_fields)},
};

const struct record_info *record_info(enum record_kind kind)
{
	return &infos[kind];
}

const char *record_kind_name(enum record_kind kind)
{
	return kind < RECORD_KINDS ? infos[kind].name : "?";
}

const struct record_field *record_field_find(enum record_kind kind, const char *name)
{
	const struct record_info *info = &infos[kind];

	for (size_t i = 0; i < info->field_count; i++) {
		if (strcmp(info->fields[i].name, name) == 0)
			return &info->fields[i];
	}
	return NULL;
}

/* Enums are read and set as the unsigned integer they are stored as. */
_Static_assert(sizeof(enum session_state) == sizeof(unsigned), "enums are as wide as integers");

static const void *field_at(const struct record *r, const struct record_field *f)
{
	return (const unsigned char *)r + f->offset;
}

static void *field_place(struct record *r, const struct record_field *f)
{
	return (unsigned char *)r + f->offset;
}

uint64_t record_number(const struct record *r, const struct record_field *f)
{
	const void *at = field_at(r, f);
	const uint8_t *u8 = at;
	const uint32_t *u32 = at;
	const uint64_t *u64 = at;
	const bool *flag = at;
	const unsigned *word = at;
	const tick_t *tick = at;

	switch ((enum field_type)f->type) {
	case FIELD_U8:
		return *u8;
	case FIELD_U32:
	case FIELD_HEX32:
		return *u32;
	case FIELD_U64:
		return *u64;
	case FIELD_BOOL:
		return *flag;
	case FIELD_ENUM:
		return *word;
	case FIELD_TICK:
		return (uint64_t)*tick;
	case FIELD_ADDR:
	case FIELD_TEXT:
	case FIELD_LEGS:
		break;
	}
	return 0;
}

const char *record_text(const struct record *r, const struct record_field *f)
{
	return field_at(r, f);
}

const struct addr *record_addr(const struct record *r, const struct record_field *f)
{
	return field_at(r, f);
}

const struct leg_list *record_legs(const struct record *r, const struct record_field *f)
{
	return field_at(r, f);
}

static size_t text_length(const struct record *r, const struct record_field *f)
{
	const char *text = record_text(r, f);
	const char *end = memchr(text, 0, f->size);

	return end ? (size_t)(end - text) : f->size - 1u;
}

static void wr_legs(struct wr *w, const struct leg_list *list)
{
	uint8_t count = list->count < LEGS_MAX ? list->count : LEGS_MAX;

	wr_u8(w, count);
	for (size_t i = 0; i < count; i++) {
		wr_u32(w, list->leg[i].client);
		wr_u8(w, list->leg[i].slot);
		wr_u32(w, list->leg[i].tg);
	}
}

static void field_write(struct wr *w, const struct record *r, const struct record_field *f)
{
	switch ((enum field_type)f->type) {
	case FIELD_U8:
	case FIELD_BOOL:
	case FIELD_ENUM:
		wr_u8(w, (uint8_t)record_number(r, f));
		break;
	case FIELD_U32:
	case FIELD_HEX32:
		wr_u32(w, (uint32_t)record_number(r, f));
		break;
	case FIELD_U64:
	case FIELD_TICK:
		wr_u64(w, record_number(r, f));
		break;
	case FIELD_ADDR:
		wr_bytes(w, record_addr(r, f)->ip, sizeof(record_addr(r, f)->ip));
		wr_u32(w, record_addr(r, f)->scope);
		wr_u16(w, record_addr(r, f)->port);
		break;
	case FIELD_TEXT:
		wr_u16(w, (uint16_t)text_length(r, f));
		wr_bytes(w, record_text(r, f), text_length(r, f));
		break;
	case FIELD_LEGS:
		wr_legs(w, record_legs(r, f));
		break;
	}
}

void record_write(struct wr *w, const struct record *r)
{
	const struct record_info *info = &infos[r->kind];

	wr_u8(w, RECORD_VERSION);
	wr_u8(w, (uint8_t)r->kind);
	wr_u8(w, (uint8_t)r->change);
	wr_u8(w, (uint8_t)r->cause);
	wr_u64(w, (uint64_t)r->at);
	for (size_t i = 0; i < info->field_count; i++)
		field_write(w, r, &info->fields[i]);
}

/* A number below `limit`; what is not makes the reader bad, as a missing octet would. */
static uint8_t rd_below(struct rd *rd, unsigned limit)
{
	uint8_t v = rd_u8(rd);

	if (v >= limit)
		rd->bad = true;
	return rd->bad ? 0 : v;
}

static struct addr rd_addr(struct rd *rd)
{
	struct addr a;

	rd_bytes(rd, a.ip, sizeof(a.ip));
	a.scope = rd_u32(rd);
	a.port = rd_u16(rd);
	return a;
}

/* A text that fits with its terminator and has none inside. `out` was zero before. */
static void rd_text(struct rd *rd, char *out, size_t size)
{
	size_t len = rd_u16(rd);

	if (len >= size) {
		rd->bad = true;
		return;
	}
	rd_bytes(rd, out, len);
	if (memchr(out, 0, len))
		rd->bad = true;
}

static void rd_legs(struct rd *rd, struct leg_list *out)
{
	out->count = rd_below(rd, LEGS_MAX + 1);
	for (size_t i = 0; i < out->count; i++) {
		out->leg[i].client = rd_u32(rd);
		out->leg[i].slot = rd_u8(rd);
		out->leg[i].tg = rd_u32(rd);
	}
}

static void field_read(struct rd *rd, struct record *r, const struct record_field *f)
{
	void *at = field_place(r, f);
	uint8_t *u8 = at;
	uint32_t *u32 = at;
	uint64_t *u64 = at;
	bool *flag = at;
	unsigned *word = at;
	tick_t *tick = at;
	struct addr *addr = at;

	switch ((enum field_type)f->type) {
	case FIELD_U8:
		*u8 = rd_u8(rd);
		break;
	case FIELD_U32:
	case FIELD_HEX32:
		*u32 = rd_u32(rd);
		break;
	case FIELD_U64:
		*u64 = rd_u64(rd);
		break;
	case FIELD_BOOL:
		*flag = rd_below(rd, 2);
		break;
	case FIELD_ENUM:
		*word = rd_below(rd, f->size);
		break;
	case FIELD_TICK:
		*tick = (tick_t)rd_u64(rd);
		break;
	case FIELD_ADDR:
		*addr = rd_addr(rd);
		break;
	case FIELD_TEXT:
		rd_text(rd, at, f->size);
		break;
	case FIELD_LEGS:
		rd_legs(rd, at);
		break;
	}
}

enum parse record_parse(const uint8_t *bytes, size_t len, struct record *out, const char **reason)
{
	struct rd rd = rd_make(bytes, len);
	uint8_t version = rd_u8(&rd);
	uint8_t kind = rd_u8(&rd);

	if (!rd_ok(&rd)) {
		*reason = "length";
		return PARSE_BAD;
	}
	if (version != RECORD_VERSION) {
		*reason = "version";
		return PARSE_BAD;
	}
	if (kind >= RECORD_KINDS)
		return PARSE_IGNORE;

	struct record r = {.kind = kind};
	r.change = rd_below(&rd, ARRAY_LEN(change_names));
	r.cause = rd_below(&rd, CAUSE_CAUSES);
	r.at = (tick_t)rd_u64(&rd);
	for (size_t i = 0; i < infos[kind].field_count; i++)
		field_read(&rd, &r, &infos[kind].fields[i]);
	if (!rd_done(&rd)) {
		*reason = "fields";
		return PARSE_BAD;
	}
	*out = r;
	return PARSE_OK;
}

void record_frame_write(struct wr *w, const struct record *r)
{
	struct wr head = *w; /* the length is put in when it is known */

	wr_u16(w, 0);
	size_t before = wr_len(w);
	record_write(w, r);
	size_t after = wr_len(w);
	if (after > before)
		wr_u16(&head, (uint16_t)(after - before));
}

enum parse record_frame_take(struct rd *stream, struct rd *record)
{
	struct rd rest = *stream;
	uint16_t len = rd_u16(&rest);

	if (!rd_ok(&rest))
		return PARSE_IGNORE;
	if (len == 0 || len > RECORD_MAX)
		return PARSE_BAD;
	struct rd body = rd_sub(&rest, len);
	if (!rd_ok(&body))
		return PARSE_IGNORE;
	*record = body;
	*stream = rest;
	return PARSE_OK;
}

void record_key(struct wr *w, const struct record *r)
{
	const struct record_info *info = &infos[r->kind];

	wr_u8(w, (uint8_t)r->kind);
	for (size_t i = 0; i < info->field_count; i++) {
		const struct record_field *f = &info->fields[i];
		if (!f->key)
			continue;
		if (f->type == FIELD_TEXT) {
			wr_bytes(w, record_text(r, f), text_length(r, f));
			wr_u8(w, 0);
		} else {
			field_write(w, r, f);
		}
	}
}

bool record_same_key(const struct record *a, const struct record *b)
{
	uint8_t x[RECORD_KEY_MAX], y[RECORD_KEY_MAX];
	struct wr wx = wr_make(x, sizeof(x)), wy = wr_make(y, sizeof(y));

	record_key(&wx, a);
	record_key(&wy, b);
	return wr_len(&wx) == wr_len(&wy) && memcmp(x, y, wr_len(&wx)) == 0;
}

void record_json_time(struct text *t, tick_t at, int64_t epoch_ms)
{
	if (at > LAST_TIME_MS - epoch_ms || at < -epoch_ms)
		text_put(t, "null");
	else
		text_format(t, "%" PRId64 ".%03d", (epoch_ms + at) / 1000,
		            (int)((epoch_ms + at) % 1000));
}

static void json_legs(struct text *t, const struct leg_list *list)
{
	text_char(t, '[');
	for (size_t i = 0; i < list->count && i < LEGS_MAX; i++)
		text_format(t, "%s{\"client\":%" PRIu32 ",\"slot\":%u,\"tg\":%" PRIu32 "}",
		            i ? "," : "", list->leg[i].client, list->leg[i].slot, list->leg[i].tg);
	text_char(t, ']');
}

static void json_value(struct text *t, const struct record *r, const struct record_field *f,
                       int64_t epoch_ms)
{
	char addr[ADDR_TEXT_MAX];
	uint64_t v = record_number(r, f);

	switch ((enum field_type)f->type) {
	case FIELD_U8:
	case FIELD_U32:
	case FIELD_U64:
		text_format(t, "%" PRIu64, v);
		break;
	case FIELD_BOOL:
		text_put(t, v ? "true" : "false");
		break;
	case FIELD_ENUM:
		text_json(t, f->enum_name((int)v));
		break;
	case FIELD_TICK:
		record_json_time(t, (tick_t)v, epoch_ms);
		break;
	case FIELD_ADDR:
		text_json(t, addr_format(record_addr(r, f), addr));
		break;
	case FIELD_TEXT:
		text_json(t, record_text(r, f));
		break;
	case FIELD_HEX32:
		text_format(t, "\"%08" PRIx64 "\"", v);
		break;
	case FIELD_LEGS:
		json_legs(t, record_legs(r, f));
		break;
	}
}

void record_json_field(struct text *t, const struct record *r, const struct record_field *f,
                       int64_t epoch_ms)
{
	text_format(t, ",\"%s\":", f->name);
	json_value(t, r, f, epoch_ms);
}

void record_json_fields(struct text *t, const struct record *r, int64_t epoch_ms)
{
	const struct record_info *info = &infos[r->kind];

	for (size_t i = 0; i < info->field_count; i++)
		record_json_field(t, r, &info->fields[i], epoch_ms);
}

void record_json(struct text *t, const struct record *r, int64_t epoch_ms)
{
	text_format(t, "{\"kind\":\"%s\",\"change\":\"%s\",\"cause\":", record_kind_name(r->kind),
	            change_name(r->change));
	text_json(t, cause_name(r->cause));
	text_put(t, ",\"time\":");
	record_json_time(t, r->at, epoch_ms);
	record_json_fields(t, r, epoch_ms);
	text_char(t, '}');
}
