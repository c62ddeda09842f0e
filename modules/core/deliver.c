/*
 * The listening side: which datagrams a frame becomes, which slots have which call open, and how a
 * call is opened and closed towards a slot. A call goes to the subscriptions of its conference, or,
 * when it has none, to its one target (private calls, and what the server itself says).
 */
#include "core/deliver.h"

#include "core/contention.h"
#include "core/kind.h"
#include "core/rewrite.h"
#include "core/rows.h"
#include "core/transit.h"
#include "core/why.h"

/* Receivers open a call on a header or on burst A only. */
static bool opens(const struct hbp_burst *b)
{
	return burst_is_header(b) || b->type == HBP_VOICE_SYNC || burst_is_data(b);
}

static const struct send *make_send(struct step *step, const struct hbp_burst *b)
{
	struct send *send = actions_send(step->actions);

	if (!send)
		return NULL;
	struct wr w = wr_make(send->bytes, sizeof(send->bytes));
	hbp_write_burst(&w, b);
	send->len = (uint16_t)wr_len(&w);
	send->id_at = HBP_BURST_ID_AT;
	return send;
}

/*
 * The datagram for one (slot, talkgroup, form) of the frame under way, made once. `b` is the frame
 * as received: a header of ours takes the sequence number before it.
 */
static const struct send *variant(struct step *step, struct stream *x, const struct hbp_burst *b,
                                  const struct variant *wanted)
{
	struct core *core = step->core;
	struct hbp_burst out;

	for (uint32_t i = 0; i < core->variant_count && i < VARIANTS; i++) {
		const struct variant *v = &core->variants[i];
		if (v->slot == wanted->slot && v->tg == wanted->tg && v->form == wanted->form)
			return v->send;
	}
	switch (wanted->form) {
	case AS_SENT:
	case WITH_ALIAS:
		out = *b;
		if (rewrite_burst(x, &out, wanted->tg))
			count(step, COUNT_REWRITTEN);
		if (wanted->form == WITH_ALIAS)
			rewrite_put_alias(x, &out);
		break;
	case HEADER:
		rewrite_make(x, &out, DMR_VOICE_HEADER, wanted->tg);
		out.seq = (uint8_t)(b->seq - 1);
		break;
	case TERMINATOR:
		rewrite_make(x, &out, DMR_TERMINATOR, wanted->tg);
		out.seq = (uint8_t)(x->sequence.last + 1);
		break;
	}
	out.slot = wanted->slot;
	out.client = 0;
	const struct send *send = make_send(step, &out);
	core->variants[core->variant_count++ % VARIANTS] =
		(struct variant){wanted->slot, wanted->tg, wanted->form, send};
	return send;
}

static void fan_out_begin(struct core *core)
{
	core->fan_out++;
	core->variant_count = 0;
}

static void send_to(struct step *step, struct session *s, const struct send *send)
{
	actions_target(step->actions, send, &s->at, s->told_id);
	s->frames_out_total++;
	count(step, COUNT_BURSTS_SENT);
}

static void send_terminator(struct step *step, struct session *s, const struct slot *slot,
                            struct stream *x)
{
	struct variant wanted = {session_slot_number(s, slot), slot->heard_tg, TERMINATOR, NULL};
	send_to(step, s, variant(step, x, NULL, &wanted));
}

/* Data comes and goes too fast to be told. */
static void tell_leg(struct step *step, const struct session *s, const struct slot *slot,
                     const struct stream *x, bool open)
{
	const struct call_leg leg = {
		.client = s->id,
		.slot = session_slot_number(s, slot),
		.tg = slot->heard_tg,
	};

	if (!x->data && !stream_is_local(x))
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
	if (tell_listener && !x->data) {
		fan_out_begin(step->core);
		send_terminator(step, s, slot, x);
	}
	forget(step, s, slot, x);
}

static void slot_open(struct step *step, const struct session *s, struct slot *slot,
                      struct stream *x, uint32_t tg)
{
	slot->heard = pool_handle(&x->row);
	slot->heard_tg = tg;
	slot->src = x->src;
	slot->stream = x->id;
	x->listeners++;
	tell_leg(step, s, slot, x, true);
}

/* Data has no end of its own: voice, and the sender's next part by whatever way, take its place at
 * once. */
static void end_data(struct step *step, struct session *s, struct slot *slot,
                     const struct stream *x)
{
	const struct stream *old = stream_get(&step->core->streams, slot->heard);

	if (old && old->data && (!x->data || old->origin == x->origin || old->src == x->src))
		slot_close(step, s, slot, false);
}

/* A slot a frame is offered to, and the talkgroup it would be heard as. */
struct ear {
	struct session *session;
	uint8_t number;
	uint32_t tg;
};

