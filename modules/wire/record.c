/*
 * The kinds of records: the fields of each, in the order they are sent. Rows with the same fields
 * list them each: the name, type and member of one kind are read and changed in one place.
 */
#include "wire/record.h"

#include <string.h>

#define FIELDS_OF struct record
#include "wire/fields.h"

static const struct record_field server_fields[] = {
	{FIELD("id", server.id)},
	{FIELD("name", server.name)},
	{FIELD("callsign", server.callsign)},
	{FIELD("version", server.version)},
	{FIELD("started", server.started)},
};

static const struct record_field listener_fields[] = {
	{KEY, FIELD("name", listener.name)},
	{FIELD("bind", listener.bind)},
	{FIELD("sessions", listener.sessions)},
};

static const struct record_field session_fields[] = {
	{KEY, FIELD("client", session.client)},
	{FIELD("listener", session.listener)},
	{FIELD("at", session.at)},
	{ENUM("state", session.state, SESSION_CONNECTED + 1, session_state_name)},
	{FIELD("since", session.since)},
	{FIELD("last_ping", session.last_ping)},
	{FIELD("callsign", session.callsign)},
	{FIELD("rx_hz", session.rx_hz)},
	{FIELD("tx_hz", session.tx_hz)},
	{FIELD("cc", session.cc)},
	{FIELD("simplex", session.simplex)},
	{FIELD("location", session.location)},
	{FIELD("software", session.software)},
	{FIELD("package", session.package)},
	{FIELD("options", session.options)},
	{FIELD("options_bad", session.options_bad)},
	{FIELD("frames_in_total", session.frames_in_total)},
	{FIELD("frames_out_total", session.frames_out_total)},
	{FIELD("name", session.owner.name)},
	{FIELD("country", session.owner.country)},
};

static const struct record_field slot_fields[] = {
	{KEY, FIELD("client", slot.client)},
	{KEY, FIELD("slot", slot.slot)},
	{ENUM("state", slot.state, SLOT_PROMPT + 1, slot_state_name)},
	{FIELD("conference", slot.conference)},
	{FIELD("src", slot.src)},
	{HEX("stream", slot.stream)},
	{FIELD("until", slot.until)},
	{FIELD("src_callsign", slot.caller.callsign)},
	{FIELD("src_name", slot.caller.name)},
	{FIELD("src_country", slot.caller.country)},
	{FIELD("conference_name", slot.conference_alias.name)},
};

static const struct record_field subscription_fields[] = {
	{KEY, FIELD("client", subscription.client)},
	{KEY, FIELD("slot", subscription.slot)},
	{KEY, FIELD("rf_tg", subscription.rf_tg)},
	{KEY, FIELD("conference", subscription.conference)},
	{KEY, ENUM("mode", subscription.mode, SUBSCRIPTION_DIAL + 1, subscription_mode_name)},
	{FIELD("active", subscription.active)},
	{FIELD("until", subscription.until)},
	{FIELD("conference_name", subscription.conference_alias.name)},
};

static const struct record_field call_fields[] = {
	{KEY, FIELD("origin", call.origin)},
	{KEY, HEX("stream", call.stream)},
	{KEY, FIELD("generation", call.generation)},
	{FIELD("started", call.started)},
	{FIELD("slot", call.slot)},
	{FIELD("src", call.src)},
	{FIELD("dst", call.dst)},
	{FIELD("conference", call.conference)},
	{FIELD("unit", call.unit)},
	{FIELD("data", call.data)},
	{ENUM("state", call.state, CALL_IGNORED + 1, call_state_name)},
	{FIELD("frames", call.frames)},
	{FIELD("lost", call.lost)},
	{FIELD("late", call.late)},
	{FIELD("duplicate", call.duplicate)},
	{FIELD("ber_errors", call.ber_errors)},
	{FIELD("rssi", call.rssi)},
	{FIELD("listeners", call.listeners)},
	{FIELD("peer", call.peer)},
	{FIELD("server", call.server)},
	{FIELD("repeater", call.repeater)},
	{FIELD("hops", call.hops)},
	{FIELD("delay_ms", call.delay_ms)},
	{FIELD("talker", call.talker)},
	{FIELD("position", call.position)},
	{FIELD("src_callsign", call.caller.callsign)},
	{FIELD("src_name", call.caller.name)},
	{FIELD("src_country", call.caller.country)},
	{FIELD("dst_callsign", call.called.callsign)},
	{FIELD("conference_name", call.conference_alias.name)},
};

