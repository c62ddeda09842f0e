/*
 * Bursts: which stream is it of, which conference does it speak in, who hears it.
 *
 * A stream is placed once, at its first frame: it runs in its conference, waits because somebody
 * else speaks there, or is ignored because nobody may hear it. From then on a frame is judged by
 * sequence and budget and fanned out to the conference's subscriptions. Slots that have the call
 * open stay with it until it ends; others may join at its start or, behind a header of ours, at a
 * burst A.
 */
#include "core/route.h"

#include "core/call.h"
#include "core/deliver.h"
#include "core/dial.h"
#include "core/kind.h"
#include "core/number.h"
#include "core/place.h"
#include "core/player.h"
#include "core/relay.h"
#include "core/rewrite.h"
#include "core/rows.h"
#include "core/sequence.h"
#include "core/subscribe.h"
#include "core/why.h"

#define COLLISION_MS ((tick_t)360) /* one superframe */
#define BUDGET_DEPTH 50            /* decision 14: clumped senders are normal */
#define BEGUN_RATE 10000           /* thousandths of a stream per second and client */
#define BEGUN_DEPTH 60             /* an SMS is some fifteen streams at once */

/* The sender's side of the end: his slot, his timers, and what the call was a command for. */
static void released(struct step *step, struct session *s, struct stream *x, enum cause cause)
{
	struct slot *slot = &s->slot[x->slot - 1];

	if (handle_equal(slot->talk, pool_handle(&x->row)))
		slot->talk = HANDLE_NONE;
	if (x->data || cause == CAUSE_SESSION_END)
		return;
	if (x->denied || step->core->stopped || session_is_uplink(s))
		return;
	if (dial_is_command(x))
		dial_command(step, s, x);
	else if (x->topic == ECHO_TG)
		player_echo(step, s, x);
	if (!x->unit)
		subscribe_touch(step, s, x->slot, x->dst);
}

void stream_end(struct step *step, struct stream *x, enum cause cause)
{
	struct core *core = step->core;
	struct session *s = session_get(&core->sessions, x->session);

	call_leave(step, x, cause);
	if (s)
		released(step, s, x, cause);
	player_drop_recording(core, x);
	stream_bury(&core->streams, x, step->now, cause);
}

/*
 * Alias and position beside the bursts: they name the radio alone, so its call is found by where it
 * was heard. Those DMRGateway relays name none that is here (wire/hbp.h).
 */
void route_talker(struct step *step, const struct incoming *in)
{
	struct core *core = step->core;
	const struct hbp_message *m = in->message;
	const struct location *at = location_find(&core->locations, m->alias.src);
	struct session *s = at ? session_find(&core->sessions, at->client) : NULL;

	count(step, COUNT_ALIAS_BLOCKS);
	if (!s || !endpoint_same(&s->at, in->from))
		return;
	struct stream *x = stream_get(&core->streams, s->slot[at->slot - 1].talk);
	if (!x || x->src != m->alias.src || x->data)
		return;
	bool news = m->kind == HBP_ALIAS ? rewrite_learn_alias(x, m->alias.block, m->alias.octets)
	                                 : rewrite_learn_position(x, m->alias.octets);
	if (news && x->told)
		rows_call(step, x, CHANGE_UPDATE, CAUSE_NONE);
}

void stream_cut(struct step *step, struct stream *x, enum cause cause)
{
	call_leave(step, x, cause);
	x->state = CALL_IGNORED;
}

void stream_expire(struct step *step, const struct expiry_entry *e)
{
	struct stream *x = stream_get(&step->core->streams, e->row);

	if (x && expiry_due(&step->core->expiry, &x->expiry, e, step->now))
		stream_end(step, x, x->data ? CAUSE_NONE : CAUSE_TIMEOUT);
}

/*
 * May an id that has ended begin again? After a terminator frames are judged by sequence for 1 s;
 * what we cut off stays cut off until 1 s of silence (decision 10).
 */
