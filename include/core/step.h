/*
 * What the modules of the core work with: its tables, and one step over them. Nothing outside core/
 * includes this. It knows no other module but what leaves (actions) and what is counted; who calls
 * whom is the order of floors in test/layers.sh.
 */
#ifndef CORE_STEP_H
#define CORE_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bucket.h"
#include "base/expiry.h"
#include "base/siphash.h"
#include "base/tick.h"
#include "conf/conf.h"
#include "core/actions.h"
#include "core/counter.h"
#include "state/announcement.h"
#include "state/block.h"
#include "state/claim.h"
#include "state/control.h"
#include "state/decision.h"
#include "state/location.h"
#include "state/peer.h"
#include "state/player.h"
#include "state/session.h"
#include "state/stream.h"
#include "state/subscription.h"
#include "state/uplink.h"
#include "wire/hbp.h"

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
	uint32_t stage; /* which table, see snapshot.c */
	uint32_t at;    /* last row given */
};

/* One form of the frame under way, made when the first listener needs it. */
struct variant {
	uint8_t slot;
	uint32_t tg;
	enum { AS_SENT, WITH_ALIAS, HEADER, TERMINATOR } form;
	const struct send *send;
};

#define VARIANTS 64u /* more, and some are made again */

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

/* Sets when a row of the kind runs out. */
void expire_at(struct step *step, struct expiry *x, uint32_t kind, const struct pool_row *row,
               tick_t deadline);

uint32_t core_random(struct core *core); /* never 0 */

/* The section a row stands for. */
const struct conf_peer *peer_conf(const struct core *core, const struct peer *p);
const struct conf_uplink *uplink_conf(const struct core *core, const struct uplink *u);

/* The neighbour, or the uplink, that a call comes from; NULL when it is from elsewhere. */
struct peer *peer_of(const struct core *core, const struct stream *x);
struct uplink *uplink_of(const struct core *core, const struct stream *x);

/* The session of the uplink with this origin; NULL when it is no uplink's. */
struct session *uplink_session(const struct core *core, uint32_t origin);

static inline bool session_is_uplink(const struct session *s)
{
	return s->id >= ORIGIN_UPLINK;
}

#endif
