/*
 * Bursts: which stream is it of, which conference does it speak in, who hears it.
 *
 * A stream is placed once, at its first frame: it runs in its conference, waits because somebody else speaks
 * there, or is ignored because nobody may hear it. From then on a frame is judged by sequence and budget and
 * fanned out to the conference's subscriptions. Slots that have the call open stay with it until it ends; others may
 * join at its start or, behind a header of ours, at a burst A.
 */
#include "core/inside.h"

#define BUDGET_DEPTH 50 /* decision 14: clumped senders are normal */

static bool is_data(const struct hbp_burst *b)
{
	return b->type == HBP_DATA_SYNC && b->detail != DMR_PI_HEADER &&
	       b->detail != DMR_VOICE_HEADER && b->detail != DMR_TERMINATOR;
}

static bool is_terminator(const struct hbp_burst *b)
{
	return b->type == HBP_DATA_SYNC && b->detail == DMR_TERMINATOR;
}

static bool is_header(const struct hbp_burst *b)
{
	return b->type == HBP_DATA_SYNC && b->detail == DMR_VOICE_HEADER;
}

/* Receivers open a call on a header or on burst A only. */
static bool opens(const struct hbp_burst *b)
{
	return is_header(b) || b->type == HBP_VOICE_SYNC || is_data(b);
}

static bool is_carried(const struct hbp_burst *b)
{
	switch (b->type) {
	case HBP_VOICE: return b->detail >= 1 && b->detail <= 5;
	case HBP_VOICE_SYNC: return true;
	case HBP_DATA_SYNC: return b->detail <= DMR_RATE_1_DATA && b->detail != DMR_IDLE;
	}
	return false;
}

static struct conference *conference_of(const struct core *core, const struct stream *x)
{
	return conference_at(&core->subscriptions, x->conference);
}

/* --- sending --- */

static const struct send *make_send(struct step *step, const struct hbp_burst *b)
{
	struct send *send = actions_send(step->actions);

	if (!send)
		return NULL;
	struct wr w = wr_make(send->bytes, sizeof(send->bytes));
	hbp_write_burst(&w, b);
	send->len = (uint8_t)wr_len(&w);
	send->id_at = HBP_BURST_ID_AT;
	return send;
}

/*
 * The datagram for one (slot, talkgroup, form) of the frame under way, made once. `b` is the frame as received;
 * its sequence number serves the header (one before) and the terminator (one after) of ours.
 */
