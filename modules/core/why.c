/*
 * Why did it not work? The last decisions about a client or a radio, and how things stand with it
 * now, in plain words.
 */
#include "core/why.h"

#include "base/text.h"
#include "core/rows.h"

#define TOLD_MAX 24u /* decisions in one answer */

static void tell(struct step *step, uint32_t number, const struct decision *d)
{
	struct record *r =
		actions_record(step->actions, RECORD_DECISION, CHANGE_SNAPSHOT, step->now);

	if (!r)
		return;
	struct decision_record *out = &r->decision;
	struct text t = text_make(out->text, sizeof(out->text));
	out->number = number;
	out->noted = d->at;
	out->client = d->client;
	out->radio = d->radio;
	out->slot = d->slot;
	out->tg = d->tg;
	out->times = d->times;
	text_put(&t, d->words);
	if (d->number)
		text_format(&t, " %lu", (unsigned long)d->number);
	if (d->left > 0)
		text_format(&t, ", %ld.%ld s left", (long)(d->left / TICK_SECOND),
		            (long)(d->left % TICK_SECOND / 100));
}

void why_note(struct step *step, struct decision d)
{
	d.at = step->now;
	if (d.client > ORIGIN_CLIENT_MAX)
		d.client = 0; /* another server */
	decision_note(&step->core->decisions, &d);
}

void why_client(struct step *step, uint32_t client, const char *words)
{
	why_note(step, (struct decision){.client = client, .words = words});
}

void why_call(struct step *step, const struct stream *x, const char *words, uint32_t number)
{
	why_note(step, (struct decision){.client = x->origin,
	                                 .radio = x->src,
	                                 .slot = x->slot,
	                                 .tg = x->dst,
	                                 .words = words,
	                                 .number = number});
}

void why_subscription(struct step *step, const struct session *s, const struct subscription *x,
                      const char *words)
{
	why_note(step, (struct decision){
			       .client = s->id, .slot = x->slot, .tg = x->rf_tg, .words = words});
}

static bool is_about(const struct decision *d, uint32_t id)
{
	return d->client == id || d->radio == id;
}

/* Oldest first. */
static uint32_t tell_past(struct step *step, const struct command *c)
{
	const struct decisions *t = &step->core->decisions;
	const struct decision *d;
	uint32_t found = 0, ago = 0;

	for (; found < TOLD_MAX && (d = decision_at(t, ago)); ago++)
		found += is_about(d, c->client);
	while (ago-- > 0) {
		d = decision_at(t, ago);
		if (is_about(d, c->client))
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
		return "now: its own radio side speaks to";
	case SLOT_HEARING:
		return "now: hears";
	case SLOT_HANG:
		return "now: hang time for";
	case SLOT_PROMPT:
		return "now: held by an answer of the server";
	}
	return NULL;
}

static void tell_slot(struct step *step, uint32_t number, const struct session *s, uint8_t slot)
{
	struct slot_row row;

	rows_fill_slot(step->core, step->now, &row, s, slot);
	struct decision d = {.client = s->id,
	                     .radio = row.src,
	                     .slot = slot,
	                     .words = words_of(row.state),
	                     .number = row.conference};

	if (row.until != TICK_NEVER)
		d.left = row.until - step->now;
	if (d.words)
		tell_now(step, number, d);
}

/* Suspended talkgroups of a slot; as many as an answer holds. */
static uint32_t tell_suspended(struct step *step, uint32_t number, const struct session *s, int i)
{
	const struct subscriptions *t = &step->core->subscriptions;
	uint32_t told = 0;

	for (const struct subscription *x = subscription_at(t, s->slot[i].subscriptions);
	     x && told < TOLD_MAX; x = subscription_at(t, x->slot_next)) {
		struct decision d = {.client = s->id,
		                     .slot = x->slot,
		                     .tg = x->rf_tg,
		                     .words = "now: suspended until its timer has run out"};
		if (x->active)
			continue;
		if (x->expiry.deadline != TICK_NEVER)
			d.left = x->expiry.deadline - step->now;
		tell_now(step, number, d);
		told++;
	}
	return told;
}

static uint32_t tell_session(struct step *step, const struct command *c)
{
	const struct session *s = session_find(&step->core->sessions, c->client);
	struct decision d = {.client = c->client, .words = "now: logged in"};

	if (!s)
		return 0;
	if (s->state != SESSION_CONNECTED)
		d.words = "now: has proved its passphrase, its configuration is awaited";
	tell_now(step, c->number, d);
	for (uint8_t slot = 1; slot <= 2; slot++) {
		tell_slot(step, c->number, s, slot);
		tell_suspended(step, c->number, s, slot - 1);
	}
	return 1;
}

static uint32_t tell_radio(struct step *step, const struct command *c)
{
	const struct location *at = location_find(&step->core->locations, c->client);
	struct decision d = {.radio = c->client, .words = "now: was last heard at client"};

	if (!at)
		return 0;
	d.slot = at->slot;
	d.number = at->client;
	if (at->client > ORIGIN_CLIENT_MAX) {
		d.words = "now: was last heard behind another server";
		d.number = 0;
	}
	tell_now(step, c->number, d);
	return 1;
}

void why_answer(struct step *step, const struct command *c)
{
	uint32_t told = tell_past(step, c);

	told += tell_session(step, c);
	told += tell_radio(step, c);
	rows_reply(step, c->number, told > 0, told ? "" : "nothing is known about this id");
}
