#include "report/http/help.h"

#include <string.h>

#include "base/text.h"

struct help {
	const char *name, *text;
};

static const struct help figures[] = {
	{"datagrams_total", "Datagrams received."},
	{"datagrams_malformed_total", "Datagrams that were not valid messages."},
	{"datagrams_foreign_total", "Valid messages that a server does not handle."},
	{"datagrams_unknown_sender_total", "Datagrams from clients that are not logged in."},
	{"datagrams_blocked_total", "Datagrams from blocked IDs and addresses."},
	{"bursts_unproven_total", "Bursts not sent to clients whose address is not yet proven."},
	{"login_challenges_total", "Login challenges sent."},
	{"login_digests_total", "Passphrase digests computed for wrong answers."},
	{"mesh_digests_for_strangers_total",
         "Digests computed for datagrams from unknown neighbours."},
	{"logins_total", "Logins with the right passphrase."},
	{"login_refused_id_total", "Logins refused: ID not permitted."},
	{"login_refused_address_total", "Logins refused: too many sessions from one address."},
	{"login_refused_full_total", "Logins refused: all sessions are in use."},
	{"login_refused_takeover_total", "Logins refused: ID changes address too often."},
	{"login_refused_passphrase_total", "Logins refused: wrong passphrase."},
	{"login_refused_state_total", "Login messages in the wrong order."},
	{"answers_rate_limited_total", "Datagrams ignored because of a rate limit."},
	{"logouts_forged_total", "Log-outs ignored because they came from another address."},
	{"sessions_followed_port_total", "Sessions that moved to another port (follow-port)."},
	{"naks_total", "Refusals sent."},
	{"pings_total", "Pings from clients."},
	{"options_total", "Option strings received."},
	{"options_bad_tokens_total", "Tokens of option strings that were not understood."},
	{"alias_blocks_total", "Talker alias blocks received as separate datagrams."},
	{"bursts_total", "DMR bursts received."},
	{"bursts_sent_total", "DMR bursts sent, one per receiver."},
	{"bursts_duplicate_total", "Bursts dropped: duplicate."},
	{"bursts_late_total", "Bursts dropped: out of order."},
	{"bursts_over_budget_total", "Bursts dropped: too many frames per second."},
	{"bursts_collision_total", "Bursts dropped: another call is on that slot."},
	{"bursts_after_end_total", "Bursts dropped: the call has ended."},
	{"bursts_no_stream_id_total", "Bursts dropped: the stream ID is zero."},
	{"bursts_type_not_carried_total", "Bursts dropped: data type not carried."},
	{"bursts_unit_not_carried_total", "Bursts dropped: private call not carried."},
	{"bursts_talkgroup_not_carried_total", "Bursts dropped: talkgroup not carried."},
	{"calls_total", "Calls started."},
	{"calls_waited_total", "Calls that waited because their talkgroup was busy."},
	{"calls_denied_total", "Calls denied by an access list or a block."},
	{"calls_transmit_timeout_total", "Calls cut off by transmit-timeout."},
	{"commands_dialled_total", "Commands dialled on radios."},
	{"prompts_refused_full_total", "Prompts skipped because too many were playing."},
	{"streams_refused_full_total", "Calls refused because the table of streams was full."},
	{"subscriptions_refused_full_total", "Subscriptions refused because their table was full."},
	{"link_control_rewritten_total", "Bursts whose link control was corrected."},
	{"mesh_unknown_sender_total", "Mesh datagrams from unknown neighbours."},
	{"mesh_forged_total", "Mesh datagrams with a wrong digest."},
	{"mesh_wrong_server_total", "Mesh datagrams with the wrong server ID."},
	{"mesh_address_refused_total", "Mesh datagrams not from the neighbour's address."},
	{"mesh_address_moved_total", "Times a neighbour moved to another address."},
	{"mesh_wrong_version_total", "Mesh datagrams of an unsupported version."},
	{"mesh_slot_bit_total", "Mesh bursts marked as slot 2."},
	{"mesh_stuns_total", "Stuns received, accepted or not."},
	{"mesh_stunned_total", "Mesh bursts dropped: the link is stunned or not admitted."},
	{"mesh_stale_total", "Mesh bursts dropped: more than 5 s old."},
	{"mesh_replayed_total", "Mesh bursts dropped: replayed, by their time stamp."},
	{"mesh_bad_source_server_total",
         "Mesh bursts dropped: source server invalid or not permitted."},
	{"mesh_hop_limit_total", "Mesh bursts dropped: too many hops."},
	{"mesh_filtered_total", "Mesh bursts dropped: talkgroup stays local."},
	{"mesh_unit_voice_total", "Mesh bursts dropped: private voice call."},
	{"mesh_streams_over_rate_total", "Mesh bursts dropped: too many new calls at once."},
	{"mesh_echoes_total", "Mesh bursts dropped: our own call coming back."},
	{"mesh_lost_race_total", "Mesh bursts dropped: another neighbour brought the call first."},
	{"mesh_taken_over_total", "Calls that continued over another neighbour."},
	{"mesh_bursts_sent_total", "Bursts sent to neighbours."},
	{"mesh_quenches_sent_total",
         "Quenches sent: requests to a neighbour to stop sending a call."},
	{"mesh_quenches_total",
         "Quenches received: requests from a neighbour to stop sending a call."},
	{"mesh_bursts_held_total", "Bursts not sent because the neighbour quenched the call."},
	{"mesh_probes_total", "Bursts of quenched calls sent as probes."},
	{"mesh_resumed_total", "Quenched calls that are sent again."},
	{"mesh_held_without_clock_total",
         "Bursts not sent to the mesh because the clock is not set."},
	{"uplink_refused_total", "Logins refused by servers that we log in to."},
	{"uplink_echo_total",
         "Bursts of our own calls that came back from a server that we log in to."},
	{"socket_received_total", "Datagrams read from the sockets."},
	{"socket_oversize_total", "Datagrams longer than any message."},
	{"socket_sent_total", "Datagrams written to the sockets."},
	{"socket_dropped_total", "Datagrams dropped because the socket buffer was full."},
	{"socket_refused_total", "Datagrams the kernel refused to send."},
	{"records_dropped_total", "Records dropped because the pipe to the reporter was full."},
	{"commands_bad_total", "Commands that the voice process could not parse."},
	{"actions_refused_total", "Actions dropped because the list of one step was full."},
	{"loop_turns_total", "Turns of the voice process's event loop."},
	{"memory_peak_bytes", "Peak memory of the voice process."},
	{"forwarding_seconds", "Time from the wake-up for a datagram until its copies were sent."},
	{"turn_seconds", "Time from a wake-up of the voice process until it slept again."},
	{"report_records_total", "Records read by the reporter."},
	{"report_records_bad_total", "Records that the reporter could not parse."},
	{"report_lost_step_total", "Times the record pipe got out of sync."},
	{"report_snapshots_total", "Snapshots received from the voice process."},
	{"report_commands_full_total",
         "Commands refused because the pipe to the voice process was full."},
	{"report_rows_refused_total", "Rows dropped because a table of the reporter was full."},
	{"report_events_total", "Events published."},
	{"report_memory_peak_bytes", "Peak memory of the reporter."},
	{"report_mqtt_calls_total", "Attempts to connect to the MQTT broker."},
	{"report_mqtt_failures_total", "Connections to the MQTT broker that failed or were lost."},
	{"report_mqtt_published_total", "Messages published to the MQTT broker."},
	{"report_mqtt_lost_total", "Events lost because the MQTT broker was too slow."},
	{"report_history_writes_total", "Times the history file was written."},
	{"report_history_failures_total", "Times the history file could not be written."},
	{"report_alias_subscribers", "Radio users in the alias index."},
	{"report_alias_repeaters", "Repeaters in the alias index."},
	{"report_alias_talkgroups", "Talkgroups in the alias index."},
};

/* Each service has these counters, prefixed by report_ and its name. */
static const struct help of_services[] = {
	{"_callers_refused_total", "Connections refused because there were too many."},
	{"_requests_total", "Requests received."},
	{"_requests_bad_total", "Invalid requests."},
	{"_slow_followers_total", "Followers of events disconnected because they read too slowly."},
	{"_idle_callers_total", "Connections closed because they were idle."},
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
	for (size_t i = 0; i < ARRAY_LEN(of_services); i++) {
		if (ends_with(name, of_services[i].name))
			return of_services[i].text;
	}
	return "See freedmr(8).";
}
