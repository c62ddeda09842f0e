/*
 * The core from inside: what its modules share. Nothing outside core/ includes this.
 *
 *   intake   who sent it, what is it         -> login or route
 *   login    challenge, key, config, options, ping, close; sessions begin and end here
 *   subscribe  what a slot listens to, and until when
 *   dial     commands from the radio: numbers called privately, 4000, 5000
 *   player   what the server itself says: prompts, idents, recordings, the echo
 *   announce recordings at fixed intervals
 *   locate   where a call to one radio goes; access lists
 *   obey     what operators order
 *   block    ids and addresses that are kept out
 *   restore  what the reporter remembers of before
 *   why      what was decided, for who asks
 *   route    bursts: streams, conferences, fan-out
 *   contention  may this slot hear that call now?
 *   sequence, rewrite  the two small machines route uses
 *   mesh     peers: who sent it, keepalives, versions, stun, commands
 *   relay    bursts from and to peers: loop control, quench
 *   uplink   servers that we log in to: login, keepalive, modules of reflectors
 *   limit    rate limits for answers to strangers and for log lines
 *   rows     tables as row records: changes, snapshots, the state hash
 *   check    indexes against full scans
 */
#ifndef CORE_INSIDE_H
#define CORE_INSIDE_H

#include "base/log.h"
#include "base/siphash.h"
#include "conf/conf.h"
#include "core/actions.h"
#include "core/counter.h"
#include "core/event.h"
#include "core/filter.h"
#include "state/announcement.h"
#include "state/claim.h"
#include "state/control.h"
#include "state/block.h"
#include "state/decision.h"
#include "state/location.h"
#include "state/peer.h"
#include "state/player.h"
#include "state/session.h"
#include "state/stream.h"
#include "state/subscription.h"
#include "state/uplink.h"
#include "wire/hbp.h"
#include "wire/obp.h"

#define PING_MS (10 * TICK_SECOND)       /* clients ping that often */
#define SESSION_SILENCE_MS (4 * PING_MS) /* nothing heard for so long: gone */
#define LOGIN_TIME_MS (60 * TICK_SECOND) /* from RPTK to RPTC; clients repeat for that long */
#define STREAM_SILENCE_MS TICK_SECOND    /* decision 7 and 10: active, and soft end */
#define BETWEEN_CALLS_MS ((tick_t)600)   /* decision 7 */
#define COLLISION_MS ((tick_t)360)       /* one superframe */

/* Kinds of rows in the expiry heap. */
enum {
	EXPIRE_SESSION,
	EXPIRE_STREAM,
	EXPIRE_SUBSCRIPTION,
	EXPIRE_PLAYER,
	EXPIRE_IDENT,
	EXPIRE_ANNOUNCEMENT,
	EXPIRE_PEER,
	EXPIRE_UPLINK,
	EXPIRE_BLOCK,
};

#define LIMITS 1024u /* buckets of each rate limit; strangers with the same hash share one */

enum limit {
	LIMIT_NAK,       /* to an unknown sender: 1 per 5 s for each address and port */
	LIMIT_HANDSHAKE, /* answers to RPTL and RPTK, per address: thousands may share one */
	LIMIT_LOG,       /* one line per minute for each reason and address */
	LIMIT_LOOP,      /* one record per minute for each call and neighbour */
	LIMIT_LIMITS,
};

/* Where a snapshot stands. */
struct snapshot {
	bool running;
	uint32_t number;
	uint32_t stage; /* which table, see rows.c */
	uint32_t at;    /* last row given */
};

/* One form of the frame under way, made when the first listener needs it. */
struct variant {
	uint8_t slot;
	uint32_t tg;
	enum { AS_SENT, WITH_ALIAS, HEADER, TERMINATOR } form;
	const struct send *send;
};

#define VARIANTS 16u