static const struct record_field peer_fields[] = {
	{KEY, FIELD("name", peer.name)},
	{FIELD("protocol", peer.protocol)},
	{FIELD("at", peer.at)},
	{FIELD("up", peer.up)},
	{ENUM("state", peer.state, LINK_STATES, link_state_name)},
	{FIELD("since", peer.since)},
	{FIELD("heard", peer.heard)},
	{FIELD("stunned", peer.stunned)},
	{ENUM("stunned_by", peer.stunned_by, ISSUERS, issuer_name)},
	{FIELD("stunned_until", peer.stunned_until)},
	{FIELD("remote", peer.remote)},
	{FIELD("origin", peer.origin)},
	{FIELD("version", peer.version)},
	{FIELD("clock_differs", peer.clock_differs)},
	{FIELD("behind_ms", peer.behind_ms)},
	{FIELD("ahead_ms", peer.ahead_ms)},
	{FIELD("frames_in_total", peer.frames_in_total)},
	{FIELD("frames_out_total", peer.frames_out_total)},
	{FIELD("lost_total", peer.lost_total)},
	{FIELD("refused_total", peer.refused_total)},
	{FIELD("stale_total", peer.stale_total)},
	{FIELD("quenches_in_total", peer.quenches_in_total)},
	{FIELD("quenches_out_total", peer.quenches_out_total)},
};

static const struct record_field block_fields[] = {
	{KEY, FIELD("what", block.what)},
	{FIELD("refused", block.refused)},
	{FIELD("until", block.until)},
	{FIELD("since", block.since)},
};

static const struct record_field table_fields[] = {
	{KEY, FIELD("name", table.name)},
	{FIELD("used", table.used)},
	{FIELD("high_water", table.high_water)},
	{FIELD("capacity", table.capacity)},
};

static const struct record_field counter_fields[] = {
	{KEY, FIELD("name", counter.name)},
	{FIELD("value", counter.value)},
};

static const struct record_field histogram_fields[] = {
	{KEY, FIELD("name", histogram.name)},     {FIELD("us_50", histogram.bucket[0])},
	{FIELD("us_100", histogram.bucket[1])},   {FIELD("us_250", histogram.bucket[2])},
	{FIELD("us_500", histogram.bucket[3])},   {FIELD("us_1000", histogram.bucket[4])},
	{FIELD("us_2500", histogram.bucket[5])},  {FIELD("us_5000", histogram.bucket[6])},
	{FIELD("us_10000", histogram.bucket[7])}, {FIELD("us_25000", histogram.bucket[8])},
	{FIELD("us_more", histogram.bucket[9])},  {FIELD("sum_us", histogram.sum_us)},
};

static const struct record_field snapshot_fields[] = {
	{FIELD("number", snapshot.number)},
	{FIELD("begin", snapshot.begin)},
};

static const struct record_field log_fields[] = {
	{ENUM("level", log.level, LOG_DEBUG + 1, log_level_name)},
	{FIELD("line", log.line)},
};

static const struct record_field dropped_fields[] = {
	{FIELD("count", dropped.count)},
	{FIELD("total", dropped.total)},
};

static const struct record_field reply_fields[] = {
	{FIELD("number", reply.number)},
	{FIELD("done", reply.done)},
	{FIELD("text", reply.text)},
};

static const struct record_field legs_fields[] = {
	{FIELD("origin", legs.origin)},
	{HEX("stream", legs.stream)},
	{FIELD("generation", legs.generation)},
	{FIELD("started", legs.started)},
	{FIELD("src", legs.src)},
	{FIELD("conference", legs.conference)},
	{FIELD("open", legs.open)},
	{FIELD("legs", legs.list)},
};

static const struct record_field decision_fields[] = {
	{FIELD("number", decision.number)}, {FIELD("noted", decision.noted)},
	{FIELD("client", decision.client)}, {FIELD("radio", decision.radio)},
	{FIELD("slot", decision.slot)},     {FIELD("tg", decision.tg)},
	{FIELD("times", decision.times)},   {FIELD("text", decision.text)},
};

