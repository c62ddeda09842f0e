/*
 * Uplinks: other servers that we log in to as a client, one row per [uplink] section, at the
 * section's place. Rows live as long as the core; written by core/uplink alone.
 *
 * What crosses is the business of a session of its own, seen from the other side: its slots are
 * those we have over there, its static subscriptions the section's map, and it is connected while
 * the login holds. No client id finds it.
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

/* What we have sent last, and so what an acknowledgement is for. */
enum uplink_state {
	UPLINK_WAITS, /* for the next round */
	UPLINK_LOGIN,
	UPLINK_KEY,
	UPLINK_CONFIG,
	UPLINK_OPTIONS,
	UPLINK_UP,
};

struct uplink {
	struct pool_row row;
	struct addr target[CONF_TARGETS_MAX]; /* tried in turn; port 0 = none, or not known yet */
	uint32_t turn;                        /* whose */
	struct endpoint at;
	bool has_address; /* `at` leads there */
	struct handle session;
	enum uplink_state state;
	struct expiry timer;   /* the next round, ping or module frames */
	tick_t round_wait;     /* how long the next round may take */
	tick_t since;          /* of up or down */
	tick_t heard;          /* last datagram of the server */
	tick_t audio;          /* last burst of it */
	uint32_t pings_missed; /* without an answer, in a row */
	tick_t ping_due;
	tick_t module_due; /* TICK_NEVER = the module is asked for */
	uint32_t module_step;
	uint64_t lost_total;
	uint64_t refused_total; /* copies */
	uint64_t frames_told;   /* sum of frames in the row told last */
};

struct uplinks {
	struct pool pool;
};

void uplinks_open(struct uplinks *t, struct arena *arena, uint32_t capacity);

/* A row for every [uplink] section, on a real arena. */
void uplinks_fill(struct uplinks *t, const struct conf *conf);

/* Goes on to the next target whose address is known, if any is. */
void uplink_turn(struct uplink *u);

struct uplink *uplink_at(const struct uplinks *t, uint32_t index);

#endif