struct core {
	const struct conf *conf;
	tick_t started;
	struct siphash_key secret;
	struct sessions sessions;
	struct subscriptions subscriptions;
	struct streams streams;
	struct players players;
	struct announcements announcements;
	struct locations locations;
	struct decisions decisions;
	struct peers peers;
	struct uplinks uplinks;
	struct claims claims;
	struct controls controls;
	bool clock_wrong; /* and that was said */
	struct blocks blocks;
	struct expiry_heap expiry;
	struct bucket limits[LIMIT_LIMITS][LIMITS];
	struct snapshot snapshot;
	uint64_t random;  /* how often core_random was asked */
	uint64_t fan_out; /* number of the running one */
	struct variant variants[VARIANTS];
	uint32_t variant_count;
	bool stopped;
	uint64_t counter[COUNT_COUNTERS];
};

/* What one step works with. */
struct step {
	struct core *core;
	tick_t now;
	uint64_t wall_ns;
	struct actions *actions;
};

/* A decoded datagram with its envelope. */
struct incoming {
	const struct hbp_message *message;
	const struct endpoint *from;
	const struct conf_listener *listener;
};

static inline void count(struct step *step, enum counter counter)
{
	step->core->counter[counter]++;
}

/* intake */
void intake_datagram(struct step *step, const struct event *event);

/* login */
void login_message(struct step *step, const struct incoming *in);
void login_nak_stranger(struct step *step, const struct incoming *in);
void login_refuse_blocked(struct step *step, const struct incoming *in, const char *why);
struct session *login_follow_port(struct step *step, struct session *s, const struct incoming *in);
void session_end(struct step *step, struct session *s, enum cause cause, bool tell_client);
void session_touch(struct step *step, struct session *s);
void session_expire(struct step *step, const struct expiry_entry *e);

/* subscribe */
void subscribe_options(struct step *step, struct session *s, const char *text, size_t len);
void subscribe_defaults(struct step *step, struct session *s);
void subscribe_none(struct step *step, struct session *s);
struct subscription *subscribe_keyed(struct step *step, struct session *s, uint8_t slot,
                                     uint32_t rf_tg);
struct subscription *subscribe_begin(struct step *step, struct session *s, uint8_t slot,
                                     uint32_t rf_tg, uint32_t conference,
                                     enum subscription_mode mode);
void subscribe_end(struct step *step, struct session *s, struct subscription *x, enum cause cause);
void subscribe_timer(struct step *step, struct session *s, struct subscription *x);
void subscribe_resume_timer(struct step *step, struct session *s, struct subscription *x,
                            tick_t left); /* 0 = none */
void subscribe_suspend(struct step *step, struct session *s, struct subscription *x,
                       enum cause cause);
void subscribe_clear(struct step *step, struct session *s);
void subscribe_touch(struct step *step, struct session *s, uint8_t slot, uint32_t rf_tg);
void subscription_expire(struct step *step, const struct expiry_entry *e);

/* route */
void route_burst(struct step *step, struct session *s, const struct hbp_burst *b);
void stream_end(struct step *step, struct stream *x, enum cause cause);
void route_talker(struct step *step, const struct incoming *in);
void stream_cut(struct step *step, struct stream *x, enum cause cause); /* the rest is ignored */
void stream_expire(struct step *step, const struct expiry_entry *e);

/* Takes a burst of a peer whose copy counts; `meta` says where the call comes from. */
void route_peer_burst(struct step *step, struct peer *p, const struct obp_burst *meta);

/* deliver */
bool burst_is_carried(const struct hbp_burst *b);
bool burst_is_data(const struct hbp_burst *b);
bool burst_is_terminator(const struct hbp_burst *b);
void deliver_burst(struct step *step, struct stream *x, const struct hbp_burst *b, bool first);
void deliver_end(struct step *step, struct stream *x, bool tell); /* closes it at every listener */
void slot_close(struct step *step, struct session *s, struct slot *slot, bool tell_listener);

/* mesh */
#define ADDRESS_SILENCE_MS                                                                         \
	(30 * TICK_SECOND) /* of the old address, before a keepalive moves the link */
