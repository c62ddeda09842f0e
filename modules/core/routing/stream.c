/*
 * The lifecycle of streams: only this file begins and ends them.
 *
 * A stream is identified by origin, stream ID, destination, slot and kind, so one ID on both slots
 * is two calls. The stream ID alone is not enough: hotspots reuse it, and gateways use one ID in
 * several conferences at once.
 *
 * A stream whose end was lost is ended before the next one begins; otherwise the new call would
 * wait for its own predecessor. A tombstone tells whether a call is already over. Only after that
 * check is a new call charged to the budget, so stragglers do not use it up.
 */
#include "core/routing/stream.h"

#include "core/conference/call.h"
#include "core/conference/dial.h"
#include "core/conference/player.h"
#include "core/conference/subscribe.h"
#include "core/delivery/slot.h"
#include "core/delivery/refuse.h"
#include "core/step/number.h"
#include "core/step/sequence.h"
#include "core/step/source.h"
#include "state/pool.h"
#include "wire/frame.h"

#define BEGUN_RATE 10000      /* thousandths of a stream per second and client */
#define BEGUN_DEPTH 60        /* an SMS is some fifteen streams at once */
#define MANY_BEGUN 5          /* share of a client that carries what many radios send */
#define LEFT_MS ((tick_t)180) /* three frames are missing: the talker has stopped or faded */

/* The end on the sender's side: slot, timers, and the command if the call was one. */
static void release(struct step *step, struct session *s, struct stream *x, enum cause cause)
{
	struct slot *slot = &s->slot[slot_index(x->slot)];

	if (handle_equal(slot->talk, pool_handle(&x->row)))
		slot->talk = HANDLE_NONE;
	if (x->data || cause == CAUSE_SESSION_END)
		return;
	if (x->denied || step->core->stopped || session_is_uplink(s))
		return;
	if (dial_is_command(x))
		dial_command(step, s, x);
	else if (x->conversation == ECHO_TG)
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
		release(step, s, x, cause);
	player_drop_recording(core, x);
	stream_bury(&core->streams, x, step->now, cause);
}

void stream_cut(struct step *step, struct stream *x, enum cause cause)
{
	call_leave(step, x, cause);
	x->state = CALL_IGNORED;
}

void stream_expire(struct step *step, void *row)
{
	struct stream *x = row;

	stream_end(step, x, x->data ? CAUSE_NONE : CAUSE_TIMEOUT);
}

void stream_forget_source(struct step *step, struct source source)
{
	struct core *core = step->core;

	POOL_EACH(struct stream *, x, &core->streams.pool) {
		if (source_equal(x->origin, source))
			stream_end(step, x, CAUSE_SESSION_END);
		else if (source.kind == SOURCE_PEER && x->peer == source.index)
			x->peer = PEER_NONE;
	}
	locations_forget(&core->locations, source);
}

static struct stream_key key_of(struct source origin, uint8_t slot, const struct hbp_burst *b)
{
	return (struct stream_key){origin, b->stream, b->dst, slot, b->unit, burst_is_data(b)};
}

/* The mesh has no slots: everything is on the first. */
static struct stream_key key_of_inbound(const struct inbound *in)
{
	uint8_t slot = in->slot ? session_slot_number(in->session, in->slot) : 1;

	return key_of(in->origin, slot, in->burst);
}

struct stream *stream_of(const struct core *core, struct source origin, uint8_t slot,
                         const struct hbp_burst *b)
{
	struct stream_key key = key_of(origin, slot, b);

	return stream_find(&core->streams, &key);
}

static bool has_key(const struct stream *x, const struct stream_key *k)
{
	return x->id == k->id && x->dst == k->dst && source_equal(x->origin, k->origin) &&
	       x->slot == k->slot && x->unit == k->unit && x->data == k->data;
}

/*
 * The stream of a burst. A call does not change its talkgroup: another talkgroup under its ID is
 * another call after a header, or after a fade.
 */
static struct stream *find(const struct step *step, const struct inbound *in)
{
	const struct streams *t = &step->core->streams;
	const struct hbp_burst *b = in->burst;
	const struct stream_key key = key_of_inbound(in);
	struct stream *x = stream_get(t, in->likely);
	struct stream *talk = in->slot ? x : NULL;

