/*
 * Peers: our neighbours on the mesh, one row per [peer] section, at the section's place. Rows live
 * as long as the core; written by core/link, core/mesh, core/arrive and core/relay alone.
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
 * Who may speak on this link. Today whoever has the key; authenticated admission (certificates over
 * further BC packets) has no wire format yet and will find its state here: where it stands, the
 * endpoint it binds the link to, and when it has to be renewed.
 */
enum admission_state {
	ADMISSION_BY_KEY,
	ADMISSION_AWAITED,
	ADMISSION_GRANTED,
};

struct admission {
	enum admission_state state;
	struct addr bound;
	struct expiry renewal;
};

struct peer {
	struct pool_row row;
	struct endpoint at;
	bool has_address; /* `at` leads somewhere */
	struct obp_key key;
	struct admission admission;
	uint8_t version;      /* highest it has shown to speak, 0 = nothing yet */
	bool up;              /* as told to the reporter */
	tick_t since;         /* of that */
	tick_t heard;         /* last authentic and fresh datagram */
	tick_t stunned_until; /* TICK_LONG_AGO = not, TICK_NEVER = until cleared */
	bool answers_probes;  /* it has quenched a probe again: its silence means something */
	struct expiry timer;  /* keepalive, version, is it still there */
	tick_t version_due;
	struct bucket versions; /* answers to frames of version 1 */
	struct bucket streams;  /* calls it begins */
	bool clock_told;        /* its clock is wrong, or ours, and that was said */
	int64_t offset_ms;      /* our clock minus the last stamp: delay and skew */
	uint64_t newest_ns;     /* highest time stamp of it: others may be sent again by anybody */
	uint64_t frames_in_total, frames_out_total, lost_total, refused_total, stale_total;
	uint64_t quenches_in_total, quenches_out_total;
	uint64_t troubles_told; /* sum of lost, refused, stale and quenches in the row told last */
};

struct peers {
	struct pool pool;
};

void peers_open(struct peers *t, struct arena *arena, uint32_t capacity);

/* The row of every [peer] section, on a real arena. */
void peers_fill(struct peers *t, const struct conf *conf);

struct peer *peer_at(const struct peers *t, uint32_t index);

/* Back to what the configuration says of its address. */
void peer_reset_address(struct peer *p, const struct conf *conf);

static inline bool peer_is_admitted(const struct peer *p)
{
	return p->admission.state != ADMISSION_AWAITED;
}

static inline bool peer_is_stunned(const struct peer *p, tick_t now)
{
	return now < p->stunned_until;
}

#endif
