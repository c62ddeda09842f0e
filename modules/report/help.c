#include "report/help.h"

#include <string.h>

#include "base/text.h"

struct help {
	const char *name, *text;
};

static const struct help figures[] = {
	{"datagrams_total", "Datagrams received."},
	{"datagrams_malformed_total", "Datagrams that are no message of the protocol."},
	{"datagrams_foreign_total", "Well-formed datagrams that are not for a server."},
	{"datagrams_unknown_sender_total", "Datagrams of a client that is not logged in."},
	{"datagrams_blocked_total", "Datagrams of ids and addresses the operator has blocked."},
	{"login_challenges_total", "Challenges sent."},
	{"logins_total", "Logins with the right passphrase."},
	{"login_refused_id_total", "Logins refused because the id may not log in."},
	{"login_refused_full_total", "Logins refused because there is no room for a session."},
	{"login_refused_takeover_total", "Logins refused because they would take over a session."},
	{"login_refused_passphrase_total", "Logins refused for a wrong passphrase."},
	{"login_refused_state_total", "Messages of a login in the wrong order."},
	{"answers_rate_limited_total", "Answers left out because they were too many."},
	{"logouts_forged_total", "Log-outs that did not come from the client itself."},
	{"sessions_followed_port_total", "Sessions that went on from another port."},
	{"naks_total", "Refusals sent."},
	{"pings_total", "Keepalives of clients."},
	{"options_total", "Option strings received."},
	{"options_bad_tokens_total", "Parts of option strings that were skipped."},
	{"alias_blocks_total", "Blocks of talker aliases received in datagrams of their own."},
	{"bursts_total", "DMR bursts received."},
	{"bursts_sent_total", "DMR bursts sent, one for each listener."},
	{"bursts_duplicate_total", "Bursts dropped because they came before."},
	{"bursts_late_total", "Bursts dropped because a later one came before."},
	{"bursts_over_budget_total", "Bursts dropped because a stream sent too fast."},
	{"bursts_collision_total", "Bursts dropped because another call was on that slot."},
	{"bursts_after_end_total", "Bursts dropped because their call had ended."},
	{"bursts_no_stream_id_total", "Bursts dropped because their stream id was zero."},
	{"bursts_type_not_carried_total", "Bursts of a type that is not carried."},
	{"bursts_unit_not_carried_total", "Bursts of private calls that are not carried."},
	{"bursts_talkgroup_not_carried_total", "Bursts of talkgroups that are not carried."},
	{"calls_total", "Calls begun."},
	{"calls_waited_total", "Calls that found their conference busy."},
	{"calls_denied_total", "Calls denied by a list."},
	{"calls_transmit_timeout_total", "Calls cut because they took too long."},
	{"commands_dialled_total", "Orders that users dialled on their radios."},
	{"prompts_refused_full_total", "Prompts left out because too many were being said."},
	{"streams_refused_full_total", "Calls dropped because the table of streams was full."},
	{"subscriptions_refused_full_total", "Talkgroups left off because their table was full."},
	{"link_control_rewritten_total", "Bursts whose link control was put right."},
	{"mesh_unknown_sender_total", "Datagrams for the mesh that are of no neighbour."},
	{"mesh_forged_total", "Datagrams for the mesh with a wrong digest."},
	{"mesh_wrong_server_total", "Bursts with another server id than the neighbour's."},
	{"mesh_address_refused_total", "Datagrams that did not come from the neighbour's address."},
	{"mesh_address_moved_total", "Neighbours that were followed to another address."},
	{"mesh_wrong_version_total", "Datagrams of a version that is not spoken."},
	{"mesh_slot_bit_total", "Bursts of the mesh that claim slot 2."},
	{"mesh_stuns_total", "Stuns received, obeyed or not."},
	{"mesh_stunned_total", "Bursts dropped because the link is stunned or not admitted."},
	{"mesh_stale_total", "Bursts that were older than 5 s."},
	{"mesh_replayed_total", "Bursts that were here before, by their time stamp."},
	{"mesh_bad_source_server_total", "Bursts whose source is no server id."},
	{"mesh_hop_limit_total", "Bursts that had come over too many servers."},
	{"mesh_filtered_total", "Bursts of talkgroups that stay at home."},
	{"mesh_unit_voice_total", "Bursts of private calls from the mesh."},
	{"mesh_streams_over_rate_total", "Bursts of calls that began too fast one after another."},
	{"mesh_echoes_total", "Bursts of calls of our own clients that came back."},
	{"mesh_lost_race_total", "Bursts of calls that another neighbour brought first."},
	{"mesh_taken_over_total", "Calls that went on from another neighbour."},
	{"mesh_bursts_sent_total", "Bursts sent to neighbours."},
	{"mesh_quenches_sent_total", "Neighbours asked not to send a call."},
	{"mesh_quenches_total", "Requests of neighbours not to be sent a call."},
	{"mesh_bursts_held_total", "Bursts not sent because the neighbour had asked so."},
	{"mesh_probes_total", "Bursts sent all the same, to see whether it still asks so."},
	{"mesh_resumed_total", "Calls sent again because it no longer did."},
	{"mesh_held_without_clock_total", "Bursts not sent because the clock is not set."},
	{"uplink_refused_total", "Logins the servers we log in to have refused."},
	{"uplink_echo_total", "Bursts of our own calls that came back from a server we log in to."},
	{"socket_received_total", "Datagrams taken from the sockets."},
	{"socket_oversize_total", "Datagrams longer than any message."},
	{"socket_sent_total", "Datagrams given to the sockets."},
	{"socket_dropped_total", "Datagrams dropped because the socket was full."},
	{"socket_refused_total", "Datagrams the system would not send."},
	{"records_dropped_total", "Records the pipe to the reporter had no room for."},
	{"commands_bad_total", "Commands the voice process did not understand."},
	{"actions_refused_total", "What a step of the core had no room for."},
	{"loop_turns_total", "Turns of the loop of the voice process."},
	{"memory_peak_bytes", "The most memory the voice process ever had in use."},
	{"forwarding_seconds", "From the wake-up for a datagram until its copies were sent."},
	{"turn_seconds", "From a wake-up of the voice process until it slept again."},
	{"report_records_total", "Records the reporter took from the pipe."},
	{"report_records_bad_total", "Records the reporter did not understand."},
	{"report_lost_step_total", "Times no record began where one should have."},
	{"report_snapshots_total", "Snapshots of all rows that were taken."},
	{"report_commands_full_total",
         "Orders refused because the pipe to the voice process was full."},
	{"report_rows_refused_total", "Rows the mirror of the reporter had no room for."},
	{"report_events_total", "Events published."},
	{"report_memory_peak_bytes", "The most memory the reporter ever had in use."},
	{"report_mqtt_calls_total", "Connections to the MQTT broker that were tried."},
	{"report_mqtt_failures_total",
         "Connections to the MQTT broker that ended or never came to be."},
	{"report_mqtt_published_total", "Messages published to the MQTT broker."},
	{"report_mqtt_lost_total",
         "Events that were overwritten before the MQTT broker took them."},
	{"report_alias_subscribers", "Names of radio users that are known."},
	{"report_alias_repeaters", "Names of repeaters that are known."},
	{"report_alias_talkgroups", "Names of talkgroups that are known."},
};

/* Each outlet counts these behind report_ and its own name. */
static const struct help of_outlets[] = {
	{"_callers_refused_total", "Callers that were hung up on at once."},
	{"_requests_total", "Requests of callers."},
	{"_requests_bad_total", "Requests that were none."},
	{"_slow_followers_total", "Callers dropped because they did not read what they were told."},
	{"_idle_callers_total", "Callers dropped because they asked nothing."},
};

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), tail = strlen(end);

	return len > tail && strcmp(name + len - tail, end) == 0;
}

const char *help_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
		if (strcmp(figures[i].name, name) == 0)
			return figures[i].text;
	}
	for (size_t i = 0; i < ARRAY_LEN(of_outlets); i++) {
		if (ends_with(name, of_outlets[i].name))
			return of_outlets[i].text;
	}
	return "See freedmr(8).";
}
