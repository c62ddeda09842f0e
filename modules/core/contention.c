/*
 * May this slot hear that call now (decision 7)? Asked once per call and slot, when it would be
 * opened; a call that is open stays open.
 */
#include "core/contention.h"

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

/* The conference a slot is busy with; private calls have none. */
static uint32_t conference_of(uint32_t topic)
{
	return topic & TOPIC_PAIR ? 0 : topic;
}

static struct refusal is_taken(const struct step *step, const struct session *s,
                               const struct slot *slot, const struct stream *x)
{
	const struct stream *heard = stream_get(&step->core->streams, slot->heard);

	if (s->state != SESSION_CONNECTED)
		return (struct refusal){.words = "not heard: it is not connected"};
	if (talks(step, slot))
		return (struct refusal){.words = "not heard: its own radio side speaks"};
	if (heard)
		return (struct refusal){"not heard: the slot hears", conference_of(heard->topic),
		                        0};
	if (held_by_player(step, slot, x))
		return (struct refusal){.words = "not heard: an answer of the server comes first"};
	return (struct refusal){.words = NULL};
}

struct refusal contention_refuses(const struct step *step, const struct session *s,
                                  const struct slot *slot, const struct stream *x, bool first)
{
	struct refusal taken = is_taken(step, s, slot, x);
	tick_t quiet = step->now - slot->busy_last, closed = step->now - slot->closed;

	if (taken.words || stream_is_local(x))
		return taken;
	if (slot->topic != x->topic && quiet < s->hang)
		return (struct refusal){"not heard: hang time for", conference_of(slot->topic),
		                        s->hang - quiet};
	if (!first && closed < BETWEEN_CALLS_MS)
		return (struct refusal){"not heard: pause between two calls", 0,
		                        BETWEEN_CALLS_MS - closed};
	return (struct refusal){.words = NULL};
}