#define AGE_MAX_NS UINT64_C(5000000000)
void mesh_open(struct core *core);
void mesh_datagram(struct step *step, const struct event *event);
void mesh_address(struct step *step, uint32_t index, const struct addr *to);
void mesh_command(struct step *step, const struct command *c);
void peer_expire(struct step *step, const struct expiry_entry *e);
const struct conf_peer *peer_conf(const struct core *core, const struct peer *p);
struct peer *peer_of(const struct core *core, const struct stream *x); /* NULL: not from a peer */
bool peer_may_hear(const struct step *step, const struct peer *p);
struct send *peer_send(struct step *step, struct peer *p, struct wr *w);
void peer_sent(struct step *step, struct peer *p, struct send *send, const struct wr *w);
void peer_heard(struct step *step, struct peer *p);
bool peer_speaks_from(struct step *step, struct peer *p, const struct endpoint *from, bool fresh);
bool clock_is_sane(struct step *step);

/* relay */
void relay_burst(struct step *step, struct peer *p, const struct obp_message *m,
                 const struct endpoint *from);
void relay_quench(struct step *step, struct peer *p, uint32_t tg, uint32_t stream);
bool relay_carries_unit(const struct core *core, const struct stream *x);
void relay_deliver(struct step *step, struct stream *x, const struct hbp_burst *b);
void relay_end(struct step *step, struct stream *x, enum cause cause);
/* The transit list of the link a call came by; NULL when it is of a client of ours. */
const struct access *relay_transit_of(const struct core *core, const struct stream *x);

/* uplink */
void uplink_open(struct core *core);
void uplink_datagram(struct step *step, const struct event *event);
void uplink_address(struct step *step, uint32_t index, const struct addr *to);
void uplink_expire(struct step *step, const struct expiry_entry *e);
void uplink_stop(struct step *step, struct uplink *u); /* for good */
const struct conf_uplink *uplink_conf(const struct core *core, const struct uplink *u);
struct uplink *uplink_of(const struct core *core, const struct stream *x); /* NULL: of none */
/* May the call go up by the uplink whose session this is? */
bool uplink_may_carry(const struct core *core, const struct session *s, const struct stream *x);
static inline bool session_is_uplink(const struct session *s)
{
	return s->id >= ORIGIN_UPLINK;
}

/* locate */
bool locate(struct step *step, struct stream *x);
/* Why a call is denied by an access list; NULL when it is not. */
const char *access_refuses_call(const struct step *step, const struct session *s,
                                const struct stream *x);

/* dial */
#define DIAL_TG 9u /* what is dialled is heard as TG 9 on slot 2 */
#define DIAL_SLOT 2
#define DIAL_CLEAR 4000u /* group or unit: drop every dynamic subscription */
#define ECHO_TG 9990u
bool dial_is_radio(uint32_t number);
bool dial_is_command(const struct stream *x);
void dial_command(struct step *step, struct session *s, const struct stream *x);
void dial_expired(struct step *step, struct session *s);
void dial_default(struct step *step, struct session *s);
bool dial_is_link(uint32_t number);
bool dial_link(struct step *step, struct session *s, uint32_t tg);
void dial_set_default(struct step *step, struct session *s, uint32_t tg); /* 0 = none */
void dial_clear(struct step *step, struct session *s);

/* obey */
void obey_command(struct step *step, const struct command *c);

/* player */
enum prompt { PROMPT_LINKED, PROMPT_NOT_LINKED, PROMPT_BUSY, PROMPT_IDENT };
void player_prompt(struct step *step, struct session *s, enum prompt prompt, uint32_t number);
void player_recording(struct step *step, struct session *s, const struct stream *x);
void player_ident_later(struct step *step, struct session *s);
void player_record(struct step *step, struct stream *x);
void player_take(struct step *step, struct stream *x, const struct hbp_burst *b);
void player_echo(struct step *step, struct session *s, struct stream *x);
void player_drop_recording(struct core *core, struct stream *x);
void player_expire(struct step *step, const struct expiry_entry *e);
void ident_expire(struct step *step, const struct expiry_entry *e);

/* Is a player left for what nobody asked for? The others are for answers. */
bool player_has_room(const struct core *core);
void player_announce(struct step *step, struct session *s, uint32_t recording, uint32_t tg);

