/*
 * Recordings that are played at fixed intervals. A round takes the sessions in turns, some each
 * second and no more than there are players for, so that it needs no more of them for a thousand
 * sessions than for ten; whose slot is not quiet at his turn is passed over until the next round.
 */
#include "core/announce.h"

#include <string.h>

#include "core/player.h"

#define TURN_MS TICK_SECOND
#define TURN_SESSIONS 16u /* looked at in a turn */

static const struct conf_announcement *conf_of(const struct core *core,
                                               const struct announcement *a)
{
	return &core->conf->announcement[a->row.index];
}

static void schedule(struct step *step, struct announcement *a, tick_t due)
{
	expire_at(step, &a->expiry, EXPIRE_ANNOUNCEMENT, &a->row, due);
}

void announce_open(struct core *core)
{
	for (uint32_t i = 0; i < core->conf->announcement_count; i++) {
		struct announcement *a = pool_take(&core->announcements.pool);
		tick_t every = core->conf->announcement[i].every_ms;

		if (!a)
			return;
		a->at = POOL_NONE;
		a->round = every ? core->started + every : TICK_NEVER;
		a->expiry = expiry_none();
		expiry_set(&core->expiry, &a->expiry, EXPIRE_ANNOUNCEMENT, pool_handle(&a->row),
		           a->round);
	}
}

/* The first round after this one, on the schedule the rounds have had. */
static tick_t next_round(const struct core *core, const struct announcement *a, tick_t now)
{
	tick_t every = conf_of(core, a)->every_ms;

	if (!every)
		return TICK_NEVER;
	if (a->round > now + every)
		return now + every;
	return a->round > now ? a->round : a->round + ((now - a->round) / every + 1) * every;
}

void announce_replan(struct step *step)
{
	struct announcement *a;

	for (uint32_t at = POOL_NONE; (a = pool_next(&step->core->announcements.pool, &at));) {
		if (a->at != POOL_NONE)
			continue; /* a round that has begun goes on to its end */
		a->round = next_round(step->core, a, step->now);
		schedule(step, a, a->round);
	}
}

static bool is_for(const struct core *core, const struct conf_announcement *c,
                   const struct session *s)
{
	return s->state == SESSION_CONNECTED && !session_is_uplink(s) &&
	       (!c->listener[0] ||
	        strcmp(core->conf->listener[s->at.socket].name, c->listener) == 0);
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

void announcement_expire(struct step *step, const struct expiry_entry *e)
{
	struct core *core = step->core;
	struct announcement *a = announcement_get(&core->announcements, e->row);

	if (!a || !expiry_due(&core->expiry, &a->expiry, e, step->now))
		return;
	if (take_turn(step, a)) {
		schedule(step, a, step->now + TURN_MS);
		return;
	}
	a->at = POOL_NONE;
	a->round = next_round(core, a, step->now);
	schedule(step, a, a->round);
}
