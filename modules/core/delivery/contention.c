/*
 * May this slot hear that call now (decision 7)? Checked once per call and slot, before the call
 * opens; an open call stays open. Data opens nothing, so it is checked frame by frame.
 */
#include "core/delivery/contention.h"

#include "core/step/source.h"

/* Its own radio side wins: while it transmits, the slot hears nothing. */
static bool talks(const struct step *step, const struct slot *slot)
{
	return stream_get(&step->core->streams, slot->talk) || step->now < slot->mute_until;
}

/* An answer of ours, playing or waiting, briefly holds the slot against others. Unsolicited audio
 * gives way. */
static bool held_by_player(const struct step *step, const struct slot *slot)
{
	const struct player *p = player_get(&step->core->players, slot->player);

	return p && p->rank == PLAYER_ANSWER && step->now < p->give_up;
}

static bool gives_way(const struct step *step, const struct slot *slot, const struct stream *heard)
{
	return stream_is_local(heard) && !held_by_player(step, slot);
}

/* The conference that occupies a slot; private calls have none. */
static uint32_t conference_of(uint32_t conversation)
{
	return conversation & CONVERSATION_PAIR ? 0 : conversation;
}

static struct refusal is_taken(const struct step *step, const struct session *s,
                               const struct slot *slot)
{
	const struct stream *heard = stream_get(&step->core->streams, slot->heard);

	if (s->state != SESSION_CONNECTED)
		return (struct refusal){.words = "not heard: not logged in yet"};
	if (s->budget.unproven && s->budget.credit < 2 * HBP_BURST_LEN)
		return (struct refusal){
			.words = "not heard: unknown password, and sends too little"};
	if (talks(step, slot))
		return (struct refusal){.words = "not heard: talking itself"};
	if (heard && !gives_way(step, slot, heard))
		return (struct refusal){"not heard: slot busy with",
		                        conference_of(heard->conversation), 0};
	return (struct refusal){.words = NULL};
}

/* How much longer another conference has to wait. */
static tick_t hang_left(const struct step *step, const struct slot *slot, const struct stream *x,
                        tick_t hang)
{
	tick_t quiet = step->now - slot->busy_last;

	return slot->conversation != x->conversation && quiet < hang ? hang - quiet : 0;
}

static struct refusal in_hang_time(const struct slot *slot, tick_t left)
{
	return (struct refusal){"not heard: hang time for", conference_of(slot->conversation),
	                        left};
}

struct refusal contention_refuses(const struct step *step, const struct session *s,
                                  const struct slot *slot, const struct stream *x, bool first)
{
	struct refusal taken = is_taken(step, s, slot);
	tick_t closed = step->now - slot->closed, hang = hang_left(step, slot, x, s->hang);

	if (taken.words)
		return taken;
	if (step->now - slot->data_out < DATA_HOLDS_MS)
		return (struct refusal){.words = "not heard: sending data itself"};
	if (stream_is_local(x))
		return (struct refusal){.words = NULL};
	if (held_by_player(step, slot))
		return (struct refusal){.words = "not heard: slot reserved for a prompt"};
	if (hang)
		return in_hang_time(slot, hang);
	if (!first && closed < BETWEEN_CALLS_MS)
		return (struct refusal){.words = "not heard: pause between calls"};
	return (struct refusal){.words = NULL};
}

bool contention_is_in_data(const struct step *step, const struct slot *slot)
{
	const struct stream *d = stream_get(&step->core->streams, slot->data);

	return d && step->now - d->last < DATA_LASTS_MS;
}

/* Blocks of two senders must not mix, and radios accept blocks only after a header. */
static const char *spoils(const struct step *step, const struct slot *slot, const struct stream *x,
                          bool begins)
{
	const struct stream *d = stream_get(&step->core->streams, slot->data);

	if (d == x)
		return NULL;
	if (contention_is_in_data(step, slot) && !source_equal(d->origin, x->origin) &&
	    d->src != x->src)
		return "not heard: slot busy with other data";
	return begins ? NULL : "not heard: missed the header";
}

struct refusal contention_refuses_data(const struct step *step, const struct session *s,
                                       const struct slot *slot, const struct stream *x, bool begins)
{
	tick_t hang = tick_first(s->hang, DATA_AFTER_CALL_MS);
	tick_t left = hang_left(step, slot, x, hang);

	if (source_is_gateway(step->core, s->source) && s->state == SESSION_CONNECTED)
		return (struct refusal){.words = NULL};
	struct refusal taken = is_taken(step, s, slot);
	if (taken.words)
		return taken;
	if (left)
		return in_hang_time(slot, left);
	return (struct refusal){session_is_uplink(s) ? NULL : spoils(step, slot, x, begins), 0, 0};
}