	if (x && has_key(x, &key))
		return x;
	x = stream_find(t, &key);
	if (x || !talk || talk->id != b->stream || key.data || b->class == BURST_VOICE_HEADER ||
	    step->now - talk->last >= COLLISION_MS)
		return x;
	return talk;
}

/*
 * Did we miss the end of the last transmission under this key? After a gap, another radio or a
 * restarted sequence is a new one.
 */
static bool is_next(const struct step *step, const struct stream *x, const struct hbp_burst *b)
{
	bool back = (uint8_t)(b->seq - x->sequence.last) >= 128;

	return burst_begins(b) && step->now - x->last >= COLLISION_MS && (back || b->src != x->src);
}

/* Data of the previous session. */
static bool is_left_over(const struct inbound *in, const struct stream *x)
{
	return in->session && !handle_equal(x->session, pool_handle(&in->session->row));
}

struct stream *stream_going_on(struct step *step, const struct inbound *in)
{
	struct stream *x = find(step, in);

	if (!x)
		return NULL;
	if (is_left_over(in, x))
		stream_end(step, x, CAUSE_SESSION_END);
	else if (x->yielded) /* back from a fade while another call speaks: it has to wait */
		stream_end(step, x, CAUSE_TIMEOUT);
	else if (is_next(step, x, in->burst))
		stream_end(step, x, x->data ? CAUSE_NONE : CAUSE_SUPERSEDED);
	else
		return x;
	return NULL;
}

/*
 * May a call that has ended begin again? At once with a header: its sender has keyed up again.
 * Without one, frames after a terminator are judged by sequence for 1 s; a call that we cut off
 * stays cut off until 1 s of silence (decisions 10 and 29).
 */
static enum verdict judge_beginning(struct tombstone *t, const struct hbp_burst *b, tick_t now)
{
	if (b->class == BURST_TERMINATOR)
		return REFUSED_OVER;
	if (!t || now - t->ended >= STREAM_SILENCE_MS)
		return ACCEPTED;
	if (t->cause == CAUSE_TERMINATOR) { /* a sequence that never moved tells nothing */
		uint32_t lost;
		bool next = b->seq != t->sequence.last &&
		            sequence_judge(&t->sequence, b, &lost) == ORDER_NEXT;
		return next ? ACCEPTED : REFUSED_OVER;
	}
	return t->cause == CAUSE_SUPERSEDED ? REFUSED_CUT_OFF : ACCEPTED;
}

/* Two senders at once on a slot: the current call continues. */
static bool collides(const struct step *step, const struct inbound *in)
{
	const struct stream *old =
		in->slot ? stream_get(&step->core->streams, in->slot->talk) : NULL;

	return old && !burst_is_data(in->burst) && old->src != in->burst->src &&
	       step->now - old->last < COLLISION_MS;
}

/* Otherwise its terminator was lost. */
static void clear_the_slot(struct step *step, const struct slot *slot, const struct hbp_burst *b)
{
	struct stream *old = stream_get(&step->core->streams, slot->talk);

	if (old && !burst_is_data(b))
		stream_end(step, old, CAUSE_SUPERSEDED);
}

/*
 * A radio that begins a call elsewhere has ended its previous call, even if the terminator was lost
 * (conference/call ends one of the same conference). Gateways use one ID in several conferences at
 * once, so a call that still gets frames continues.
 */
static void end_what_was_left(struct step *step, struct source origin, const struct hbp_burst *b)
{
	tick_t silence = b->class == BURST_VOICE_HEADER ? LEFT_MS : COLLISION_MS;

	POOL_EACH(struct stream *, x, &step->core->streams.pool) {
		if (!source_equal(x->origin, origin) || x->src != b->src || x->dst == b->dst ||
		    x->data || step->now - x->last < silence)
			continue;
		stream_end(step, x, CAUSE_SUPERSEDED);
		return;
	}
}

/* Ends the sender's previous calls where needed. */
static void end_the_last(struct step *step, const struct inbound *in)
{
	if (in->slot)
		clear_the_slot(step, in->slot, in->burst);
	else if (!burst_is_data(in->burst))
		end_what_was_left(step, in->origin, in->burst);
}

/* A stream without a row still occupies the slot. */
static void hold_without_row(struct step *step, const struct inbound *in)
{
	if (!in->slot)
		return;
	if (burst_is_data(in->burst)) {
		in->slot->data_out = step->now;
		return;
	}
	in->slot->mute_until = step->now + STREAM_SILENCE_MS;
	slot_close(step, in->session, in->slot, true);
}