/* For who asks why that slot did not hear the call. */
static void note_refusal(struct step *step, const struct stream *x, const struct ear *ear,
                         const struct refusal *no)
{
	why_note(step, (struct decision){.client = ear->session->id,
	                                 .radio = x->src,
	                                 .slot = ear->number,
	                                 .tg = ear->tg,
	                                 .words = no->words,
	                                 .number = no->conference,
	                                 .left = no->left});
}

/* Opens the call towards a slot that may hear it, behind a header. False when it may not, now. */
static bool try_open(struct step *step, struct stream *x, const struct hbp_burst *b, bool first,
                     const struct ear *ear)
{
	struct slot *slot = &ear->session->slot[ear->number - 1];
	struct variant header = {ear->number, ear->tg, HEADER, NULL};

	end_data(step, ear->session, slot, x);
	if (burst_is_terminator(b) || !(first || opens(b)))
		return false;
	struct refusal no = contention_refuses(step, ear->session, slot, x, first || x->data);
	if (no.words) {
		if (first)
			note_refusal(step, x, ear, &no);
		return false;
	}
	slot_open(step, ear->session, slot, x, ear->tg);
	if (!x->data && !burst_is_header(b))
		send_to(step, ear->session, variant(step, x, b, &header));
	return true;
}

static bool wants_alias(const struct core *core, const struct session *s)
{
	return !session_is_uplink(s) && core->conf->listener[s->at.socket].alias;
}

/* `first`: the call begins with this frame. */
static void offer(struct step *step, struct stream *x, const struct hbp_burst *b, bool first,
                  const struct ear *ear)
{
	struct slot *slot = &ear->session->slot[ear->number - 1];

	if (slot->mark == step->core->fan_out)
		return;
	slot->mark = step->core->fan_out;
	if (!handle_equal(slot->heard, pool_handle(&x->row)) && !try_open(step, x, b, first, ear))
		return;
	if (!stream_is_local(x) && !x->data) { /* nothing hangs on to the slot after data */
		slot->topic = x->topic;
		slot->busy_last = step->now;
	}
	bool alias = rewrite_has_alias(x, b) && wants_alias(step->core, ear->session);
	struct variant wanted = {ear->number, slot->heard_tg, alias ? WITH_ALIAS : AS_SENT, NULL};
	send_to(step, ear->session, variant(step, x, b, &wanted));
}

/* Nobody hears himself. */
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

	for (const struct subscription *u = subscription_at(t, c->subscriptions); u;
	     u = subscription_at(t, u->next)) {
		struct session *s = pool_at(&core->sessions.pool, u->session);
		if (is_own(x, u) || (session_is_uplink(s) && !transit_climbs(core, s, x)))
			continue;
		if (!u->active) {
			if (first)
				why_subscription(step, s, u, "not heard: suspended");
			continue;
		}
		if (x->data && u->rf_tg != x->dst)
			continue; /* the ids of a data call stand inside its blocks: it is not
			             remapped */
		offer(step, x, b, first, &(struct ear){s, u->slot, u->rf_tg});
	}
}

void deliver_burst(struct step *step, struct stream *x, const struct hbp_burst *b, bool first)
{
	fan_out_begin(step->core);
	if (x->conference != POOL_NONE)
		deliver_to_conference(step, x, b, first);
	for (size_t i = 0; i < ARRAY_LEN(x->targets); i++) {
		struct session *s = session_get(&step->core->sessions, x->targets[i].session);
		if (s)
			offer(step, x, b, first, &(struct ear){s, x->targets[i].slot, x->dst});
	}
}

static void end_at(struct step *step, struct stream *x, struct session *s, uint8_t number,
                   bool tell)
{
	struct slot *slot = &s->slot[number - 1];

	if (!handle_equal(slot->heard, pool_handle(&x->row)))
		return;
	if (tell && !x->data)
		send_terminator(step, s, slot, x);
	forget(step, s, slot, x);
}

void deliver_end(struct step *step, struct stream *x, bool tell)
{
	struct core *core = step->core;
	const struct subscriptions *t = &core->subscriptions;
	const struct conference *c = conference_at(t, x->conference);

	fan_out_begin(core);
	for (const struct subscription *u = c ? subscription_at(t, c->subscriptions) : NULL;
	     u && x->listeners; u = subscription_at(t, u->next))
		end_at(step, x, pool_at(&core->sessions.pool, u->session), u->slot, tell);
	for (size_t i = 0; i < ARRAY_LEN(x->targets); i++) {
		struct session *s = session_get(&core->sessions, x->targets[i].session);
		if (s)
			end_at(step, x, s, x->targets[i].slot, tell);
	}
}
