/*
 * The path of a burst, from its arrival to the fan-out.
 *
 * Input: bursts of sessions (a server we log in to is a session too) and of neighbours, on one
 * path; mesh/arrive has already checked the neighbours' MAC and that this copy of the call is used.
 * Output: frames, through deliver to slots and through relay to neighbours.
 *
 * Other files decide: stream, whether a burst continues a stream or begins one; place, where a call
 * goes; conference/call, who may speak; deliver, which slots hear it. A stream is placed once, by
 * its first frame, and runs, waits or is ignored from then on.
 *
 * The order of the steps for one burst:
 *
 *   1. Refuse. First the checks that need no row: no stream ID, a type we do not carry, a slot over
 *      its frame budget. A refused burst leaves no row.
 *   2. Find. The stream it continues, else a new one (routing/stream).
 *   3. Judge. Sequence before note_frame, which postpones the timeout: duplicates and late frames
 *      must not keep a call alive that is no longer sent.
 *   4. Place. First frame only. It may subscribe the slot, which then hears this very frame.
 *   5. Hold. The radio's call holds the slot, carried or not: an ignored call still occupies the
 *      repeater.
 *   6. Carry. Take a turn, record, deliver, relay. The terminator goes out before its stream ends,
 *      because the end closes every slot that still has the call open.
 */
#include "core/routing/route.h"

#include "core/conference/call.h"
#include "core/delivery/deliver.h"
#include "core/delivery/slot.h"
#include "core/conference/dial.h"
#include "core/step/expire.h"
#include "core/step/kind.h"
#include "core/step/number.h"
#include "core/routing/locate.h"
#include "core/routing/place.h"
#include "core/conference/player.h"
#include "core/delivery/relay.h"
#include "core/delivery/rewrite.h"
#include "core/delivery/refuse.h"
#include "core/step/source.h"
#include "core/telling/rows.h"
#include "core/step/sequence.h"
#include "core/conference/subscribe.h"
#include "state/pool.h"
#include "wire/frame.h"

#define STREAM_DEPTH 50 /* bursty senders are normal (decision 14) */
#define SLOT_DEPTH 60   /* over all streams of a slot (decision 38) */
#define MANY_FRAMES 20  /* share of a slot that carries what many radios send */

/* May this slot send another frame now, of any stream? */
static bool take_of_slot(const struct step *step, struct session *s, const struct slot *slot)
{
	int64_t share = source_serves_many(step->core, s->source) ? MANY_FRAMES : 1;
	int64_t rate = (int64_t)step->core->conf->limits.frames_per_second * share;
	struct bucket *b = &s->budget.frames[slot - s->slot];

	return rate == 0 || bucket_take(b, step->now, rate * 1000, SLOT_DEPTH * share);
}

/*
 * Alias and position beside the bursts: they contain only the radio's ID, so its call is found by
 * where the radio was heard. Those that DMRGateway relays match no call here (wire/hbp.h). They
 * count as frames of the slot: each may change what is reported of the call.
 */
void route_talker(struct step *step, const struct incoming *in)
{
	struct core *core = step->core;
	const struct hbp_message *m = in->message;
	const struct location *at = location_find(&core->locations, m->alias.src);
	struct session *s = at ? source_session(core, at->heard) : NULL;

	count(step, COUNT_ALIAS_BLOCKS);
	if (!s || !endpoint_same(&s->at, in->from))
		return;
	struct slot *slot = &s->slot[slot_index(at->heard_slot)];
	struct stream *x = stream_get(&core->streams, slot->talk);
	if (!x || x->src != m->alias.src)
		return;
	if (!take_of_slot(step, s, slot)) {
		refuse_call(step, REFUSED_TOO_FAST, x);
		return;
	}
	bool news = m->kind == HBP_ALIAS ? rewrite_learn_alias(x, m->alias.block, m->alias.octets)
	                                 : rewrite_learn_position(x, m->alias.octets);
	if (news)
		rows_tell(step, KIND_STREAM, x, CHANGE_UPDATE, CAUSE_NONE);
}

/* Keeps one of the many transmissions on a link from using up the link's budget. */
static bool take_of_stream(const struct step *step, struct stream *x)
{
	uint32_t rate = step->core->conf->limits.frames_per_second;

	return x->origin.kind == SOURCE_CLIENT || rate == 0 ||
	       bucket_take(&x->budget, step->now, (int64_t)rate * 1000, STREAM_DEPTH);
}

static void note_lost(const struct core *core, struct stream *x, uint32_t lost)
{
	struct peer *p = source_peer(core, x->origin);
	struct uplink *u = source_uplink(core, x->origin);

	x->lost += lost;
	if (p)
		p->lost_total += lost;
	if (u)
		u->lost_total += lost;
}

/* Is it the next frame of its stream? */
static enum verdict judge_order(struct step *step, struct stream *x, const struct hbp_burst *b)
{
	uint32_t lost;

