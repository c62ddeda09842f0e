#include "core/call.h"

#include "core/contention.h"
#include "core/deliver.h"
#include "core/relay.h"
#include "core/rows.h"
#include "core/why.h"

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

void call_tell(struct step *step, struct stream *x)
{
	x->told = true;
	rows_call(step, x, CHANGE_BEGIN, CAUSE_NONE);
}

void call_join(struct step *step, struct stream *x)
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
	call_tell(step, x);
}

void call_take_turn(struct step *step, struct stream *x, const struct hbp_burst *b)
{
	struct conference *c = conference_of(step->core, x);

	if (b->type != HBP_VOICE_SYNC || stream_get(&step->core->streams, c->speaker) ||
	    step->now - c->free_since < BETWEEN_CALLS_MS)
		return;
	speak(x, c);
	why_call(step, x, "carried now: its turn in conference", c->tg);
	rows_call(step, x, CHANGE_UPDATE, CAUSE_NONE);
}

void call_leave(struct step *step, struct stream *x, enum cause cause)
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
