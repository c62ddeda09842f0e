/*
 * Bursts: which stream is it of, which conference does it speak in, who hears it.
 *
 * A stream is placed once, at its first frame: it runs in its conference, waits because somebody
 * else speaks there, or is ignored because nobody may hear it. From then on a frame is judged by
 * sequence and budget and fanned out to the conference's subscriptions. Slots that have the call
 * open stay with it until it ends; others may join at its start or, behind a header of ours, at a
 * burst A.
 */
#include "core/inside.h"

#define BUDGET_DEPTH 50  /* decision 14: clumped senders are normal */
#define BEGUN_RATE 10000 /* thousandths of a stream per second and client */
#define BEGUN_DEPTH 60   /* an SMS is some fifteen streams at once */

static struct conference *conference_of(const struct core *core, const struct stream *x)
{
	return conference_at(&core->subscriptions, x->conference);
}

/* Ends what others see and hear of it; the row may stay to ignore the rest of it. */
static void leave(struct step *step, struct stream *x, enum cause cause)
{
	struct core *core = step->core;
	struct conference *c = conference_of(core, x);

	if (x->told)
		rows_call(step, x, CHANGE_END, cause);
	x->told = false;
	deliver_end(step, x, cause != CAUSE_TERMINATOR);
	relay_end(step, x, cause);
	for (size_t i = 0; i < ARRAY_LEN(x->targets); i++)
		x->targets[i].session = HANDLE_NONE;
	if (!c)
		return;
	if (handle_equal(c->speaker, pool_handle(&x->row))) {
		c->speaker = HANDLE_NONE;
		c->free_since = step->now;
	}
	x->conference = POOL_NONE;
	conference_let_go(&core->subscriptions, c);
}

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

	leave(step, x, cause);
	if (s)
		released(step, s, x, cause);
	player_drop_recording(core, x);
	stream_bury(&core->streams, x, step->now, cause);
}

/*
 * Alias and position beside the bursts: they name the radio alone, so its call is found by where it
 * was heard. DMRGateway relays too little of them to be of use.
 */
