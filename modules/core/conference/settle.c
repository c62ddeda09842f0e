#include "core/conference/settle.h"

#include "core/step/expire.h"
#include "core/step/kind.h"
#include "core/conference/subscribe.h"
#include "state/pool.h"

/* One session per step: the records of a step suffice for one. */
static void schedule(struct step *step, tick_t due)
{
	expire_at(step->core, KIND_SERVER, step->core, due);
}

void settle_open(struct core *core)
{
	core->settling = expiry_none();
}

void settle_begin(struct step *step)
{
	struct core *core = step->core;

	POOL_EACH(struct session *, s, &core->sessions.pool)
		s->unsettled =
			!session_is_uplink(s) && (s->state == SESSION_CONNECTED || s->has_options);
	core->settle_at = POOL_NONE;
	schedule(step, step->now);
}

static bool is_any_left(const struct core *core)
{
	POOL_EACH(const struct session *, s, &core->sessions.pool)
		if (s->unsettled)
			return true;
	return false;
}

void settle_expire(struct step *step, void *row)
{
	struct core *core = row;
	struct session *s;

	do {
		s = pool_next(&core->sessions.pool, &core->settle_at);
	} while (s && !s->unsettled);
	if (s) {
		subscribe_resettle(step, s);
		schedule(step, step->now);
		return;
	}
	core->settle_at = POOL_NONE;
	schedule(step, is_any_left(core) ? step->now + TICK_SECOND : TICK_NEVER);
}
