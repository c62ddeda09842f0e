/*
 * Recent decisions about a client or radio, then its current state, in plain words.
 */
#include "core/telling/decision.h"

#include "base/text.h"
#include "core/step/source.h"
#include "core/telling/rows.h"

#define TOLD_MAX 24u /* decisions per answer */

/* "4.0 s", "9m47s" */
static void put_left(struct text *t, tick_t left)
{
	if (left < 2 * TICK_MINUTE)
		text_format(t, ", %ld.%ld s left", (long)(left / TICK_SECOND),
		            (long)(left % TICK_SECOND / 100));
	else {
		text_put(t, ", ");
		text_duration(t, left);
		text_put(t, " left");
	}
}

static void tell(struct step *step, uint32_t number, const struct decision *d)
{
	struct record *r =
		actions_record(step->actions, RECORD_DECISION, CHANGE_SNAPSHOT, step->now);

	if (!r)
		return;
	struct decision_record *out = &r->decision;
	struct text t = text_make(out->text, sizeof(out->text));
	const char *link = source_link(step->core, d->who);
	out->number = number;
	out->noted = d->at;
	out->client = d->who.kind == SOURCE_CLIENT ? d->who.index : 0;
	out->radio = d->radio;
	out->slot = d->slot;
	out->tg = d->tg;
	out->times = d->times;
	text_put(&t, d->words);
	if (d->number)
		text_format(&t, " %lu", (unsigned long)d->number);
	if (*link)
		text_format(&t, ", link %s", link);
	if (d->left > 0)
		put_left(&t, d->left);
}

void decision_note(struct step *step, struct decision d)
{
	d.at = step->now;
	decision_add(&step->core->decisions, &d);
}

void decision_source(struct step *step, struct source who, const char *words)
{
	decision_note(step, (struct decision){.who = who, .words = words});
}

void decision_client(struct step *step, uint32_t client, const char *words)
{
	decision_source(step, source_client(client), words);
}

void decision_call(struct step *step, const struct stream *x, const char *words, uint32_t number)
{
	decision_note(step, (struct decision){.who = x->origin,
	                                      .radio = x->src,
	                                      .slot = x->slot,
	                                      .tg = x->dst,
	                                      .words = words,
	                                      .number = number});
}

void decision_subscription(struct step *step, const struct session *s, const struct subscription *x,
                           const char *words)
{
	decision_note(step,
	              (struct decision){
			      .who = s->source, .slot = x->slot, .tg = x->rf_tg, .words = words});
}

static bool is_about(const struct decision *d, uint32_t id)
{
	return source_equal(d->who, source_client(id)) || d->radio == id;
}

/* Oldest first. */
static uint32_t tell_past(struct step *step, const struct command *c)
{
	const struct decisions *t = &step->core->decisions;
	const struct decision *d;
	uint32_t found = 0, ago = 0;

	for (; found < TOLD_MAX && (d = decision_at(t, ago)); ago++)
		found += is_about(d, c->why.id);
	while (ago-- > 0) {
		d = decision_at(t, ago);
		if (is_about(d, c->why.id))
			tell(step, c->number, d);
	}
	return found;
}

static void tell_now(struct step *step, uint32_t number, struct decision d)
{
	d.at = step->now;
	d.times = 0;
	tell(step, number, &d);
}

static const char *words_of(enum slot_state state)
{
	switch (state) {
	case SLOT_IDLE:
		break;
	case SLOT_TALKING:
		return "now: talking in";
	case SLOT_HEARING:
		return "now: hearing";
	case SLOT_HANG:
		return "now: hang time for";
	case SLOT_PROMPT:
		return "now: playing a prompt";
	}
	return NULL;
}

static void tell_slot(struct step *step, uint32_t number, const struct session *s, uint8_t slot)
{
	struct slot_row row;

	rows_fill_slot(step->core, step->now, &row, s, slot);
	struct decision d = {.who = s->source,
	                     .radio = row.src,
	                     .slot = slot,
	                     .words = words_of(row.state),
	                     .number = row.conference};

	if (row.until != TICK_NEVER)
		d.left = row.until - step->now;
	if (d.words)
		tell_now(step, number, d);
}

/* The suspended talkgroups of a slot, as many as fit in an answer. */
static uint32_t tell_suspended(struct step *step, uint32_t number, const struct session *s, int i)
{
	const struct subscriptions *t = &step->core->subscriptions;
	uint32_t count = 0;

	SUBSCRIPTION_EACH(x, t, &s->slot[i]) {
		struct decision d = {.who = s->source,
		                     .slot = x->slot,
		                     .tg = x->rf_tg,
		                     .words = "now: suspended until its timer expires"};
		if (x->active || count == TOLD_MAX)
			continue;
		if (x->expiry.deadline != TICK_NEVER)
			d.left = x->expiry.deadline - step->now;
		tell_now(step, number, d);
		count++;
	}
	return count;
}

static uint32_t tell_session(struct step *step, const struct command *c)
{
	const struct session *s = session_find(&step->core->sessions, c->why.id);
	struct decision d = {.who = source_client(c->why.id), .words = "now: logged in"};

	if (!s)
		return 0;
	if (s->state != SESSION_CONNECTED)
		d.words = "now: passphrase accepted, waiting for its configuration";
	tell_now(step, c->number, d);
	for (uint8_t slot = 1; slot <= 2; slot++) {
		tell_slot(step, c->number, s, slot);
		tell_suspended(step, c->number, s, slot - 1);
	}
	return 1;
}

static uint32_t tell_radio(struct step *step, const struct command *c)
{
	const struct location *at = location_find(&step->core->locations, c->why.id);
	struct decision d = {.radio = c->why.id, .words = "now: last heard at client"};

	if (!at)
		return 0;
	d.slot = at->slot;
	if (at->origin.kind == SOURCE_CLIENT)
		d.number = at->origin.index;
	else
		d.words = "now: last heard through another server";
	tell_now(step, c->number, d);
	return 1;
}

void decision_answer(struct step *step, const struct command *c)
{
	uint32_t count = tell_past(step, c);

	count += tell_session(step, c);
	count += tell_radio(step, c);
	rows_reply(step, c->number, count > 0, count ? "" : "nothing known about this ID");
}