void route_talker(struct step *step, const struct incoming *in)
{
	struct core *core = step->core;
	const struct hbp_message *m = in->message;
	const struct location *at = location_find(&core->locations, m->alias.src);
	struct session *s = at ? session_find(&core->sessions, at->client) : NULL;

	count(step, COUNT_ALIAS_BLOCKS);
	if (!s || !endpoint_same(&s->at, in->from) || m->alias.len != ALIAS_BLOCK_LEN)
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
	leave(step, x, cause);
	x->state = CALL_IGNORED;
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

static void tell(struct step *step, struct stream *x)
{
	x->told = true;
	rows_call(step, x, CHANGE_BEGIN, CAUSE_NONE);
}

/* Heard by nobody else: recorded, and played back when it ends. */
static void place_echo(struct step *step, struct stream *x)
{
	if (x->data)
		return;
	x->topic = ECHO_TG;
	x->state = CALL_RUNNING;
	player_record(step, x);
	why_call(step, x, handle_is_none(x->recording) ? "refused: the echo has no room" : "echo",
	         0);
	tell(step, x);
}

/* Speaks in the conference that is its topic, or waits there while another does (decision 8). */
static void join(struct step *step, struct stream *x)
{
	struct core *core = step->core;
	struct conference *c = conference_hold(&core->subscriptions, x->topic);

	x->conference = c->row.index;
	if (x->data || !stream_get(&core->streams, c->speaker)) {
		speak(x, c);
		why_call(step, x, "carried in conference", x->topic);
	} else {
		x->state = CALL_WAITING;
		why_call(step, x, "waits: somebody else speaks in conference", x->topic);
		count(step, COUNT_CALLS_WAITED);
	}
	tell(step, x);
}

/* A call to everybody: which conference it speaks in, and whether it may (decisions 1 and 8). */
static void place_group(struct step *step, struct session *s, struct stream *x)
{
	struct core *core = step->core;

	if (x->dst == ECHO_TG) {
		place_echo(step, x);
		return;
	}
	struct subscription *u =
		x->data ? subscription_find(&core->subscriptions, s, x->slot, x->dst)
			: subscribe_keyed(step, s, x->slot, x->dst);

	if (!u) {
		count(step, COUNT_NOT_CARRIED_TG);
		why_call(step, x, "not carried: this talkgroup is no conference here", 0);
		return;
	}
	uint32_t tg = conference_at(&core->subscriptions, u->conference)->tg;
	if (tg == ECHO_TG) {
		place_echo(step, x);
		return;
	}
	x->topic = tg;
	join(step, x);
}

/* A call to one: a command when it is voice to a number, else to where that radio was heard
 * (decision 18). */
static void place_unit(struct step *step, struct stream *x, bool private_calls)
{
	x->topic = TOPIC_PAIR | (x->src ^ x->dst);
	bool allowed = x->data || private_calls;
	if (!allowed || !locate(step, x)) {
		count(step, COUNT_NOT_CARRIED_UNIT);
		why_call(step, x,
		         allowed ? "not carried: this radio was not heard anywhere"
		                 : "not carried: private calls are off",
		         0);
		return;
	}
	why_call(step, x, "carried to where this radio was heard", 0);
	x->state = CALL_RUNNING;
	tell(step, x);
}

/* A call from an uplink: its map says which conference it speaks in, and it commands nothing. */
static void place_from_uplink(struct step *step, const struct session *s, struct stream *x)
{
	const struct subscriptions *t = &step->core->subscriptions;
	const struct subscription *u =
		x->unit ? NULL : subscription_find(t, s, x->slot, x->dst);

	if (!u) {
		count(step, x->unit ? COUNT_NOT_CARRIED_UNIT : COUNT_NOT_CARRIED_TG);
		why_call(step, x, "not carried: not in the map of this uplink", 0);
		return;
	}
	x->topic = conference_at(t, u->conference)->tg;
	join(step, x);
}

static void place(struct step *step, struct session *s, struct stream *x)
{
	x->state = CALL_IGNORED;
	if (!x->data)
		count(step, COUNT_CALLS);
	const char *denied = access_refuses_call(step, s, x);
	if (denied) {
		count(step, COUNT_DENIED);
		why_call(step, x, denied, 0);
		x->denied = true;
		return;
	}
	if (session_is_uplink(s)) {
		place_from_uplink(step, s, x);
		return;
	}
	if (dial_is_command(x)) {
		why_call(step, x, "command", x->dst);
		return;
	}
	if (x->unit)
		place_unit(step, x, s->private_calls);
	else
		place_group(step, s, x);
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

/* Is it the next frame of its stream? */
static bool in_order(struct step *step, struct stream *x, const struct hbp_burst *b)
{
	uint32_t lost;

	switch (sequence_judge(&x->sequence, b->seq, &lost)) {
	case ORDER_NEXT:
		x->lost += lost;
		if (stream_is_from_peer(x))
			peer_of(step->core, x)->lost_total += lost;
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
	if (!session_is_uplink(s)) /* calls to one radio do not cross */
		location_learn(&step->core->locations, x->src, s->id, x->slot, step->now);
	slot_close(step, s, slot, true);
}

static bool talks_too_long(const struct step *step, const struct stream *x)
{
	tick_t limit = step->core->conf->limits.transmit_timeout_ms;
	return limit && !x->data && step->now - x->started >= limit;
}

/* A refused call is looked at again at each burst A, once its conference has been free for a while.
 */
static void try_to_speak(struct step *step, struct stream *x, const struct hbp_burst *b)
{
	struct conference *c = conference_of(step->core, x);

	if (b->type != HBP_VOICE_SYNC || stream_get(&step->core->streams, c->speaker) ||
	    step->now - c->free_since < BETWEEN_CALLS_MS)
		return;
	speak(x, c);
	why_call(step, x, "carried now: its turn in conference", c->tg);
	rows_call(step, x, CHANGE_UPDATE, CAUSE_NONE);
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
	if (x->state == CALL_WAITING)
		try_to_speak(step, x, b);
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

/* A call from the mesh: known by its number alone, there are no slots and no subscriptions on the
 * way in. */
static void place_from_peer(struct step *step, struct stream *x)
{
	x->state = CALL_IGNORED;
	if (!x->data)
		count(step, COUNT_CALLS);
	if (x->unit) {
		place_unit(step, x, false);
		return;
	}
	x->topic = x->dst;
	join(step, x);
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
	location_learn(&step->core->locations, x->src, origin, 1, step->now);
	x->delay_ms = p->offset_ms > 0 ? (uint32_t)p->offset_ms : 0; /* 5 s at most */
	if (first)
		place_from_peer(step, x);
	carry(step, x, b, first);
}