/* announce */
void announce_open(struct core *core);
void announcement_expire(struct step *step, const struct expiry_entry *e);

/* contention */
struct refusal {
	const char *words; /* why it may not; NULL = it may */
	uint32_t conference;
	tick_t left;
};
struct refusal contention_refuses(const struct step *step, const struct session *s,
                                  const struct slot *slot, const struct stream *x, bool first);

/* sequence */
enum order { ORDER_NEXT, ORDER_DUPLICATE, ORDER_LATE };
void sequence_start(struct sequence *q, uint8_t seq);
enum order sequence_judge(struct sequence *q, uint8_t seq, uint32_t *lost);

/* rewrite */
bool rewrite_learn(struct stream *x, const struct hbp_burst *b);
bool rewrite_learn_alias(struct stream *x, unsigned block, const uint8_t octets[static 7]);
bool rewrite_learn_position(struct stream *x, const uint8_t octets[static 7]);
const struct lc_coded *rewrite_coded(struct stream *x, uint32_t tg);
void rewrite_give_alias(struct stream *x, const char *text);
/* Is it one of the fragments whose place the given alias takes? */
bool rewrite_has_alias(const struct stream *x, const struct hbp_burst *b);
void rewrite_put_alias(const struct stream *x, struct hbp_burst *b);
bool rewrite_burst(struct stream *x, struct hbp_burst *b, uint32_t tg);
void rewrite_make(struct stream *x, struct hbp_burst *b, enum dmr_data_type type, uint32_t tg);

/* limit */
bool limit_allows(struct step *step, enum limit limit, const struct addr *who, uint64_t what);

/* block */
void block_order(struct step *step, const struct command *c);
void block_refuse(struct step *step, const struct command *c);
void unblock_order(struct step *step, const struct command *c);
void block_expire(struct step *step, const struct expiry_entry *e);
bool block_drops(struct step *step, const struct incoming *in);

/* restore */
void restore_subscription(struct step *step, const struct command *c);
void restore_location(struct step *step, const struct command *c);

/* why */
void why_note(struct step *step, struct decision d); /* `at` and `times` are set here */
void why_client(struct step *step, uint32_t client, const char *words);
void why_call(struct step *step, const struct stream *x, const char *words, uint32_t number);
void why_subscription(struct step *step, const struct session *s, const struct subscription *x,
                      const char *words);
void why_answer(struct step *step, const struct command *c);

/* rows */
struct slot_row rows_slot(const struct core *core, tick_t now, const struct session *s,
                          uint8_t number);
void rows_uplink(struct step *step, const struct uplink *u, enum change change);
void rows_peer(struct step *step, const struct peer *p, enum change change);
void rows_session(struct step *step, const struct session *s, enum change change, enum cause cause);
void rows_subscription(struct step *step, const struct session *s, const struct subscription *x,
                       enum change change, enum cause cause);
void rows_block(struct step *step, const struct block *b, enum change change, enum cause cause);
void rows_call(struct step *step, const struct stream *x, enum change change, enum cause cause);
/* Tells that a call was opened to a slot, or closed at it: gathered, many to a record. */
void rows_leg(struct step *step, const struct stream *x, const struct call_leg *leg, bool open);
void rows_refusal(struct step *step, const struct incoming *in, const char *why);
/* A copy of a call that is dropped, as another counts: of which origin. */
void rows_loop(struct step *step, const struct peer *p, const struct hbp_burst *b, uint32_t winner);
void rows_reply(struct step *step, uint32_t number, bool done, const char *text);
void rows_snapshot_start(struct step *step, uint32_t number);
void rows_snapshot(struct step *step, uint32_t rows);
void core_log(struct step *step, int level, const char *format, ...) PRINTF_LIKE(3, 4);

/* core */
uint32_t core_random(struct core *core); /* never 0 */
void expire_at(struct step *step, struct expiry *x, uint32_t kind, const struct pool_row *row,
               tick_t deadline);

#endif