static const struct send *variant(struct step *step, struct stream *x, const struct hbp_burst *b,
                                  const struct variant *wanted)
{
	struct core *core = step->core;
	struct hbp_burst out;

	for (uint32_t i = 0; i < core->variant_count; i++) {
		const struct variant *v = &core->variants[i];
		if (v->slot == wanted->slot && v->tg == wanted->tg && v->form == wanted->form)
			return v->send;
	}
	switch (wanted->form) {
	case AS_SENT:
		out = *b;
		if (rewrite_burst(x, &out, wanted->tg))
			count(step, COUNT_REWRITTEN);
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
	if (core->variant_count < VARIANTS)
		core->variants[core->variant_count++] =
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
	actions_target(step->actions, send, &s->at, s->id);
	s->frames_out_total++;
	count(step, COUNT_BURSTS_SENT);
}

static uint8_t slot_number(const struct session *s, const struct slot *slot)
{
	return slot == &s->slot[0] ? 1 : 2;
}

/* --- the listening side of a slot --- */

static void send_terminator(struct step *step, struct session *s, const struct slot *slot,
                            struct stream *x)
{
	struct variant wanted = {slot_number(s, slot), slot->heard_tg, TERMINATOR, NULL};
	send_to(step, s, variant(step, x, NULL, &wanted));
}

/* Ends what this slot hears. The variants of a fan-out under way must not be reused: a terminator of another call. */
void slot_close(struct step *step, struct session *s, struct slot *slot, bool tell_listener)
{
	struct stream *x = stream_get(&step->core->streams, slot->heard);

	if (!x)
		return;
	if (tell_listener && !x->data) {
		fan_out_begin(step->core);
		send_terminator(step, s, slot, x);
	}
	x->listeners--;
	slot->heard = HANDLE_NONE;
	slot->closed = step->now;
}

static void slot_open(const struct core *core, struct slot *slot, struct stream *x,
                      const struct subscription *u)
{
	slot->heard = pool_handle(&x->row);
	slot->heard_tg = u->rf_tg;
	slot->conference = conference_of(core, x)->tg;
	slot->src = x->src;
	slot->stream = x->id;
	x->listeners++;
}

/* Data comes as many streams: the next one of the same sender takes the place of the last. */
static void give_way_to_data(struct step *step, struct session *s, struct slot *slot,
                             const struct stream *x)
{
	const struct stream *old = stream_get(&step->core->streams, slot->heard);

	if (x->data && old && old->data && old->origin == x->origin)
		slot_close(step, s, slot, false);
}

static void offer(struct step *step, struct stream *x, const struct hbp_burst *b, bool first,
                  const struct subscription *u)
{
	struct session *s = pool_at(&step->core->sessions.pool, u->session);
	struct slot *slot = &s->slot[u->slot - 1];
	struct variant wanted = {u->slot, u->rf_tg, AS_SENT, NULL};

	if (slot->mark == step->core->fan_out)
		return;
	slot->mark = step->core->fan_out;
	if (!handle_equal(slot->heard, pool_handle(&x->row))) {
		uint32_t conference = conference_of(step->core, x)->tg;
		give_way_to_data(step, s, slot, x);
		if (is_terminator(b) || !(first || opens(b)) ||
		    !contention_may_open(step, s, slot, conference, first || x->data))
			return;
		slot_open(step->core, slot, x, u);
		if (!x->data && !is_header(b)) {
			wanted.form = HEADER;
			send_to(step, s, variant(step, x, b, &wanted));
			wanted.form = AS_SENT;
		}
	}
	wanted.tg = slot->heard_tg;
	slot->busy_last = step->now;
	send_to(step, s, variant(step, x, b, &wanted));
}

static void fan_out(struct step *step, struct stream *x, const struct hbp_burst *b, bool first)
{
	struct core *core = step->core;
	const struct subscriptions *t = &core->subscriptions;

	fan_out_begin(core);
	for (const struct subscription *u =
		     subscription_at(t, conference_of(core, x)->subscriptions);
	     u; u = subscription_at(t, u->next)) {
		if (!u->active || u->session == x->session.index)
			continue;
		if (x->data && u->rf_tg != x->dst)
			continue; /* the ids of a data call stand inside its blocks: it is not remapped */
		offer(step, x, b, first, u);
	}
}

/* --- the life of a stream --- */

/* Closes it at every listener, with a terminator of ours unless the sender's own went out. */
static void close_listeners(struct step *step, struct stream *x, bool tell)
{
	struct core *core = step->core;
	const struct subscriptions *t = &core->subscriptions;
	struct handle h = pool_handle(&x->row);

	fan_out_begin(core);
	for (const struct subscription *u =
		     subscription_at(t, conference_of(core, x)->subscriptions);
	     u && x->listeners; u = subscription_at(t, u->next)) {
		struct session *s = pool_at(&core->sessions.pool, u->session);
		struct slot *slot = &s->slot[u->slot - 1];
		if (!handle_equal(slot->heard, h))
			continue;
		if (tell && !x->data)
			send_terminator(step, s, slot, x);
		slot->heard = HANDLE_NONE;
		slot->closed = step->now;
		x->listeners--;
	}
}

/* Takes it out of its conference; the row may stay to ignore the rest of it. */
static void leave(struct step *step, struct stream *x, enum cause cause)
{
	struct core *core = step->core;
	struct conference *c = conference_of(core, x);

	if (!c)
		return;
	rows_call(step, x, CHANGE_END, cause);
	close_listeners(step, x, cause != CAUSE_TERMINATOR);
	if (handle_equal(c->speaker, pool_handle(&x->row))) {
		c->speaker = HANDLE_NONE;
		c->free_since = step->now;
	}
	x->conference = POOL_NONE;
	conference_let_go(&core->subscriptions, c);
}

void stream_end(struct step *step, struct stream *x, enum cause cause)
{
	struct core *core = step->core;
	struct session *s = session_get(&core->sessions, x->session);

	leave(step, x, cause);
	if (s) {
		struct slot *slot = &s->slot[x->slot - 1];
		if (handle_equal(slot->talk, pool_handle(&x->row)))
			slot->talk = HANDLE_NONE;
		if (!x->data && !x->unit)
			subscribe_touch(step, s, x->slot, x->dst);
	}
	stream_bury(&core->streams, x, step->now, cause);
}

void stream_expire(struct step *step, const struct expiry_entry *e)
{
	struct stream *x = stream_get(&step->core->streams, e->row);

	if (x && expiry_due(&step->core->expiry, &x->expiry, e, step->now))
		stream_end(step, x, x->data ? CAUSE_NONE : CAUSE_TIMEOUT);
}

static void speak(struct stream *x, struct conference *c)
{
	x->state = CALL_RUNNING;
	if (!x->data)
		c->speaker = pool_handle(&x->row);
}

/* Which conference it speaks in, and whether it may (decisions 1 and 8). */
static void place(struct step *step, struct session *s, struct stream *x)
{
	struct core *core = step->core;
	struct subscription *u;

	x->state = CALL_IGNORED;
	if (x->unit) {
		count(step, COUNT_NOT_CARRIED_UNIT);
		return;
	}
	u = x->data ? subscription_find(&core->subscriptions, s, x->slot, x->dst)
	            : subscribe_keyed(step, s, x->slot, x->dst);
	if (!u) {
		count(step, COUNT_NOT_CARRIED_TG);
		return;
	}
	struct conference *c = conference_hold(&core->subscriptions,
	                                       conference_at(&core->subscriptions, u->conference)->tg);
	x->conference = c->row.index;
	if (x->data || !stream_get(&core->streams, c->speaker)) {
		speak(x, c);
	} else {
		x->state = CALL_WAITING;
		count(step, COUNT_CALLS_WAITED);
	}
	if (!x->data)
		count(step, COUNT_CALLS);
	rows_call(step, x, CHANGE_BEGIN, CAUSE_NONE);
}

/*
 * May an id that has ended begin again? After a terminator frames are judged by sequence for 1 s; what we cut off
 * stays cut off until 1 s of silence (decision 10).
 */
static bool may_begin(struct step *step, const struct session *s, const struct hbp_burst *b)
{
	struct tombstone *t = tombstone_find(&step->core->streams, s->id, b->stream);
	uint32_t lost;

	if (is_terminator(b))
		return false;
	if (!t || step->now - t->ended >= STREAM_SILENCE_MS)
		return true;
	if (t->cause == CAUSE_TERMINATOR)
		return sequence_judge(&t->sequence, b->seq, &lost) == ORDER_NEXT;
	if (t->cause == CAUSE_SUPERSEDED) {
		t->ended = step->now;
		return false;
	}
	return true;
}

/* The slot's other call, if it has one: a lost terminator, or two senders at once. */
static bool clear_the_slot(struct step *step, struct slot *slot, const struct hbp_burst *b)
{
	struct stream *old = stream_get(&step->core->streams, slot->talk);

	if (!old || old->data || is_data(b))
		return true;
	if (old->src != b->src && step->now - old->last < COLLISION_MS) {
		count(step, COUNT_COLLISION);
		return false;
	}
	stream_end(step, old, CAUSE_SUPERSEDED);
	return true;
}

static struct stream *begin(struct step *step, struct session *s, struct slot *slot,
                            const struct hbp_burst *b)
{
	if (!may_begin(step, s, b)) {
		count(step, COUNT_AFTER_END);
		return NULL;
	}
	if (!clear_the_slot(step, slot, b))
		return NULL;
	struct stream *x = stream_add(&step->core->streams, s->id, b->stream, is_data(b));
	if (!x) {
		count(step, COUNT_STREAMS_FULL);
		return NULL;
	}
	x->session = pool_handle(&s->row);
	x->slot = slot_number(s, slot);
	x->unit = b->unit;
	x->src = b->src;
	x->dst = b->dst;
	x->started = x->last = step->now;
	x->lc = lc_make(FLCO_GROUP, b->dst, b->src);
	sequence_start(&x->sequence, b->seq);
	return x;
}

static bool in_budget(struct step *step, struct stream *x)
{
	uint32_t rate = step->core->conf->limits.frames_per_second;

	if (rate == 0 || bucket_take(&x->budget, step->now, (int64_t)rate * 1000, BUDGET_DEPTH))
		return true;
	count(step, COUNT_BUDGET);
	return false;
}

/* Is it the next frame of its stream? */
static bool in_order(struct step *step, struct stream *x, const struct hbp_burst *b)
{
	uint32_t lost;

	switch (sequence_judge(&x->sequence, b->seq, &lost)) {
	case ORDER_NEXT:
		x->lost += lost;
		return true;
	case ORDER_DUPLICATE:
		x->duplicate++;
		count(step, COUNT_DUPLICATE);
		return false;
	case ORDER_LATE:
		x->late++;
		count(step, COUNT_LATE);
		return false;
	}
	return false;
}

static void note_frame(struct step *step, struct stream *x, const struct hbp_burst *b)
{
	x->last = step->now;
	expire_at(step, &x->expiry, EXPIRE_STREAM, &x->row, step->now + STREAM_SILENCE_MS);
	x->frames++;
	if (b->type != HBP_DATA_SYNC)
		x->ber_errors += b->ber;
	if (b->rssi)
		x->rssi = b->rssi;
	if (!x->data)
		rewrite_learn(x, b);
}

/* Any uplink, carried or not, holds the slot and ends what it hears. */
static void hold_slot(struct step *step, struct session *s, struct slot *slot, struct stream *x)
{
	const struct stream *talk = stream_get(&step->core->streams, slot->talk);
	const struct conference *c = conference_of(step->core, x);

	if (!talk || talk->data)
		slot->talk = pool_handle(&x->row);
	slot->talk_last = slot->busy_last = step->now;
	slot->conference = c ? c->tg : 0;
	slot->src = x->src;
	slot->stream = x->id;
	slot_close(step, s, slot, true);
}

static bool talks_too_long(const struct step *step, const struct stream *x)
{
	tick_t limit = step->core->conf->limits.transmit_timeout_ms;
	return limit && !x->data && step->now - x->started >= limit;
}

/* A refused call is looked at again at each burst A, once its conference has been free for a while. */
static void try_to_speak(struct step *step, struct stream *x, const struct hbp_burst *b)
{
	struct conference *c = conference_of(step->core, x);

	if (b->type != HBP_VOICE_SYNC || stream_get(&step->core->streams, c->speaker) ||
	    step->now - c->free_since < BETWEEN_CALLS_MS)
		return;
	speak(x, c);
	rows_call(step, x, CHANGE_UPDATE, CAUSE_NONE);
}

/* A stream stays on its slot and stays what it is: no voice passes a busy conference as data. */
static bool belongs(const struct session *s, const struct slot *slot, const struct stream *x,
                    const struct hbp_burst *b)
{
	return x->slot == slot_number(s, slot) && (is_terminator(b) || is_data(b) == x->data);
}

void route_burst(struct step *step, struct session *s, const struct hbp_burst *b)
{
	struct slot *slot = session_slot(s, b->slot);

	count(step, COUNT_BURSTS);
	if (b->stream == 0) {
		count(step, COUNT_NO_STREAM_ID);
		return;
	}
	if (!is_carried(b)) {
		count(step, COUNT_NOT_CARRIED_TYPE);
		return;
	}
	struct stream *x = stream_find(&step->core->streams, s->id, b->stream);
	if (x && !handle_equal(x->session, pool_handle(&s->row))) {
		stream_end(step, x, CAUSE_SESSION_END); /* data of the session before this one */
		x = NULL;
	}
	bool first = !x;
	if (first) {
		x = begin(step, s, slot, b);
		if (!x)
			return;
	}
	if (!belongs(s, slot, x, b)) {
		count(step, COUNT_COLLISION);
		return;
	}
	if (!in_budget(step, x) || (!first && !in_order(step, x, b)))
		return;
	note_frame(step, x, b);
	if (first)
		place(step, s, x);
	hold_slot(step, s, slot, x);

	if (x->state == CALL_RUNNING && talks_too_long(step, x)) {
		count(step, COUNT_TRANSMIT_TIMEOUTS);
		leave(step, x, CAUSE_TRANSMIT_TIMEOUT);
		x->state = CALL_IGNORED;
	}
	if (x->state == CALL_WAITING)
		try_to_speak(step, x, b);
	if (x->state == CALL_RUNNING)
		fan_out(step, x, b, first);
	if (is_terminator(b))
		stream_end(step, x, CAUSE_TERMINATOR);
}