static const struct record_field refusal_fields[] = {
	{FIELD("client", refusal.client)}, {FIELD("listener", refusal.listener)},
	{FIELD("at", refusal.at)},         {FIELD("message", refusal.message)},
	{FIELD("why", refusal.why)},
};

static const struct record_field loop_fields[] = {
	{FIELD("peer", loop.peer)}, {FIELD("winner", loop.winner)}, {HEX("stream", loop.stream)},
	{FIELD("src", loop.src)},   {FIELD("dst", loop.dst)},       {FIELD("unit", loop.unit)},
};

static const struct record_field quench_fields[] = {
	{FIELD("number", quench.number)},
	{FIELD("peer", quench.peer)},
	{FIELD("tg", quench.tg)},
	{HEX("stream", quench.stream)},
	{ENUM("reason", quench.reason, QUENCH_REASONS, quench_reason_name)},
	{ENUM("issuer", quench.issuer, ISSUERS, issuer_name)},
	{FIELD("until", quench.until)},
};

static const struct record_field reload_fields[] = {
	{FIELD("number", reload.number)},
	{ENUM("outcome", reload.outcome, RELOAD_OUTCOMES, reload_outcome_name)},
	{FIELD("what", reload.what)},
};

static const struct record_field resolved_fields[] = {
	{FIELD("of", resolved.of)},
	{FIELD("target", resolved.target)},
	{FIELD("to", resolved.to)},
};

static const struct record_field ping_fields[] = {
	{FIELD("client", ping.client)},
};

static const struct record_field beat_fields[] = {
	{FIELD("number", beat.number)},
};

#define FIELDS(table) (table), ARRAY_LEN(table)

static const struct record_field socket_fields[] = {
	{FIELD("place", socket.place)},
	{FIELD("at", socket.at)},
};

static const struct record_field offer_fields[] = {
	{FIELD("number", offer.number)},
};

static const struct record_info infos[RECORD_KINDS] = {
	[RECORD_SERVER] = {"server", FIELDS(server_fields)},
	[RECORD_LISTENER] = {"listener", FIELDS(listener_fields)},
	[RECORD_SESSION] = {"session", FIELDS(session_fields)},
	[RECORD_SLOT] = {"slot", FIELDS(slot_fields)},
	[RECORD_SUBSCRIPTION] = {"subscription", FIELDS(subscription_fields)},
	[RECORD_CALL] = {"call", FIELDS(call_fields)},
	[RECORD_PEER] = {"peer", FIELDS(peer_fields)},
	[RECORD_BLOCK] = {"block", FIELDS(block_fields)},
	[RECORD_TABLE] = {"table", FIELDS(table_fields)},
	[RECORD_COUNTER] = {"counter", FIELDS(counter_fields)},
	[RECORD_HISTOGRAM] = {"histogram", FIELDS(histogram_fields)},
	[RECORD_SNAPSHOT] = {"snapshot", FIELDS(snapshot_fields)},
	[RECORD_LOG] = {"log", FIELDS(log_fields)},
	[RECORD_DROPPED] = {"dropped", FIELDS(dropped_fields)},
	[RECORD_REPLY] = {"reply", FIELDS(reply_fields)},
	[RECORD_LEGS] = {"legs", FIELDS(legs_fields)},
	[RECORD_DECISION] = {"decision", FIELDS(decision_fields)},
	[RECORD_REFUSAL] = {"refusal", FIELDS(refusal_fields)},
	[RECORD_LOOP] = {"loop", FIELDS(loop_fields)},
	[RECORD_QUENCH] = {"quench", FIELDS(quench_fields)},
	[RECORD_RELOAD] = {"reload", FIELDS(reload_fields)},
	[RECORD_RESOLVED] = {"resolved", FIELDS(resolved_fields)},
	[RECORD_PING] = {"ping", FIELDS(ping_fields)},
	[RECORD_BEAT] = {"beat", FIELDS(beat_fields)},
	[RECORD_SOCKET] = {"socket", FIELDS(socket_fields)},
	[RECORD_OFFER] = {"offer", FIELDS(offer_fields)},
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
