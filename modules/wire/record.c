/* What records there are: the fields of each kind, in the order they are sent. */
#include "wire/record.h"

#include <string.h>

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
