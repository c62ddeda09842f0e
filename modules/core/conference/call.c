/*
 * Waiting calls get their turn in the order in which they began to wait (decision 32); calls that
 * begin later queue behind them. A call that is silent at the moment is skipped, and one that does
 * not take its turn delays the others only briefly.
 */
#include "core/conference/call.h"

#include "core/delivery/contention.h"
#include "core/delivery/deliver.h"
#include "core/delivery/relay.h"
#include "core/telling/rows.h"
#include "core/telling/decision.h"
#include "state/pool.h"
#include "wire/frame.h"

static struct conference *conference_of(const struct core *core, const struct stream *x)
{
	return conference_at(&core->subscriptions, x->conference);
}

static void speak(struct stream *x, struct conference *c)
{
	x->state = CALL_RUNNING;
	if (!x->data)
		c->speaker = pool_handle(&x->row);
}

#define TURN_MS (2 * COLLISION_MS) /* time to take a turn once the conference is free */

/* Is an eligible caller with an earlier turn than `turn` waiting? */
static bool is_ahead(const struct step *step, const struct conference *c, uint64_t turn)
{
	bool free = !stream_get(&step->core->streams, c->speaker);

	if (c->streams < 2 || (free && step->now - c->free_since >= BETWEEN_CALLS_MS + TURN_MS))
		return false;
	POOL_EACH(const struct stream *, x, &step->core->streams.pool)
		if (x->state == CALL_WAITING && x->conference == c->row.index && x->turn < turn &&
		    step->now - x->last < COLLISION_MS && !relay_is_over(step, x))
			return true;
	return false;
}

static void wait_for_turn(struct step *step, struct stream *x)
{
	x->state = CALL_WAITING;
	x->turn = ++step->core->turns;
	decision_call(step, x, "waiting: someone else is talking in", x->conversation);
	count(step, COUNT_CALLS_WAITED);
}

void call_tell(struct step *step, struct stream *x)
{
	x->told = true;
	rows_tell(step, KIND_STREAM, x, CHANGE_BEGIN, CAUSE_NONE);
}

void call_leave(struct step *step, struct stream *x, enum cause cause)
{
	struct core *core = step->core;
	struct conference *c = conference_of(core, x);

	if (x->told)
		rows_tell(step, KIND_STREAM, x, CHANGE_END, cause);
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

/*
 * Did the speaker's call end without a terminator reaching us? A header from the same radio on the
 * same path shows it; for another talker a superframe of silence is enough.
 */
static bool is_left(const struct step *step, const struct stream *speaker, const struct stream *x)
{
	bool again =
		x->has_header && speaker->src == x->src && source_equal(speaker->origin, x->origin);

	return again || step->now - speaker->last >= COLLISION_MS;
}

/* Makes room for the next call. An earlier call of the same radio is over; another radio's may only
 * have faded, and waits for a turn when it returns. */
static void yield(struct step *step, struct stream *speaker, const struct stream *next)
{
	bool over = speaker->src == next->src && source_equal(speaker->origin, next->origin);

	call_leave(step, speaker, over ? CAUSE_SUPERSEDED : CAUSE_TIMEOUT);
	speaker->state = CALL_IGNORED;
	speaker->yielded = !over;
}

void call_join(struct step *step, struct stream *x)
{
	struct core *core = step->core;
	struct conference *c = conference_hold(&core->subscriptions, x->conversation);
	struct stream *speaker = stream_get(&core->streams, c->speaker);

	bool waits = !x->data &&
	             (is_ahead(step, c, UINT64_MAX) || (speaker && !is_left(step, speaker, x)));

	x->conference = c->row.index;
	if (waits) {
		wait_for_turn(step, x);
	} else {
		if (speaker && !x->data)
			yield(step, speaker, x);
		speak(x, c);
		decision_call(step, x, "carried in talkgroup", x->conversation);
	}
	call_tell(step, x);
}

bool call_take_turn(struct step *step, struct stream *x, const struct hbp_burst *b)
{
	struct conference *c = conference_of(step->core, x);
	struct stream *speaker = stream_get(&step->core->streams, c->speaker);
	bool left = speaker && is_left(step, speaker, x);

	if (b->class != BURST_A ||
	    (speaker ? !left : step->now - c->free_since < BETWEEN_CALLS_MS) ||
	    is_ahead(step, c, x->turn))
		return false;
	if (left)
		yield(step, speaker, x);
	speak(x, c);
	decision_call(step, x, "carried now: its turn in talkgroup", c->tg);
	rows_tell(step, KIND_STREAM, x, CHANGE_UPDATE, CAUSE_NONE);
	return left;
}
