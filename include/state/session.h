/*
 * Sessions: clients (hotspots, repeaters) that have proved their passphrase, and the two
 * slots of each. Key: the client id. Rows are written by the core alone: the
 * session part by core/login, core/subscribe and core/uplink, the slots by core/route, core/deliver
 * and core/player.
 *
 * Capacity: [limits] sessions. Full: the newest login is refused.
 * Ends by log-out, missed keepalive, replacement or an operator; then its options,
 * subscriptions and calls are gone with it.
 */
#ifndef STATE_SESSION_H
#define STATE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/bucket.h"
#include "base/expiry.h"
#include "base/hash.h"
#include "base/tick.h"
#include "state/pool.h"
#include "wire/record.h"

/* Where a datagram goes, and the local address it leaves from (the one the client logged in to). */
struct endpoint {
	struct addr to;
	struct addr from; /* ip only; any = let the system choose */
	uint32_t socket;  /* see conf_socket_bind; of clients it is the index of their listener */
};

/* The same sender at the same socket. */
static inline bool endpoint_same(const struct endpoint *a, const struct endpoint *b)
{
	return a->socket == b->socket && addr_equal(&a->to, &b->to);
}

/* The radio-facing side of one time slot. At most one call is open towards it. */
struct slot {
	uint32_t subscriptions; /* first of its subscriptions, POOL_NONE when none */
	struct handle talk;     /* the stream its own radio side sends; none when silent */
	struct handle heard;    /* the stream we have open towards it */
	uint32_t heard_tg;      /* as which talkgroup */
	tick_t mute_until;      /* its radio side sends something there was no row for */
	uint32_t topic;   /* what the last activity was about: hang time is for it (stream.h) */
	tick_t busy_last; /* last frame in either direction */
	tick_t closed;    /* when the last call we sent it ended */
	uint64_t mark;    /* the fan-out that last considered this slot */
	struct handle
		player; /* what the server itself says or is about to say; it holds the slot */
	uint32_t src;   /* who was heard or talked last, for the row */
	uint32_t stream;
};

struct session {
	struct pool_row row;
	uint32_t id;
	uint32_t told_id; /* stands in bursts sent to it: the same, but for an uplink ours there */
	struct endpoint at;
	enum session_state state;
	bool simplex; /* RPTC slots field '4': everything on slot 2 */
	bool rekeyed; /* a correct RPTK came from its own endpoint: the next RPTC starts it afresh
	               */
	bool single;
	bool private_calls;
	bool has_options; /* they came before the configuration did */
	bool ident;
	uint32_t dial; /* default reflector, 0 = none */
	tick_t timer;  /* of user-activated talkgroups; 0 = until cleared */
	tick_t hang;
	struct slot slot[2];
	struct expiry expiry;
	tick_t since;
	tick_t last_ping;
	tick_t last_seen;
	struct bucket takeovers; /* logins from elsewhere under this id */
	struct bucket begun;     /* streams it began: a message of data is many */
	struct expiry ident_due;
	uint32_t ident_tg; /* 0 = all call */
	uint64_t frames_in_total, frames_out_total;
	uint32_t options_bad;
	uint32_t rx_hz, tx_hz;
	uint8_t cc;
	char callsign[9];
	char location[41];
	char software[81];
	char package[81];
	char language[16];                /* of voice prompts; "" = the first there is */
	char options[RECORD_OPTIONS_MAX]; /* as sent, for people; without secrets */
};

struct sessions {
	struct pool pool;
	struct hash by_id;
};

void sessions_open(struct sessions *t, struct arena *arena, uint32_t capacity, uint64_t secret);

struct session *session_find(const struct sessions *t, uint32_t id);
struct session *session_get(const struct sessions *t, struct handle h);

/* A new row for an id that has none; NULL when full. */
struct session *session_add(struct sessions *t, uint32_t id);
/* Likewise, but session_find does not find it. */
struct session *session_add_unlisted(struct sessions *t, uint32_t id);
void session_remove(struct sessions *t, struct session *s);

static inline uint8_t session_slot_number(const struct session *s, const struct slot *slot)
{
	return slot == &s->slot[0] ? 1 : 2;
}

/* The slot a slot number of the wire means for this client: simplex clients have only slot 2. */
static inline struct slot *session_slot(struct session *s, uint8_t number)
{
	return &s->slot[s->simplex || number == 2 ? 1 : 0];
}

#endif
