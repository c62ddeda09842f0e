/*
 * The listening side: which slots a frame goes to.
 *
 * Input: a frame of a call that may be heard, from route, or from player for the server's own
 * audio. It goes to the subscriptions of the call's conference and to its targets (private calls,
 * data and prompts). Output: one `send` for each distinct form of the frame and one `target` for
 * each receiver.
 *
 * Receivers open a call on a header or on burst A. A slot that joins late therefore waits for the
 * next burst A, preceded by a header of ours with the preceding sequence number.
 *
 * A fan-out is one frame to everybody, numbered by `core->fan_out`:
 *
 *   mark       If two talkgroups of a slot lead to the same conference, it hears the call once,
 *              by the subscription that comes first in the list (state/subscription.h).
 *   variants   A frame is rewritten once per form (delivery/slot).
 *
 * A prompt that is cut off ends outside the variants, because the current frame belongs to another
 * stream. The call that replaces it opens at its next burst A unless it has just begun.
 */
#include "core/delivery/deliver.h"

#include "core/delivery/contention.h"
#include "core/delivery/rewrite.h"
#include "core/delivery/slot.h"
#include "core/delivery/transit.h"
#include "core/telling/decision.h"
#include "state/pool.h"
#include "wire/frame.h"

/* Receivers open a call on a header or on burst A only. */
static bool opens(const struct hbp_burst *b)
{
	return b->class == BURST_VOICE_HEADER || b->class == BURST_A;
}

/* A slot offered a frame, and the talkgroup it would hear it on. */
struct ear {
	struct session *session;
	uint8_t number;
	uint32_t tg;
};

/* For `why`: the reason the slot did not hear the call. */
static void note_refusal(struct step *step, const struct stream *x, const struct ear *ear,
                         const struct refusal *no)
{
	decision_note(step, (struct decision){.who = ear->session->source,
	                                      .radio = x->src,
	                                      .slot = ear->number,
	                                      .tg = ear->tg,
	                                      .words = no->words,
	                                      .number = no->conference,
	                                      .left = no->left});
}

/* Opens the call on a slot, with a header. False if the slot may not hear it now. */
static bool try_open(struct step *step, struct stream *x, const struct hbp_burst *b, bool first,
                     const struct ear *ear)
{
	struct slot *slot = &ear->session->slot[slot_index(ear->number)];

	if (b->class == BURST_TERMINATOR || !(first || opens(b)))
		return false;
	struct refusal no = contention_refuses(step, ear->session, slot, x, first);
	if (no.words) {
		if (first)
			note_refusal(step, x, ear, &no);
		return false;
	}
	if (!handle_is_none(slot->heard)) {
		slot_end_prompt(step, ear->session, slot);
		if (!first)
			return false; /* at the first burst A after the pause */
	}
	slot_open(step, ear->session, slot, x, ear->tg);
	if (b->class != BURST_VOICE_HEADER)
		slot_send(step, ear->session, x, b, (struct form){ear->tg, ear->number, HEADER});
	return true;
}

/* Sends a data frame to a slot if it is free. Opens no call and reports no leg. */
static void offer_data(struct step *step, struct stream *x, const struct hbp_burst *b, bool first,
                       const struct ear *ear)
{
	struct slot *slot = &ear->session->slot[slot_index(ear->number)];
	struct refusal no =
		contention_refuses_data(step, ear->session, slot, x, first || burst_begins(b));

	if (no.words) {
		if (first)
			note_refusal(step, x, ear, &no);
		return;
	}
	slot_end_prompt(step, ear->session, slot);
	/* a late preamble does not replace the blocks it announced */
	if (b->class != BURST_CSBK || !contention_is_in_data(step, slot))
		slot->data = pool_handle(&x->row);
	slot_send(step, ear->session, x, b, (struct form){ear->tg, ear->number, AS_SENT});
}

static bool wants_alias(const struct core *core, const struct session *s)
{
	const struct conf_listener *listener = listener_conf(core, s);

	return listener && listener->alias;
}

/* `first`: the call begins with this frame. */
static void offer(struct step *step, struct stream *x, const struct hbp_burst *b, bool first,
                  const struct ear *ear)
{
	struct slot *slot = &ear->session->slot[slot_index(ear->number)];

	if (slot->mark == step->core->fan_out)
		return;
	slot->mark = step->core->fan_out;
	if (x->data) {
		offer_data(step, x, b, first, ear);
		return;
	}
	if (!handle_equal(slot->heard, pool_handle(&x->row)) && !try_open(step, x, b, first, ear))
		return;
	if (!stream_is_local(x)) {
		slot->conversation = x->conversation;
		slot->busy_last = slot->voice_last = step->now;
	}
	bool alias = rewrite_has_alias(x, b) && wants_alias(step->core, ear->session);
	slot_send(step, ear->session, x, b,
	          (struct form){slot->heard_tg, ear->number, alias ? WITH_ALIAS : AS_SENT});
}

/* Senders do not receive their own call. */
static bool is_own(const struct stream *x, const struct subscription *u)
{
	return !handle_is_none(x->session) && u->session == x->session.index;
}

static void deliver_to_conference(struct step *step, struct stream *x, const struct hbp_burst *b,
                                  bool first)
{
	struct core *core = step->core;
	const struct subscriptions *t = &core->subscriptions;
	const struct conference *c = conference_at(t, x->conference);

	if (c)
		CONFERENCE_EACH(u, t, c)
		{
			struct session *s = pool_at(&core->sessions.pool, u->session);
			if (!s || is_own(x, u) ||
			    (session_is_uplink(s) && !transit_climbs(core, s, x)))
				continue;
			if (!u->active) {
				if (first)
					decision_subscription(step, s, u, "not heard: suspended");
				continue;
			}
			if (x->data && u->rf_tg != x->dst)
				continue; /* data is not remapped: its IDs are inside its blocks */
			offer(step, x, b, first, &(struct ear){s, u->slot, u->rf_tg});
		}
}

void deliver_burst(struct step *step, struct stream *x, const struct hbp_burst *b, bool first)
{
	slot_fan_out(step->core);
	if (x->conference != POOL_NONE)
		deliver_to_conference(step, x, b, first);
	for (size_t i = 0; i < ARRAY_LEN(x->targets); i++) {
		struct session *s = session_get(&step->core->sessions, x->targets[i].session);
		if (s)
			offer(step, x, b, first, &(struct ear){s, x->targets[i].slot, x->dst});
	}
}

void deliver_end(struct step *step, struct stream *x, bool tell)
{
	struct core *core = step->core;
	const struct subscriptions *t = &core->subscriptions;
	const struct conference *c = conference_at(t, x->conference);

	slot_fan_out(core);
	if (c && x->listeners)
		CONFERENCE_EACH(u, t, c)
		{
			struct session *s = pool_at(&core->sessions.pool, u->session);
			if (s)
				slot_end(step, s, &s->slot[slot_index(u->slot)], x, tell);
			if (!x->listeners)
				break;
		}
	for (size_t i = 0; i < ARRAY_LEN(x->targets); i++) {
		struct session *s = session_get(&core->sessions, x->targets[i].session);
		if (s)
			slot_end(step, s, &s->slot[slot_index(x->targets[i].slot)], x, tell);
	}
}
