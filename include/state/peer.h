/*
 * Peers: our neighbours on the mesh, one row per [peer] section, at the section's index. A reload
 * adds and removes them; written by core/link, core/mesh, core/arrive and core/relay alone.
 *
 * Capacity: [limits] peers; a configuration with more is refused.
 */
#ifndef STATE_PEER_H
#define STATE_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bucket.h"
#include "base/expiry.h"
#include "base/tick.h"
#include "conf/conf.h"
#include "state/pool.h"
#include "state/session.h"
#include "wire/obp.h"

/*
 * Who may send on this link: whoever has its key. When the operator changes the key, the old and
 * the new one are both valid for ADMISSION_GRACE, so the two ends need not change at once. We sign
 * with the old one until the neighbour has used the new one or the time is over.
 */
enum admission_state {
	ADMISSION_BY_KEY,
	ADMISSION_RENEWING, /* `other` is the new key, not yet used by the neighbour */
	ADMISSION_RENEWED,  /* `other` is the old key */
};

#define ADMISSION_GRACE (60 * TICK_MINUTE)

struct admission {
	enum admission_state state;
	struct obp_key other;
	tick_t until; /* `other` is valid until then */
};

struct peer {
	struct pool_row row;
	struct endpoint at;
	bool has_address; /* `at` is known */
	bool remembered;  /* ... from before a restart; only where there is no target */
	struct addr target; /* configured or resolved, overrides a learned one; port 0 = none */
	struct obp_key key; /* we sign with */
	struct admission admission;
	uint8_t version;      /* highest version received, 0 = none yet */
	bool up;              /* as last reported */
	tick_t since;         /* of that */
	tick_t heard;         /* last authentic and fresh datagram */
	tick_t stunned_until; /* TICK_LONG_AGO = not, TICK_NEVER = until cleared */
	uint64_t stun_ns;     /* stamp of the latest stun accepted */
	bool stun_spent; /* its stun without a stamp was accepted: a later one may be a replay */
	bool answers_probes; /* it has answered a probe or probes itself, so its silence is
	                        meaningful */
	struct expiry timer; /* next keepalive, version, timeout */
	tick_t keepalive_due, version_due;
	struct bucket versions; /* answers to frames of version 1 */
	struct bucket unproven; /* ... and to keepalives from forbidden addresses */
	struct bucket streams;  /* budget of calls it begins */
	struct bucket frames;   /* budget of everything it sends */
	bool clock_told;        /* its clock or ours is wrong, and that was logged */
	int64_t offset_ms;      /* our clock minus the last stamp: delay and skew */
	uint64_t newest_ns;     /* its highest time stamp: older ones may be replays */
	tick_t newest_at;       /* time of arrival of that frame */
	uint64_t sent_ns;       /* time stamp of the last frame sent to it */
	uint32_t server;        /* the ID in its frames, 0 = not known yet */
	uint64_t frames_in_total, frames_out_total, lost_total, refused_total, stale_total;
	uint64_t quenches_in_total, quenches_out_total;
	uint64_t troubles_told; /* sum of lost, refused, stale and quenches as last reported;
	                           UINT64_MAX: report at the next keepalive in any case */
};

struct peers {
	struct pool pool;
};

void peers_open(struct peers *t, struct arena *arena, uint32_t capacity);

/* Makes the row of the [peer] section at that index, which has none yet. */
struct peer *peer_add(struct peers *t, const struct conf *conf, uint32_t place);

struct peer *peer_at(const struct peers *t, uint32_t index);

/* Resets its address to the configured one. */
void peer_reset_address(struct peer *p, const struct conf *conf);

/* Does a link of its kind stay at its address? */
static inline bool peer_knows_address(const struct peer *p)
{
	return p->has_address && !p->remembered;
}

static inline struct source peer_source(const struct peer *p)
{
	return (struct source){SOURCE_PEER, p->row.index};
}

/* Signed with a valid key? */
MUST_CHECK bool peer_is_authentic(const struct peer *p, tick_t now, const uint8_t *bytes,
                                  size_t len, const struct obp_message *m);

/* Of an authentic message: is it the first with the new key? Then we use it too (peer_take_key). */
MUST_CHECK bool peer_signs_anew(const struct peer *p, const uint8_t *bytes, size_t len,
                                const struct obp_message *m);
void peer_take_key(struct peer *p);

/* Changes the key. False: it is already in force or pending. */
bool peer_renew(struct peer *p, tick_t now, const struct obp_key *key);

/* Ends a renewal that is over; call periodically. */
void peer_renewal_due(struct peer *p, tick_t now);

static inline bool peer_is_stunned(const struct peer *p, tick_t now)
{
	return now < p->stunned_until;
}

#endif
