/*
 * The core's counters: one per reason.
 */
#ifndef CORE_COUNTER_H
#define CORE_COUNTER_H

/* Each with its metric name: letters, digits and '_', ending in "_total". */
#define COUNTERS(X)                                                                                \
	X(DATAGRAMS, "datagrams_total")                                                            \
	X(MALFORMED, "datagrams_malformed_total")                                                  \
	X(FOREIGN, "datagrams_foreign_total")                                                      \
	/* answers and refusals at the door */                                                     \
	X(CHALLENGES, "login_challenges_total")                                                    \
	X(DIGESTS, "login_digests_total")                                                          \
	X(LOGINS, "logins_total")                                                                  \
	X(REFUSED_ID, "login_refused_id_total")                                                    \
	X(REFUSED_FULL, "login_refused_full_total")                                                \
	X(REFUSED_ADDRESS, "login_refused_address_total")                                          \
	X(REFUSED_TAKEOVER, "login_refused_takeover_total")                                        \
	X(REFUSED_PASSPHRASE, "login_refused_passphrase_total")                                    \
	X(REFUSED_STATE, "login_refused_state_total")                                              \
	X(UNKNOWN_SENDER, "datagrams_unknown_sender_total")                                        \
	X(RATE_LIMITED, "answers_rate_limited_total")                                              \
	X(FORGED_CLOSE, "logouts_forged_total")                                                    \
	X(FOLLOWED_PORT, "sessions_followed_port_total")                                           \
	X(NAKS, "naks_total")                                                                      \
	X(PINGS, "pings_total")                                                                    \
	X(OPTIONS, "options_total")                                                                \
	X(OPTIONS_BAD, "options_bad_tokens_total")                                                 \
	X(ALIAS_BLOCKS, "alias_blocks_total")                                                      \
	/* bursts */                                                                               \
	X(BURSTS, "bursts_total")                                                                  \
	X(BURSTS_SENT, "bursts_sent_total")                                                        \
	X(UNPROVEN, "bursts_unproven_total")                                                       \
	X(DUPLICATE, "bursts_duplicate_total")                                                     \
	X(LATE, "bursts_late_total")                                                               \
	X(BUDGET, "bursts_over_budget_total")                                                      \
	X(COLLISION, "bursts_collision_total")                                                     \
	X(AFTER_END, "bursts_after_end_total")                                                     \
	X(NO_STREAM_ID, "bursts_no_stream_id_total")                                               \
	X(NOT_CARRIED_TYPE, "bursts_type_not_carried_total")                                       \
	X(NOT_CARRIED_UNIT, "bursts_unit_not_carried_total")                                       \
	X(NOT_CARRIED_TG, "bursts_talkgroup_not_carried_total")                                    \
	X(DENIED, "calls_denied_total")                                                            \
	X(BLOCKED, "datagrams_blocked_total")                                                      \
	X(COMMANDS_DIALLED, "commands_dialled_total")                                              \
	X(PLAYERS_FULL, "prompts_refused_full_total")                                              \
	X(STREAMS_FULL, "streams_refused_full_total")                                              \
	X(SUBSCRIPTIONS_FULL, "subscriptions_refused_full_total")                                  \
	X(CALLS, "calls_total")                                                                    \
	X(CALLS_WAITED, "calls_waited_total")                                                      \
	X(TRANSMIT_TIMEOUTS, "calls_transmit_timeout_total")                                       \
	X(REWRITTEN, "link_control_rewritten_total")                                               \
	/* mesh */                                                                                 \
	X(MESH_STRANGER, "mesh_unknown_sender_total")                                              \
	X(MESH_DIGESTS, "mesh_digests_for_strangers_total")                                        \
	X(MESH_FORGED, "mesh_forged_total")                                                        \
	X(MESH_WRONG_SERVER, "mesh_wrong_server_total")                                            \
	X(MESH_ADDRESS, "mesh_address_refused_total")                                              \
	X(MESH_MOVED, "mesh_address_moved_total")                                                  \
	X(MESH_VERSION, "mesh_wrong_version_total")                                                \
	X(MESH_SLOT_BIT, "mesh_slot_bit_total")                                                    \
	X(MESH_STUN, "mesh_stuns_total")                                                           \
	X(MESH_STUNNED, "mesh_stunned_total")                                                      \
	X(MESH_STALE, "mesh_stale_total")                                                          \
	X(MESH_REPLAYED, "mesh_replayed_total")                                                    \
	X(MESH_SOURCE, "mesh_bad_source_server_total")                                             \
	X(MESH_HOPS, "mesh_hop_limit_total")                                                       \
	X(MESH_FILTERED, "mesh_filtered_total")                                                    \
	X(MESH_UNIT_VOICE, "mesh_unit_voice_total")                                                \
	X(MESH_TOO_MANY, "mesh_streams_over_rate_total")                                           \
	X(MESH_ECHO, "mesh_echoes_total")                                                          \
	X(MESH_LOST_RACE, "mesh_lost_race_total")                                                  \
	X(MESH_TAKEN_OVER, "mesh_taken_over_total")                                                \
	X(MESH_SENT, "mesh_bursts_sent_total")                                                     \
	X(MESH_QUENCHES_SENT, "mesh_quenches_sent_total")                                          \
	X(MESH_QUENCHES, "mesh_quenches_total")                                                    \
	X(MESH_HELD, "mesh_bursts_held_total")                                                     \
	X(MESH_PROBES, "mesh_probes_total")                                                        \
	X(MESH_RESUMED, "mesh_resumed_total")                                                      \
	X(MESH_NO_CLOCK, "mesh_held_without_clock_total")                                          \
	/* uplinks */                                                                              \
	X(UPLINK_NAKS, "uplink_refused_total")                                                     \
	X(UPLINK_ECHO, "uplink_echo_total")

#define COUNTER_ENUM(counter, name) COUNT_##counter,
enum counter { COUNTERS(COUNTER_ENUM) COUNT_COUNTERS };

const char *counter_name(enum counter counter);

#endif
