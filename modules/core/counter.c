#include "core/counter.h"

const char *counter_name(enum counter counter)
{
	static const char *const names[COUNT_COUNTERS] = {
		[COUNT_DATAGRAMS] = "datagrams_total",
		[COUNT_MALFORMED] = "datagrams_malformed_total",
		[COUNT_FOREIGN] = "datagrams_foreign_total",
		[COUNT_CHALLENGES] = "login_challenges_total",
		[COUNT_LOGINS] = "logins_total",
		[COUNT_REFUSED_ID] = "login_refused_id_total",
		[COUNT_REFUSED_FULL] = "login_refused_full_total",
		[COUNT_REFUSED_TAKEOVER] = "login_refused_takeover_total",
		[COUNT_REFUSED_PASSPHRASE] = "login_refused_passphrase_total",
		[COUNT_REFUSED_STATE] = "login_refused_state_total",
		[COUNT_UNKNOWN_SENDER] = "datagrams_unknown_sender_total",
		[COUNT_RATE_LIMITED] = "answers_rate_limited_total",
		[COUNT_FORGED_CLOSE] = "logouts_forged_total",
		[COUNT_FOLLOWED_PORT] = "sessions_followed_port_total",
		[COUNT_NAKS] = "naks_total",
		[COUNT_PINGS] = "pings_total",
		[COUNT_OPTIONS] = "options_total",
		[COUNT_OPTIONS_BAD] = "options_bad_tokens_total",
		[COUNT_ALIAS_BLOCKS] = "alias_blocks_total",
		[COUNT_BURSTS] = "bursts_total",
		[COUNT_BURSTS_SENT] = "bursts_sent_total",
		[COUNT_DUPLICATE] = "bursts_duplicate_total",
		[COUNT_LATE] = "bursts_late_total",
		[COUNT_BUDGET] = "bursts_over_budget_total",
		[COUNT_COLLISION] = "bursts_collision_total",
		[COUNT_AFTER_END] = "bursts_after_end_total",
		[COUNT_NO_STREAM_ID] = "bursts_no_stream_id_total",
		[COUNT_NOT_CARRIED_TYPE] = "bursts_type_not_carried_total",
		[COUNT_NOT_CARRIED_UNIT] = "bursts_unit_not_carried_total",
		[COUNT_NOT_CARRIED_TG] = "bursts_talkgroup_not_carried_total",
		[COUNT_STREAMS_FULL] = "streams_refused_full_total",
		[COUNT_SUBSCRIPTIONS_FULL] = "subscriptions_refused_full_total",
		[COUNT_CALLS] = "calls_total",
		[COUNT_CALLS_WAITED] = "calls_waited_total",
		[COUNT_TRANSMIT_TIMEOUTS] = "calls_transmit_timeout_total",
		[COUNT_REWRITTEN] = "link_control_rewritten_total",
	};
	return (unsigned)counter < COUNT_COUNTERS ? names[counter] : "?";
}