static bool may_begin(struct step *step, uint32_t origin, const struct hbp_burst *b)
{
	struct tombstone *t = tombstone_find(&step->core->streams, origin, b->stream);
	uint32_t lost;

	if (burst_is_terminator(b))
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

	if (!old || old->data || burst_is_data(b))
		return true;
	if (old->src != b->src && step->now - old->last < COLLISION_MS) {
		count(step, COUNT_COLLISION);
		why_call(step, old, "goes on: on its slot began", b->src);
		return false;
	}
	stream_end(step, old, CAUSE_SUPERSEDED);
	return true;
}

/* A row for the burst's stream, when there is room. */
static struct stream *add(struct step *step, uint32_t origin, const struct hbp_burst *b)
{
	struct stream *x = stream_add(&step->core->streams, origin, b->stream, burst_is_data(b));

	if (!x) {
		count(step, COUNT_STREAMS_FULL);
		return NULL;
	}
	x->slot = 1;
	x->unit = b->unit;
	x->src = b->src;
	x->dst = b->dst;
	x->started = x->last = step->now;
	x->lc = lc_make(FLCO_GROUP, b->dst, b->src);
	sequence_start(&x->sequence, b->seq);
	return x;
}

static struct stream *begin(struct step *step, struct session *s, struct slot *slot,
                            const struct hbp_burst *b)
{
	if (!may_begin(step, s->id, b)) {
		count(step, COUNT_AFTER_END);
		return NULL;
	}
	if (!clear_the_slot(step, slot, b))
		return NULL;
	if (!bucket_take(&s->begun, step->now, BEGUN_RATE, BEGUN_DEPTH)) {
		count(step, COUNT_BUDGET);
		why_client(step, s->id, "rate limited: too many transmissions begun");
		return NULL;
	}
	struct stream *x = add(step, s->id, b);
	if (!x) {
		why_client(step, s->id, "refused: the table of streams is full");
		slot->mute_until = step->now + STREAM_SILENCE_MS;
		slot_close(step, s, slot, true);
		return NULL;
	}
	x->session = pool_handle(&s->row);
	x->slot = session_slot_number(s, slot);
	return x;
}

static bool in_budget(struct step *step, struct stream *x)
{
	uint32_t rate = step->core->conf->limits.frames_per_second;

	if (rate == 0 || bucket_take(&x->budget, step->now, (int64_t)rate * 1000, BUDGET_DEPTH))
		return true;
	count(step, COUNT_BUDGET);
	why_call(step, x, "rate limited: frames come too fast", 0);
	return false;
}

static void note_lost(const struct core *core, const struct stream *x, uint32_t lost)
{
	struct peer *p = peer_of(core, x);
	struct uplink *u = uplink_of(core, x);

	if (p)
		p->lost_total += lost;
	if (u)
		u->lost_total += lost;
}

