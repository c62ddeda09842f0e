/*
 * Sessions: clients (hotspots, repeaters) that have proved their passphrase, and the two slots of
 * each. Key: the client id. Rows are written by the core alone: the session part by access/, the
 * slots by conference/, routing/ and delivery/.
 *
 * Capacity: [limits] sessions. Full: a session that has proved its passphrase but sent no
 * configuration yet gives way to the newest login; if there is none, the login is refused. A
 * session ends by log-out, missed keepalive, replacement or an operator; its options, subscriptions
 * and calls end with it.
 */
#ifndef STATE_SESSION_H
#define STATE_SESSION_H

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/bucket.h"
#include "base/expiry.h"
#include "base/hash.h"
#include "base/tick.h"
#include "base/util.h"
#include "state/pool.h"
#include "wire/command.h"
#include "wire/options.h"
#include "wire/record.h"

/* Destination of a datagram, and the local address to send from (the one the client logged in to).
 */
struct endpoint {
	struct addr to;
	struct addr from; /* ip only; any = let the system choose */
	uint32_t socket;  /* see conf_socket_bind; for clients the index of their listener */
};

/* The same sender at the same socket. */
static inline bool endpoint_same(const struct endpoint *a, const struct endpoint *b)
{
	return a->socket == b->socket && addr_equal(&a->to, &b->to);
}

#define SLOT_DATA_IN 16u /* a data message has about fifteen streams */

/*
 * The radio-facing side of one time slot. It hears at most one call. Data opens no call and
 * occupies the slot only until its last frame.
 *
 * What a frame on its way to the slot reads and writes comes first and is in one line of the cache
 * (as it is in struct session): between two frames of a call all of them have left it.
 */
struct slot {
	struct handle heard;   /* the call we have open towards it */
	uint32_t heard_tg;     /* as which talkgroup */
	uint32_t conversation; /* subject of the last call carried, which hang time protects
	                          (stream.h) */
	uint64_t mark;         /* the fan-out that last considered this slot */
	tick_t busy_last;      /* last frame of the conversation in either direction */
	tick_t voice_last;     /* last frame of any call in either direction, carried or not */

	tick_t closed;          /* when the last call we sent it ended */
	struct handle data;     /* data last sent to it */
	struct handle talk;     /* the call its own radio side sends; none when silent */
	uint32_t subscriptions; /* first of its subscriptions, POOL_NONE when none */
	tick_t data_out;        /* last frame of data its own radio side sent */
	tick_t mute_until;      /* its radio side sends a call that got no row */
	struct handle player;   /* audio of the server itself, playing or waiting */
	uint32_t src;           /* last talker heard or sent, for the row */
	uint32_t stream;
	struct handle data_in[SLOT_DATA_IN]; /* data in progress from its radio side */
	uint32_t data_next;                  /* the one the next replaces */
};

/* Rate budgets of a client; a session that replaces another inherits them. */
struct budgets {
	struct bucket takeovers; /* logins under this ID from other addresses */
	struct bucket begun;     /* streams begun: a data message has many */
	struct bucket options, configs;
	struct bucket frames[2]; /* frames from the radio side of a slot */
	/* The sender may not be where its datagrams say: it gets no more than they are worth. */
	uint8_t unproven; /* a truth value */
	uint32_t credit;  /* octets */
};

/* What a copy of a frame needs is in two lines of the cache: to `frames_out_total`, and from the
 * end of `budget`. */
struct session {
	alignas(CACHE_LINE) struct pool_row row;
	struct source source;
	uint32_t id; /* the ID in its datagrams: the client's, or ours on an uplink */
	uint64_t frames_out_total, frames_in_total;
	tick_t since;
	struct budgets budget;
	struct endpoint at;
	tick_t last_ping;
	tick_t last_seen;
	struct slot slot[2];

