/*
 * The tables of the core, and the context of one step over them. Nothing outside core/ includes
 * this. It depends only on actions and counters; test/layers.sh gives the order of the other
 * modules.
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
#include "core/step/counter.h"
#include "state/announcement.h"
#include "state/blocklist.h"
#include "state/claim.h"
#include "state/quench.h"
#include "state/decision.h"
#include "state/location.h"
#include "state/peer.h"
#include "state/player.h"
#include "state/session.h"
#include "state/stream.h"
#include "state/subscription.h"
#include "state/uplink.h"
#include "wire/hbp.h"

#define LIMITS 1024u  /* buckets of each rate limit */
#define LIMIT_WAYS 8u /* buckets a key may use; when all are taken, keys share one */

enum limit {
	LIMIT_NAK,       /* to an unknown sender: 1 per 5 s for each address, port and client id */
	LIMIT_HANDSHAKE, /* answers to RPTL and RPTK, per address, which thousands may share */
	LIMIT_WASTED,    /* wrong passphrases, per address */
	LIMIT_LOGIN,     /* correct ones, per client id and address */
	LIMIT_OWNER,     /* owner's attempts on the web page, per client id: 1 per 5 s */
	LIMIT_LINES,    /* log lines of session start and end, per client id; of a link's changes */
	LIMIT_LOG,      /* one line per minute for each reason and address */
	LIMIT_STRANGER, /* digests for senders at unknown addresses, per address */
	LIMIT_LOOP,     /* one record per minute for each call and neighbour */
	LIMIT_LIMITS,
};

/* A bucket and its key; a full bucket is free for any key. */
struct limit_bucket {
	uint32_t key;
	struct bucket bucket;
};

/*
 * Bits by keyed hash of challenged senders, for the current period and the earlier ones whose
 * challenges are still valid. If strangers fill it, it only filters less.
 */
#define CHALLENGE_PERIODS 3u
#define CHALLENGE_BITS (1u << 19)
#define CHALLENGE_TAKEN (1u << 14)

/* Number of answers accepted from one endpoint for one client ID, identified by a keyed hash. */
struct answers_taken {
	uint32_t whose;
	uint8_t count;
};

struct challenges {
	int64_t period[CHALLENGE_PERIODS]; /* period of that row of bits + 1; 0 = unused */
	uint8_t bits[CHALLENGE_PERIODS][CHALLENGE_BITS / 8];
	/* The count is part of the challenge, so each answer is valid once. The latest sender with
	 * a slot's hash replaces the previous one. */
	struct answers_taken taken[CHALLENGE_TAKEN];
};

/* Constant text that came with another binary's state (core/telling/takeover.h). */
#define WORDS_ROWS 128u
#define WORDS_LEN 96u

struct words {
	char (*rows)[WORDS_LEN];
	uint32_t used;
};

/* Progress of a snapshot. */
struct snapshot {
	bool running;
	uint32_t number;
	uint32_t part; /* see snapshot.c */
	uint32_t at;   /* last row given */
};

enum look { AS_SENT, WITH_ALIAS, HEADER, TERMINATOR };

/* An outgoing form of a frame; without padding, as it is compared for each copy. */
struct form {
	uint32_t tg;
	uint16_t slot;
	uint16_t look;
};

/* One form of the current frame, made when the first listener needs it. */
struct variant {
	struct form form;
	const struct send *send;
};

#define VARIANTS 64u /* with more forms, some are made twice */

struct core {
	struct pool_row row;
	struct pool itself; /* the only row of its pool */
	const struct conf *conf;
	tick_t started;
	struct siphash_key secret;
	struct siphash_key
		salts; /* of challenges: it never leaves the process but for an upgrade */
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
	struct quenches quenches;
	bool clock_wrong; /* and this was logged */
	struct blocklist blocks;
	struct words words;
	struct expiry_heap expiry;
	struct limit_bucket limits[LIMIT_LIMITS][LIMITS];
	struct challenges challenges;
	struct bucket strangers; /* digests for senders at unknown addresses */
	struct bucket wasted;    /* wrong passphrases of any sender */
	struct bucket refusals;  /* records of refused clients */
	struct snapshot snapshot;
	uint64_t random;  /* calls of core_random */
	uint64_t fan_out; /* number of the current one */
	uint64_t turns;   /* number of waits begun */
	struct variant variants[VARIANTS];
	uint32_t variant_count;
	bool stopped;
	struct expiry settling; /* after a reload, the next session or the next round of them */
	uint32_t settle_at;     /* the session checked last */
	uint32_t mend_at[8];    /* likewise, for each kind that is checked (core/mend.c) */
	uint64_t counter[COUNT_COUNTERS];
};

/* The context of one step. */
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
	size_t len; /* of the datagram */
};

static inline void count(struct step *step, enum counter counter)
{
	step->core->counter[counter]++;
}

/* Whatever depends on a passphrase: is it so? A replay has no passphrases, but the verdicts. */
static inline bool judged(struct step *step, bool verdict)
{
	return actions_judged(step->actions, verdict);
}

uint32_t core_random(struct core *core); /* never 0 */

/* The configuration section of a row; for a session its listener, NULL for an uplink. */
static inline const struct conf_listener *listener_conf(const struct core *core,
                                                        const struct session *s)
{
	return session_is_uplink(s) ? NULL : &core->conf->listener[s->at.socket];
}

static inline const struct conf_peer *peer_conf(const struct core *core, const struct peer *p)
{
	return &core->conf->peer[p->row.index];
}

static inline const struct conf_uplink *uplink_conf(const struct core *core, const struct uplink *u)
{
	return &core->conf->uplink[u->row.index];
}

#endif