/* Is it the next frame of its stream? */
static bool in_order(struct step *step, struct stream *x, const struct hbp_burst *b)
{
	uint32_t lost;

	switch (sequence_judge(&x->sequence, b->seq, &lost)) {
	case ORDER_NEXT:
		x->lost += lost;
		note_lost(step->core, x, lost);
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
	if (!x->data && rewrite_learn(x, b) && x->told)
		rows_call(step, x, CHANGE_UPDATE, CAUSE_NONE);
}

/* A copy that comes back by a link does not take a radio away from the client that hears it now. */
static void learn_location(struct step *step, const struct stream *x)
{
	struct locations *t = &step->core->locations;
	const struct location *at = location_find(t, x->src);

	if (x->origin < ORIGIN_UPLINK || !at || at->client >= ORIGIN_UPLINK ||
	    step->now - at->at >= STREAM_SILENCE_MS)
		location_learn(t, x->src, x->origin, x->slot, step->now);
}

/* Any uplink, carried or not, holds the slot and ends what it hears. */
static void hold_slot(struct step *step, struct session *s, struct slot *slot, struct stream *x)
{
	const struct stream *talk = stream_get(&step->core->streams, slot->talk);

	if (!talk || talk->data)
		slot->talk = pool_handle(&x->row);
	slot->src = x->src;
	slot->stream = x->id;
	if (!x->data) { /* data is no conversation: nothing hangs on to the slot after it */
		slot->topic = x->topic;
		slot->busy_last = step->now;
	}
	learn_location(step, x);
	slot_close(step, s, slot, true);
}

static bool talks_too_long(const struct step *step, const struct stream *x)
{
	tick_t limit = step->core->conf->limits.transmit_timeout_ms;
	return limit && !x->data && step->now - x->started >= limit;
}

/* A frame of a placed stream goes where it may, and ends the call if it is the last. */
static void carry(struct step *step, struct stream *x, const struct hbp_burst *b, bool first)
{
	bool in_transit = stream_is_from_peer(x) && x->state != CALL_IGNORED;

	if ((in_transit || x->state == CALL_RUNNING) && talks_too_long(step, x)) {
		count(step, COUNT_TRANSMIT_TIMEOUTS);
		stream_cut(step, x, CAUSE_TRANSMIT_TIMEOUT);
		why_call(step, x, "cut: it talked too long", 0);
		in_transit = false;
	}
	if (x->state == CALL_WAITING && !relay_is_over(step, x))
		call_take_turn(step, x, b);
	if (!handle_is_none(x->recording))
		player_take(step, x, b);
	if (x->state == CALL_RUNNING)
		deliver_burst(step, x, b, first);
	if (in_transit ||
	    x->state == CALL_RUNNING) /* parallel calls of one conference go on side by side */
		relay_deliver(step, x, b);
	if (burst_is_terminator(b))
		stream_end(step, x, CAUSE_TERMINATOR);
}

/* A stream stays on its slot and stays what it is: no voice passes a busy conference as data. */
static bool belongs(const struct session *s, const struct slot *slot, const struct stream *x,
                    const struct hbp_burst *b)
{
	return x->slot == session_slot_number(s, slot) &&
	       (burst_is_terminator(b) || burst_is_data(b) == x->data);
}

void route_burst(struct step *step, struct session *s, const struct hbp_burst *b)
{
	struct slot *slot = session_slot(s, b->slot);

	count(step, COUNT_BURSTS);
	if (b->stream == 0) {
		count(step, COUNT_NO_STREAM_ID);
		return;
	}
	if (!burst_is_carried(b)) {
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
	carry(step, x, b, first);
}

static struct stream *begin_from_peer(struct step *step, uint32_t origin,
                                      const struct obp_burst *meta)
{
	if (!may_begin(step, origin, &meta->frame)) {
		count(step, COUNT_AFTER_END);
		return NULL;
	}
	struct stream *x = add(step, origin, &meta->frame);
	if (!x)
		return NULL;
	x->server = meta->source_server;
	x->repeater = meta->source_repeater;
	x->hops = meta->hops;
	return x;
}

void route_peer_burst(struct step *step, struct peer *p, const struct obp_burst *meta)
{
	const struct hbp_burst *b = &meta->frame;
	uint32_t origin = ORIGIN_PEER + p->row.index;
	struct stream *x = stream_find(&step->core->streams, origin, b->stream);
	bool first = !x;

	count(step, COUNT_BURSTS);
	if (first)
		x = begin_from_peer(step, origin, meta);
	if (!x)
		return;
	if (x->dst != b->dst || x->unit != b->unit ||
	    (!burst_is_terminator(b) && burst_is_data(b) != x->data)) {
		count(step, COUNT_COLLISION);
		return;
	}
	if (!in_budget(step, x) || (!first && !in_order(step, x, b)))
		return;
	note_frame(step, x, b);
	learn_location(step, x);
	x->delay_ms = p->offset_ms > 0 ? (uint32_t)p->offset_ms : 0; /* 5 s at most */
	if (first)
		place_from_peer(step, x);
	carry(step, x, b, first);
}
