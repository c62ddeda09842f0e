/*
 * May this slot hear that call now (decision 7)? Asked once per call and slot, when it would be opened; a call
 * that is open stays open.
 */
#include "core/inside.h"

/* Its own radio side wins: while it sends anything, it hears nothing. */
static bool talks(const struct step *step, const struct slot *slot)
{
	return stream_get(&step->core->streams, slot->talk) != NULL;
}

bool contention_may_open(const struct step *step, const struct session *s,
                         const struct slot *slot, uint32_t conference, bool first)
{
	if (talks(step, slot) || !handle_is_none(slot->heard))
		return false;
	if (slot->conference != conference && step->now - slot->busy_last < s->hang)
		return false;
	return first || step->now - slot->closed >= BETWEEN_CALLS_MS;
}