static void release_without_row(const struct step *step, const struct inbound *in)
{
	if (in->slot)
		in->slot->mute_until = step->now;
}

/* Data keeps its row for a second. The rows of a radio's slot are limited; the oldest is replaced.
 */
static void make_way(struct step *step, struct slot *slot)
{
	struct stream *oldest = stream_get(&step->core->streams, slot->data_in[slot->data_next]);

	if (oldest)
		stream_end(step, oldest, CAUSE_NONE);
}

static void keep_data(struct slot *slot, const struct stream *x)
{
	slot->data_in[slot->data_next] = pool_handle(&x->row);
	slot->data_next = (slot->data_next + 1) % SLOT_DATA_IN;
}

/* When all rows are in use, a call takes that of the data that has been silent longest: otherwise
 * whoever fills the table with data first and calls afterwards would keep out all others. */
static void make_room(struct step *step)
{
	struct streams *t = &step->core->streams;
	struct stream *oldest = NULL;

	if (t->pool.used < pool_size(&t->pool))
		return;
	POOL_EACH(struct stream *, x, &t->pool)
		if (x->data && (!oldest || x->last < oldest->last))
			oldest = x;
	if (oldest)
		stream_end(step, oldest, CAUSE_NONE);
}

/* A row for the stream, if there is room. */
static struct stream *add(struct step *step, const struct stream_key *key, const struct inbound *in)
{
	const struct hbp_burst *b = in->burst;
	bool data = in->slot && key->data && !source_serves_many(step->core, in->origin);

	if (data)
		make_way(step, in->slot);
	if (!key->data)
		make_room(step);
	struct stream *x = stream_add(&step->core->streams, key);
	if (!x)
		return NULL;
	x->src = b->src;
	x->started = x->last = step->now;
	x->lc = lc_make(FLCO_GROUP, b->dst, b->src);
	x->session = in->session ? pool_handle(&in->session->row) : HANDLE_NONE;
	x->server = in->server;
	x->repeater = in->repeater;
	x->hops = in->hops;
	sequence_start(&x->sequence, b);
	if (data)
		keep_data(in->slot, x);
	return x;
}

/* The client's budget; neighbours have their own (mesh/arrive). */
static bool take_share(const struct step *step, const struct inbound *in)
{
	int64_t share = source_serves_many(step->core, in->origin) ? MANY_BEGUN : 1;

	return !in->session || bucket_take(&in->session->budget.begun, step->now,
	                                   BEGUN_RATE * share, BEGUN_DEPTH * share);
}

static void refuse_beginning(struct step *step, enum verdict verdict, const struct inbound *in)
{
	const struct stream *old = verdict == REFUSED_COLLISION
	                                   ? stream_get(&step->core->streams, in->slot->talk)
	                                   : NULL;

	if (!old) {
		refuse_source(step, verdict, in->origin);
		return;
	}
	struct subject subject = refuse_subject(old);
	subject.number = in->burst->src;
	refuse(step, verdict, &subject);
}

struct stream *stream_begin(struct step *step, const struct inbound *in)
{
	const struct stream_key key = key_of_inbound(in);
	struct tombstone *t = in->burst->class == BURST_VOICE_HEADER
	                              ? NULL /* a header begins a call in any case */
	                              : tombstone_find(&step->core->streams, &key);
	enum verdict verdict = judge_beginning(t, in->burst, step->now);
	struct stream *x = NULL;

	if (verdict == ACCEPTED && collides(step, in))
		verdict = REFUSED_COLLISION;
	if (verdict == ACCEPTED) {
		end_the_last(step, in);
		if (!take_share(step, in))
			verdict = REFUSED_BEGUN_TOO_OFTEN;
		else if (!(x = add(step, &key, in)))
			verdict = REFUSED_STREAMS_FULL;
	}
	if (x)
		return x;
	refuse_beginning(step, verdict, in);
	if (verdict == REFUSED_CUT_OFF)
		t->ended = step->now;
	if (in->burst->class == BURST_TERMINATOR)
		release_without_row(step, in);
	else if (verdict != REFUSED_OVER && verdict != REFUSED_COLLISION)
		hold_without_row(step, in);
	return NULL;
}
