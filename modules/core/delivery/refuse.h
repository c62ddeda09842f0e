/*
 * Why something is refused, and what follows from it: a row for each reason. A check
 * returns a verdict and changes nothing but budgets. Its caller continues, or passes the verdict to
 * `refuse`, which counts, notes, answers, logs and reports as the row says.
 */
#ifndef CORE_REFUSE_H
#define CORE_REFUSE_H

#include "core/step/step.h"

/*
 * Reason and counter, then what applies of: text for `why` (if the subject is known) and the log,
 * log line, answer, record (see struct rule).
 */
#define REASONS(X)                                                                                 \
	/* datagrams of any sender */                                                              \
	X(REFUSED_FOREIGN, COUNT_FOREIGN)                                                          \
	X(REFUSED_MALFORMED, COUNT_MALFORMED, .saying = SAY_DATAGRAM)                              \
	/* at the door */                                                                          \
	X(REFUSED_NO_SESSION, COUNT_UNKNOWN_SENDER, "no session: log in again", SAY_CLIENT,        \
	  NAK_SELDOM, TELL_SELDOM)                                                                 \
	X(REFUSED_ID, COUNT_REFUSED_ID, "ID not permitted", SAY_CLIENT, NAK_LOGIN, TELL_REFUSAL)   \
	X(REFUSED_FULL, COUNT_REFUSED_FULL, "server full: all sessions are in use", SAY_CLIENT,    \
	  NAK_LOGIN, TELL_REFUSAL)                                                                 \
	X(REFUSED_CROWDED, COUNT_REFUSED_ADDRESS, "too many sessions from this address",           \
	  SAY_CLIENT, NAK_LOGIN, TELL_REFUSAL)                                                     \
	X(REFUSED_TAKEOVER, COUNT_REFUSED_TAKEOVER,                                                \
	  "ID changes address too often: two clients with the same ID?", SAY_CLIENT, NAK_LOGIN,    \
	  TELL_REFUSAL)                                                                            \
	X(REFUSED_UNPROVEN, COUNT_REFUSED_TAKEOVER,                                                \
	  "ID is logged in elsewhere: an unknown password takes no session over", SAY_CLIENT, NAK, \
	  TELL_REFUSAL)                                                                            \
	X(REFUSED_PASSPHRASE, COUNT_REFUSED_PASSPHRASE, "wrong passphrase", SAY_CLIENT, NAK,       \
	  TELL_REFUSAL)                                                                            \
	X(REFUSED_LOGIN_OF_BLOCKED, COUNT_REFUSED_ID, "blocked", SAY_CLIENT, NAK_SELDOM,           \
	  TELL_REFUSAL)                                                                            \
	X(REFUSED_BLOCKED, COUNT_BLOCKED, "blocked")                                               \
	X(REFUSED_ADDRESS_BLOCKED, COUNT_BLOCKED, "blocked address")                               \
	X(REFUSED_ADDRESS_TOO_OFTEN, COUNT_RATE_LIMITED,                                           \
	  "rate limited: too many logins from this address")                                       \
	X(REFUSED_WRONG_TOO_OFTEN, COUNT_RATE_LIMITED, "rate limited: too many wrong passphrases") \
	X(REFUSED_LOGIN_TOO_OFTEN, COUNT_RATE_LIMITED, "rate limited: too many logins")            \
	X(REFUSED_CHANGE_TOO_OFTEN, COUNT_RATE_LIMITED,                                            \
	  "rate limited: options or configuration changed too often")                              \
	X(REFUSED_FORGED_CLOSE, COUNT_FORGED_CLOSE)                                                \
	/* of servers we log in to */                                                              \
	X(REFUSED_NO_UPLINK, COUNT_UNKNOWN_SENDER)                                                 \
	X(REFUSED_UPLINK_DOWN, COUNT_REFUSED_STATE)                                                \
	X(REFUSED_UPLINK_COPY, COUNT_UPLINK_ECHO)                                                  \
	/* bursts */                                                                               \
	X(REFUSED_NO_STREAM_ID, COUNT_NO_STREAM_ID)                                                \
	X(REFUSED_TYPE, COUNT_NOT_CARRIED_TYPE)                                                    \
	X(REFUSED_TOO_FAST, COUNT_BUDGET, "rate limited: too many frames per second")              \
	X(REFUSED_DUPLICATE, COUNT_DUPLICATE)                                                      \
	X(REFUSED_LATE, COUNT_LATE)                                                                \
	/* calls */                                                                                \
	X(REFUSED_OVER, COUNT_AFTER_END)                                                           \
	X(REFUSED_CUT_OFF, COUNT_AFTER_END)                                                        \
	X(REFUSED_COLLISION, COUNT_COLLISION, "call continues: ignored on its slot:")              \
	X(REFUSED_BEGUN_TOO_OFTEN, COUNT_BUDGET, "rate limited: too many transmissions begun")     \
	X(REFUSED_STREAMS_FULL, COUNT_STREAMS_FULL, "refused: too many calls at once")             \
	X(REFUSED_RADIO_BLOCKED, COUNT_DENIED, "denied: DMR ID is blocked")                        \
	X(REFUSED_SERVER_SUBSCRIBERS, COUNT_DENIED, "denied by subscribers in [server]")           \
	X(REFUSED_SERVER_TALKGROUPS_1, COUNT_DENIED, "denied by talkgroups-1 in [server]")         \
	X(REFUSED_SERVER_TALKGROUPS_2, COUNT_DENIED, "denied by talkgroups-2 in [server]")         \
	X(REFUSED_LISTENER_SUBSCRIBERS, COUNT_DENIED, "denied by subscribers in [listener]")       \
	X(REFUSED_LISTENER_TALKGROUPS_1, COUNT_DENIED, "denied by talkgroups-1 in [listener]")     \
	X(REFUSED_LISTENER_TALKGROUPS_2, COUNT_DENIED, "denied by talkgroups-2 in [listener]")     \
	X(REFUSED_HANDED_BACK, COUNT_MESH_ECHO,                                                    \
	  "not carried: copy of a call that arrived by another path")                              \
	X(REFUSED_NO_CONFERENCE, COUNT_NOT_CARRIED_TG,                                             \
	  "not carried: reserved number, or no room for another talkgroup")                        \
	X(REFUSED_NOT_IN_MAP, COUNT_NOT_CARRIED_TG, "not carried: not in the map of this uplink")  \
	X(REFUSED_PRIVATE_CALL, COUNT_NOT_CARRIED_UNIT, "not carried: private calls are off")      \
	X(REFUSED_RADIO_UNKNOWN, COUNT_NOT_CARRIED_UNIT, "not carried: radio not heard anywhere")  \
	X(REFUSED_TOO_LONG, COUNT_TRANSMIT_TIMEOUTS, "cut off: transmit-timeout reached")          \
	X(REFUSED_SUBSCRIPTIONS_FULL, COUNT_SUBSCRIPTIONS_FULL, .saying = SAY_FULL)                \
	X(REFUSED_SLOT_FULL, COUNT_SUBSCRIPTIONS_FULL)                                             \
	X(REFUSED_PLAYERS_FULL, COUNT_PLAYERS_FULL)                                                \
	/* datagrams on the mesh */                                                                \
	X(REFUSED_MESH_FOREIGN, COUNT_FOREIGN, "unsupported message", SAY_MESH)                    \
	X(REFUSED_MESH_MALFORMED, COUNT_MALFORMED, .saying = SAY_MESH)                             \
	X(REFUSED_STRANGER, COUNT_MESH_STRANGER, "unknown neighbour", SAY_MESH)                    \
	X(REFUSED_STRANGER_TOO_OFTEN, COUNT_RATE_LIMITED)                                          \
	X(REFUSED_FORGED, COUNT_MESH_FORGED, "wrong digest: do the passphrases match?", SAY_MESH)  \
	X(REFUSED_WRONG_SERVER, COUNT_MESH_WRONG_SERVER, "wrong server ID: does remote-id match?", \
	  SAY_MESH)                                                                                \
	X(REFUSED_VERSION, COUNT_MESH_VERSION)                                                     \
	X(REFUSED_BURST_VERSION, COUNT_MESH_VERSION, "wrong protocol version for this link",       \
	  SAY_MESH)                                                                                \
	X(REFUSED_ADDRESS, COUNT_MESH_ADDRESS, "wrong address for this neighbour", SAY_MESH)       \
	/* bursts on the mesh; of a call that is taken, the frame alone */                         \
	X(REFUSED_STUNNED, COUNT_MESH_STUNNED)                                                     \
	X(REFUSED_STALE, COUNT_MESH_STALE,                                                         \
	  "not accepted from the mesh: too old (is the clock right?)", .answer = QUENCH)           \
	X(REFUSED_STALE_FRAME, COUNT_MESH_STALE)                                                   \
	X(REFUSED_HOPS, COUNT_MESH_HOPS, "not accepted from the mesh: too many hops",              \
	  .answer = QUENCH)                                                                        \
	X(REFUSED_HOPS_FRAME, COUNT_MESH_HOPS)                                                     \
	X(REFUSED_SOURCE, COUNT_MESH_SOURCE,                                                       \
	  "not accepted from the mesh: source server not permitted", .answer = QUENCH)             \
	X(REFUSED_UNIT_VOICE, COUNT_MESH_UNIT_VOICE)                                               \
	X(REFUSED_FILTERED, COUNT_MESH_FILTERED,                                                   \
	  "not accepted from the mesh: talkgroup stays local", .answer = QUENCH)                   \
	X(REFUSED_BY_LIST, COUNT_DENIED, "denied by a list or a block", .answer = QUENCH)          \
	X(REFUSED_MESH_TOO_MANY, COUNT_MESH_TOO_MANY,                                              \
	  "rate limited: too many transmissions begun")                                            \
	X(REFUSED_CLAIMS_FULL, COUNT_STREAMS_FULL)                                                 \
	X(REFUSED_ECHO, COUNT_MESH_ECHO, .report = TELL_LOOP)                                      \
	X(REFUSED_LOST_RACE, COUNT_MESH_LOST_RACE, .report = TELL_LOOP)                            \
	X(REFUSED_REPLAYED, COUNT_MESH_REPLAYED)

#define REASON_NAME(name, ...) name,
enum verdict { ACCEPTED, REASONS(REASON_NAME) VERDICTS };

/* What is refused; members that a reason does not need are 0. */
struct subject {
	struct source who;
	uint32_t radio, tg;
	uint8_t slot;
	uint32_t number;               /* appended to the text */
	const char *words;             /* instead of the row's text */
	const struct endpoint *from;   /* the address whose log lines are limited */
	size_t len;                    /* of the datagram */
	const struct incoming *client; /* a client's message */
	struct peer *peer;             /* the neighbour that sent a burst */
	const struct hbp_burst *burst;
	uint64_t call;        /* the key of its claim */
	struct source winner; /* the origin whose copy is used */
};

void refuse(struct step *step, enum verdict verdict, const struct subject *subject);

/* Likewise, with every member given. */
void refuse_source(struct step *step, enum verdict verdict, struct source who);
void refuse_message(struct step *step, enum verdict verdict, const struct incoming *in);
void refuse_datagram(struct step *step, enum verdict verdict, const struct endpoint *from);
struct subject refuse_subject(const struct stream *x);
void refuse_call(struct step *step, enum verdict verdict, const struct stream *x);

#endif
