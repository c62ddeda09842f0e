#include "core/routing/locate.h"

#include "core/conference/call.h"
#include "core/step/number.h"

bool locate_is_own(struct source origin, uint32_t radio)
{
	return origin.kind == SOURCE_CLIENT && session_radio(origin.index) == radio;
}

/* A repeater is used by everybody's radios; a hotspot has a radio's ID. */
static bool is_repeater(struct source origin)
{
	return origin.kind == SOURCE_CLIENT && !number_is_radio(origin.index);
}

/* May a radio be there while its own hotspot is connected? */
static bool is_public(struct source origin, uint32_t radio)
{
	return locate_is_own(origin, radio) || is_repeater(origin);
}

static struct session *connected(const struct core *core, uint32_t client)
{
	struct session *s = session_find(&core->sessions, client);

	return s && s->state == SESSION_CONNECTED ? s : NULL;
}

/* Suffixes are 01..99 or 1..9. */
struct session *locate_own(const struct core *core, uint32_t radio)
{
	struct session *s = NULL;

	if (!number_is_radio(radio) || !sessions_of_radio(&core->sessions, radio))
		return NULL;
	s = connected(core, radio);
	for (uint32_t i = 0; !s && i < 100; i++)
		s = connected(core, radio * 100 + i);
	for (uint32_t i = 0; !s && i < 10; i++)
		s = connected(core, radio * 10 + i);
	return s;
}

/* NULL for a location that is too old, or that the radio has left for its own hotspot. */
const struct location *locate_find(const struct step *step, uint32_t radio)
{
	const struct location *at = location_find(&step->core->locations, radio);

	if (!at || step->now - at->at >= LOCATION_AGE_MS)
		return NULL;
	return is_public(at->origin, radio) || !locate_own(step->core, radio) ? at : NULL;
}

/* A position report is for this server, even if it has no gateway for it. */
static bool is_position(const struct stream *x)
{
	return x->unit && x->data && x->dst == DATA_NUMBER && !x->denied;
}

/* In transit for neighbours counts as carried, even if it waits here. */
static bool is_carried(const struct stream *x)
{
	return x->state == CALL_RUNNING || is_position(x) ||
	       (x->state == CALL_WAITING && stream_is_from_peer(x));
}

static bool is_believed(const struct step *step, const struct stream *x)
{
	const struct location *at;

	if (is_public(x->origin, x->src))
		return true;
	if (locate_own(step->core, x->src))
		return false;
	if (!x->unit || x->origin.kind != SOURCE_UPLINK)
		return true;
	at = locate_find(step, x->src);
	return !at || source_equal(at->origin, x->origin);
}

/* A copy returning by a link does not move a radio away from the client that receives it now. */
static bool is_copy(const struct step *step, const struct stream *x)
{
	const struct location *at = x->origin.kind == SOURCE_CLIENT
	                                    ? NULL
	                                    : location_find(&step->core->locations, x->src);

	return at && at->origin.kind == SOURCE_CLIENT && step->now - at->at < STREAM_SILENCE_MS;
}

void locate_learn(struct step *step, struct stream *x, bool first)
{
	struct locations *t = &step->core->locations;

	if (first)
		location_hear(t, x->src, x->origin, x->slot);
	if (!is_carried(x))
		return;
	if (x->locates == LOCATES_UNDECIDED)
		x->locates = is_believed(step, x) ? LOCATES_RADIO : LOCATES_NOBODY;
	if (x->locates == LOCATES_RADIO && !is_copy(step, x))
		location_learn(t, x->src, x->origin, x->slot, step->now);
}
