/*
 * Recordings that are played at fixed intervals. A round handles a few sessions per second, at most
 * as many as there are free players, so a thousand sessions need no more players than ten. A
 * session whose slot is busy at its turn is skipped until the next round.
 */
#include "core/conference/announce.h"

#include <string.h>

#include "core/step/expire.h"
#include "core/step/kind.h"
#include "core/conference/player.h"
#include "state/pool.h"

#define TURN_MS TICK_SECOND
#define TURN_SESSIONS 16u /* sessions checked per turn */

static const struct conf_announcement *conf_of(const struct core *core,
                                               const struct announcement *a)
{
	return &core->conf->announcement[a->row.index];
}

static void schedule(struct step *step, struct announcement *a, tick_t due)
{
	expire_at(step->core, KIND_ANNOUNCEMENT, a, due);
}

static void add(struct core *core, uint32_t place, tick_t now)
{
	struct announcement *a = pool_take_at(&core->announcements.pool, place);
	tick_t every = core->conf->announcement[place].every_ms;

	a->at = POOL_NONE;
	a->round = every ? now + every : TICK_NEVER;
	a->expiry = expiry_none();
	expire_at(core, KIND_ANNOUNCEMENT, a, a->round);
}

void announce_open(struct core *core)
{
	for (uint32_t i = 0; i < core->conf->announcement_count; i++)
		if (core->conf->announcement[i].name[0])
			add(core, i, core->started);
}

/* The next round on the existing schedule. */
static tick_t next_round(const struct core *core, const struct announcement *a, tick_t now)
{
	tick_t every = conf_of(core, a)->every_ms;

	if (!every)
		return TICK_NEVER;
	if (a->round > now + every)
		return now + every;
	return a->round > now ? a->round : a->round + ((now - a->round) / every + 1) * every;
}

/* At this place is another section than before, or none. */
static bool is_gone(const struct core *core, const struct conf *before, uint32_t place)
{
	const struct conf_announcement *is = &core->conf->announcement[place],
				       *was = &before->announcement[place];

	return !is->name[0] || strcmp(is->name, was->name) != 0;
}

static void replan(struct step *step, struct announcement *a)
{
	if (a->at != POOL_NONE)
		return; /* a round in progress is completed */
	a->round = next_round(step->core, a, step->now);
	schedule(step, a, a->round);
}

void announce_follow(struct step *step, const struct conf *before)
{
	struct core *core = step->core;
	struct pool *pool = &core->announcements.pool;

	for (uint32_t i = 0; i < CONF_ANNOUNCEMENTS_MAX; i++) {
		struct announcement *a = pool_at(pool, i);
		if (a && is_gone(core, before, i)) {
			pool_give(pool, a); /* what is being played is played to its end */
			a = NULL;
		}
		if (a)
			replan(step, a);
		else if (core->conf->announcement[i].name[0])
			add(core, i, step->now);
	}
}

static bool is_for(const struct core *core, const struct conf_announcement *c,
                   const struct session *s)
{
	return s->state == SESSION_CONNECTED && !session_is_uplink(s) &&
	       (!c->listener[0] || strcmp(listener_conf(core, s)->name, c->listener) == 0);
}

/* One turn; false when the round is over. */
static bool take_turn(struct step *step, struct announcement *a)
{
	struct core *core = step->core;
	const struct conf_announcement *c = conf_of(core, a);

	for (uint32_t i = 0; i < TURN_SESSIONS; i++) {
		if (!player_has_room(core))
			return true;
		struct session *s = pool_next(&core->sessions.pool, &a->at);
		if (!s)
			return false;
		if (is_for(core, c, s))
			player_announce(step, s, c->recording, c->tg);
	}
	return true;
}

void announce_expire(struct step *step, void *row)
{
	struct announcement *a = row;

	if (take_turn(step, a)) {
		schedule(step, a, step->now + TURN_MS);
		return;
	}
	a->at = POOL_NONE;
	a->round = next_round(step->core, a, step->now);
	schedule(step, a, a->round);
}