	switch (sequence_judge(&x->sequence, b, &lost)) {
	case ORDER_NEXT:
		if (lost)
			note_lost(step->core, x, lost);
		break;
	case ORDER_DUPLICATE:
		x->duplicate++;
		return REFUSED_DUPLICATE;
	case ORDER_LATE:
		x->late++;
		return REFUSED_LATE;
	}
	return ACCEPTED;
}

static enum verdict judge_frame(struct step *step, struct stream *x, const struct hbp_burst *b,
                                bool first)
{
	if (!take_of_stream(step, x))
		return REFUSED_TOO_FAST;
	return first ? ACCEPTED : judge_order(step, x, b);
}

static void note_frame(struct step *step, struct stream *x, const struct hbp_burst *b)
{
	x->last = step->now;
	expire_at(step->core, KIND_STREAM, x, step->now + STREAM_SILENCE_MS);
	x->frames++;
	if (!burst_has_type(b))
		x->ber_errors += b->ber;
	if (b->rssi)
		x->rssi = b->rssi;
	if (!x->data && rewrite_learn(x, b) && x->told)
		rows_tell(step, KIND_STREAM, x, CHANGE_UPDATE, CAUSE_NONE);
}

/*
 * Any call from the radio side, carried or not, holds the slot and ends what the slot hears. Data
 * ends nothing: a radio can be answered right after its last block.
 */
static void hold_slot(struct step *step, const struct inbound *in, const struct stream *x)
{
	struct slot *slot = in->slot;

	if (!slot)
		return;
	if (x->data) {
		slot->data_out = step->now;
		return;
	}
	slot->talk = pool_handle(&x->row);
	slot->src = x->src;
	slot->stream = x->id;
	slot->voice_last = step->now;
	slot_close(step, in->session, slot, true);
}

/* Only carried calls leave hang time. For a waiting talker there is none: the call starts at once.
 */
static void keep_conversation(struct step *step, const struct stream *x)
{
	struct session *s = session_get(&step->core->sessions, x->session);
	struct slot *slot = s ? &s->slot[slot_index(x->slot)] : NULL;

	if (!slot || x->data || x->state == CALL_IGNORED)
		return;
	if (x->state == CALL_RUNNING)
		slot->busy_last = step->now;
	else if (slot->conversation != x->conversation)
		slot->busy_last = TICK_LONG_AGO;
	slot->conversation = x->conversation;
}

static bool talks_too_long(const struct step *step, const struct stream *x)
{
	tick_t limit = step->core->conf->limits.transmit_timeout_ms;
	return limit && !x->data && step->now - x->started >= limit;
}

/* Forwards a frame of a placed stream, and ends the call if it is the last. */
static void carry(struct step *step, struct stream *x, const struct hbp_burst *b, bool first)
{
	bool in_transit = stream_is_from_peer(x) && x->state != CALL_IGNORED;
	struct hbp_burst numbered;

	if (x->sequence.ahead) {
		numbered = *b;
		numbered.seq = sequence_out(&x->sequence);
		b = &numbered;
	}
	if ((in_transit || x->state == CALL_RUNNING) && talks_too_long(step, x)) {
		stream_cut(step, x, CAUSE_TRANSMIT_TIMEOUT);
		refuse_call(step, REFUSED_TOO_LONG, x);
		in_transit = false;
	}
	if (x->state == CALL_WAITING && !relay_is_over(step, x))
		first |= call_take_turn(step, x, b);
	keep_conversation(step, x);
	if (!handle_is_none(x->recording))
		player_take(step, x, b);
	if (x->state == CALL_RUNNING)
		deliver_burst(step, x, b, first);
	if (in_transit ||
	    x->state == CALL_RUNNING) /* parallel calls of one conference continue side by side */
		relay_deliver(step, x, b);
	if (b->class == BURST_TERMINATOR)
		stream_end(step, x, CAUSE_TERMINATOR);
}

/* Does the burst have a stream ID, a type we carry, and room in its slot's budget? Bursts of
 * neighbours were checked before. */
static enum verdict judge_burst(const struct step *step, const struct inbound *in)
{
	if (!in->slot)
		return ACCEPTED;
	if (in->burst->stream == 0)
		return REFUSED_NO_STREAM_ID;
	if (!burst_is_carried(in->burst))
		return REFUSED_TYPE;
	return take_of_slot(step, in->session, in->slot) ? ACCEPTED : REFUSED_TOO_FAST;
}

void route_burst(struct step *step, const struct inbound *in)
{
	const struct hbp_burst *b = in->burst;
	enum verdict verdict = judge_burst(step, in);

	count(step, COUNT_BURSTS);
	if (verdict != ACCEPTED) {
		refuse_source(step, verdict, in->origin);
		return;
	}
	struct stream *x = stream_going_on(step, in);
	bool first = !x;
	if (first)
		x = stream_begin(step, in);
	if (!x)
		return;
	verdict = judge_frame(step, x, b, first);
	if (verdict != ACCEPTED) {
		refuse_call(step, verdict, x);
		return;
	}
	note_frame(step, x, b);
	x->delay_ms = in->delay_ms;
	if (first)
		place(step, x);
	locate_learn(step, x, first);
	hold_slot(step, in, x);
	carry(step, x, b, first);
}