	enum session_state state;
	bool simplex; /* RPTC slots field '4': everything on slot 2 */
	bool rekeyed; /* correct RPTK from its own endpoint: the next RPTC restarts it
	               */
	bool single;
	bool private_calls;
	bool has_options;
	bool admitted;     /* its callsign is the registered one */
	bool close_forged; /* a log-out came from another address: only silence ends it */
	bool dial_ordered; /* an operator set the default reflector */
	bool unsettled;    /* a reload has changed its target state */
	bool ident;
	uint16_t subscriptions; /* number of them, on both slots */
	uint32_t dial;          /* default reflector, 0 = none */
	tick_t timer;           /* of user-activated talkgroups; 0 = until cleared */
	tick_t hang;
	struct expiry expiry;
	uint64_t challenger; /* keyed hash of a correct RPTK from elsewhere; its callsign decides */
	struct expiry ident_due;
	uint32_t ident_tg; /* 0 = all call */
	uint32_t options_bad;
	uint32_t rx_hz, tx_hz;
	uint8_t cc;
	char callsign[9];
	char location[41];
	char software[81];
	char package[81];
	char language[16];              /* of voice prompts; "" = the first available */
	uint64_t options_len;           /* length as sent, even if longer than the field */
	char care[SESSION_CARE_MAX];    /* set by its owner, as an option string */
	char options[OPTIONS_TEXT_MAX]; /* may hold secrets; show only after options_clean */
};

/* Length of its stored option string. */
static inline size_t options_kept(const struct session *s)
{
	return s->options_len < sizeof(s->options) ? (size_t)s->options_len : sizeof(s->options);
}

#define SESSIONS_HALF_OPEN 64u

struct sessions {
	struct pool pool;
	struct hash by_id;
	struct hash by_address; /* number of sessions per address, 1 or more */
	struct hash by_radio;   /* likewise per radio, whatever the suffix */
	/* Latest sessions, some still without RPTC; the oldest is next. */
	struct handle half_open[SESSIONS_HALF_OPEN];
	uint32_t half_open_next;
};

void sessions_open(struct sessions *t, struct arena *arena, uint32_t capacity, uint64_t secret);

/* Number of sessions of an address; for IPv6 of its /64, which one customer has. */
uint32_t sessions_of_address(const struct sessions *t, const struct addr *address);

#define SESSION_RADIO_MAX 9999999u /* longer IDs are a radio's ID and a suffix */

/* The radio whose client has this ID. */
uint32_t session_radio(uint32_t id);
/* Number of sessions of a radio's clients. */
uint32_t sessions_of_radio(const struct sessions *t, uint32_t radio);

struct session *session_find(const struct sessions *t, uint32_t id);
struct session *session_get(const struct sessions *t, struct handle h);

/* A new row for an ID that has none; NULL when full. */
struct session *session_add(struct sessions *t, uint32_t id);
/* The session of an uplink: session_find does not find it, and its address is not counted. */
struct session *session_add_uplink(struct sessions *t, uint32_t index, uint32_t id);
/* Changes its endpoint. */
void session_place(struct sessions *t, struct session *s, const struct endpoint *at);
/* Sets the initial values of a row that the caller took from the pool and fills in. */
void session_clear(struct session *s);
/* Adds it to the indexes; false if its ID already has a session. */
bool session_list(struct sessions *t, struct session *s);
void session_remove(struct sessions *t, struct session *s);

static inline bool session_is_uplink(const struct session *s)
{
	return s->source.kind == SOURCE_UPLINK;
}

/* The place of slot 1 or 2; an inconsistent number leads to no other row either. */
static inline unsigned slot_index(uint8_t number)
{
	return number == 2;
}

static inline uint8_t session_slot_number(const struct session *s, const struct slot *slot)
{
	return slot == &s->slot[0] ? 1 : 2;
}

/* The slot for a slot number on the wire: simplex clients have only slot 2. */
static inline struct slot *session_slot(struct session *s, uint8_t number)
{
	return &s->slot[s->simplex || number == 2 ? 1 : 0];
}

#endif
