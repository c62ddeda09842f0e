/*
 * May this slot hear that call now (decision 7)? Asked once per call and slot, when it would be
 * opened; a call that is open stays open.
 */
#include "core/inside.h"

/* Its own radio side wins: while it sends anything, it hears nothing. */
static bool talks(const struct step *step, const struct slot *slot)
{
	return stream_get(&step->core->streams, slot->talk) || step->now < slot->mute_until;
}

/* A prompt of ours, playing or about to, holds the slot against others. */
static bool held_by_player(const struct step *step, const struct slot *slot, const struct stream *x)
{
	return player_get(&step->core->players, slot->player) && !stream_is_local(x);
}

bool contention_may_open(const struct step *step, const struct session *s, const struct slot *slot,
                         const struct stream *x, bool first)
{
	if (s->state != SESSION_CONNECTED || talks(step, slot) || !handle_is_none(slot->heard) ||
	    held_by_player(step, slot, x))
		return false;
	if (stream_is_local(x))
		return true;
	if (slot->topic != x->topic && step->now - slot->busy_last < s->hang)
		return false;
	return first || step->now - slot->closed >= BETWEEN_CALLS_MS;
}
