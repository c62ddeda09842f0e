/*
 * What one slot of a client hears: the call it has open, and the frames that go there.
 *
 * Only this file opens and closes calls on a slot: `heard`, `heard_tg` and the stream's count of
 * listeners change together here. contention decides whether a slot may open a call, once per call;
 * an open call stays open until it ends or the slot is closed.
 *
 * A frame is rewritten once per slot number, talkgroup and form, not once per receiver: most of a
 * busy conference shares one form. A new fan-out discards these forms.
 */
#include "core/delivery/slot.h"

#include <string.h>

#include "core/delivery/rewrite.h"
#include "core/step/sequence.h"
#include "core/telling/rows.h"
#include "state/pool.h"

static const struct send *make_send(struct step *step, const struct hbp_burst *b)
{
	struct wr w;
	struct send *send = actions_send(step->actions, &w);

	hbp_write_burst(&w, b);
	send->len = (uint16_t)wr_len(&w);
	send->id_at = HBP_BURST_ID_AT;
	return send;
}

/*
 * The datagram for one (slot, talkgroup, form) of the current frame, made once. `b` is the frame as
 * received: a header of ours takes the sequence number before it.
 */
static const struct send *variant(struct step *step, struct stream *x, const struct hbp_burst *b,
                                  struct form wanted)
{
	struct core *core = step->core;
	struct hbp_burst out;

	for (uint32_t i = 0; i < core->variant_count && i < VARIANTS; i++)
		if (memcmp(&core->variants[i].form, &wanted, sizeof(wanted)) == 0)
			return core->variants[i].send;
	switch ((enum look)wanted.look) {
	case AS_SENT:
	case WITH_ALIAS:
		out = *b;
		if (rewrite_burst(x, &out, wanted.tg))
			count(step, COUNT_REWRITTEN);
		if (wanted.look == WITH_ALIAS)
			rewrite_put_alias(x, &out);
		break;
	case HEADER:
		rewrite_make(x, &out, DMR_VOICE_HEADER, wanted.tg);
		out.seq = (uint8_t)(b->seq - 1);
		break;
	case TERMINATOR:
		rewrite_make(x, &out, DMR_TERMINATOR, wanted.tg);
		out.seq = sequence_next(&x->sequence);
		break;
	}
	out.slot = (uint8_t)wanted.slot;
	out.client = 0;
	const struct send *send = make_send(step, &out);
	core->variants[core->variant_count++ % VARIANTS] = (struct variant){wanted, send};
	return send;
}

void slot_fan_out(struct core *core)
{
	core->fan_out++;
	core->variant_count = 0;
}

/* What a login from a forged address could direct at somebody stays in proportion. One burst is
 * kept for the terminator. */
static bool pay(struct step *step, struct budgets *budget, bool last)
{
	if (budget->credit < (last ? 1 : 2) * HBP_BURST_LEN) {
		count(step, COUNT_UNPROVEN);
		return false;
	}
	budget->credit -= HBP_BURST_LEN;
	return true;
}

static void send_to(struct step *step, struct session *s, const struct send *send)
{
	actions_target(step->actions, send, &s->at, s->id);
	s->frames_out_total++;
	count(step, COUNT_BURSTS_SENT);
}

void slot_send(struct step *step, struct session *s, struct stream *x, const struct hbp_burst *b,
               struct form wanted)
{
	if (s->budget.unproven &&
	    !pay(step, &s->budget, wanted.look == TERMINATOR || b->class == BURST_TERMINATOR))
		return;
	send_to(step, s, variant(step, x, b, wanted));
}

static void send_terminator(struct step *step, struct session *s, const struct slot *slot,
                            struct stream *x)
{
	slot_send(step, s, x, NULL,
	          (struct form){slot->heard_tg, session_slot_number(s, slot), TERMINATOR});
}

static void tell_leg(struct step *step, const struct session *s, const struct slot *slot,
                     const struct stream *x, bool open)
{
	const struct call_leg leg = {
		.to = s->source,
		.slot = session_slot_number(s, slot),
		.tg = slot->heard_tg,
	};

	if (!stream_is_local(x))
		rows_leg(step, x, &leg, open);
}

static void forget(struct step *step, const struct session *s, struct slot *slot, struct stream *x)
{
	tell_leg(step, s, slot, x, false);
	slot->heard = HANDLE_NONE;
	slot->closed = step->now;
	x->listeners--;
}

void slot_close(struct step *step, struct session *s, struct slot *slot, bool tell_listener)
{
	struct stream *x = stream_get(&step->core->streams, slot->heard);

	if (!x)
		return;
	if (tell_listener) {
		slot_fan_out(step->core);
		send_terminator(step, s, slot, x);
	}
	forget(step, s, slot, x);
}

void slot_open(struct step *step, const struct session *s, struct slot *slot, struct stream *x,
               uint32_t tg)
{
	slot->heard = pool_handle(&x->row);
	slot->heard_tg = tg;
	slot->src = x->src;
	slot->stream = x->id;
	x->listeners++;
	tell_leg(step, s, slot, x, true);
}

/* The variants of the current frame belong to another stream. */
void slot_end_prompt(struct step *step, struct session *s, struct slot *slot)
{
	struct stream *x = stream_get(&step->core->streams, slot->heard);
	struct hbp_burst b = {.slot = session_slot_number(s, slot)};

	if (!x || !stream_is_local(x))
		return;
	rewrite_make(x, &b, DMR_TERMINATOR, slot->heard_tg);
	b.seq = sequence_next(&x->sequence);
	if (s->budget.unproven)
		(void)pay(step, &s->budget, true);
	send_to(step, s, make_send(step, &b));
	forget(step, s, slot, x);
}

void slot_end(struct step *step, struct session *s, struct slot *slot, struct stream *x, bool tell)
{
	if (!handle_equal(slot->heard, pool_handle(&x->row)))
		return;
	if (tell)
		send_terminator(step, s, slot, x);
	forget(step, s, slot, x);
}
