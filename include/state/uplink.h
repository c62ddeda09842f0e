/*
 * Uplinks: other servers that we log in to as a client, one row per [uplink] section, at the
 * section's index. A reload adds and removes them; written by core/uplink alone.
 *
 * Its traffic belongs to a session of its own: the session's slots are ours on the other server,
 * its static subscriptions are the section's map, and it is connected while the login lasts. It
 * cannot be found by a client ID.
 *
 * Capacity: CONF_UPLINKS_MAX; a configuration with more is refused.
 */
#ifndef STATE_UPLINK_H
#define STATE_UPLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/expiry.h"
#include "base/tick.h"
#include "conf/conf.h"
#include "state/pool.h"
#include "state/session.h"

/* Our last message, which an acknowledgement refers to. */
enum uplink_state {
	UPLINK_WAITS, /* before the next attempt */
	UPLINK_LOGIN,
	UPLINK_KEY,
	UPLINK_CONFIG,
	UPLINK_OPTIONS,
	UPLINK_UP,
};

struct uplink {
	struct pool_row row;
	struct addr target[CONF_TARGETS_MAX]; /* tried in turn; port 0 = none or not yet resolved */
	uint32_t turn;                        /* current target */
	struct endpoint at;
	bool has_address; /* `at` is its address */
	struct handle session;
	uint32_t maps; /* subscriptions of it */
	enum uplink_state state;
	struct expiry timer;   /* next attempt, ping or module frames */
	tick_t round_wait;     /* duration of the next attempt */
	tick_t since;          /* of up or down */
	tick_t heard;          /* last datagram of the server */
	tick_t audio;          /* last burst of it */
	uint32_t pings_missed; /* consecutive ones without an answer */
	tick_t ping_due;
	tick_t module_due; /* TICK_NEVER = the module was requested */
	uint32_t module_step;
	uint64_t lost_total;
	uint64_t refused_total; /* copies */
	uint64_t frames_told;   /* sum of frames as last reported */
};

struct uplinks {
	struct pool pool;
};

void uplinks_open(struct uplinks *t, struct arena *arena, uint32_t capacity);

/* Makes the row of the [uplink] section at that index, which has none yet. */
struct uplink *uplink_add(struct uplinks *t, const struct conf *conf, uint32_t place);

/* Moves to the next target with a known address, if any. */
void uplink_turn(struct uplink *u);

struct uplink *uplink_at(const struct uplinks *t, uint32_t index);

#endif
