/*
 * Dial-a-TG (decision 15): a private voice call to a number is a command, heard on either slot and
 * carried out when it ends. What is dialled is TG 9 on slot 2.
 */
#include "core/dial.h"

#include "core/number.h"
#include "core/player.h"
#include "core/subscribe.h"

#define LINK_MIN 10u
#define LINK_MAX 999999u

bool dial_is_link(uint32_t number)
{
	return number >= LINK_MIN && number <= LINK_MAX &&
	       (number == ECHO_TG || !tg_is_prohibited(number)) &&
	       (number < DIAL_CLEAR || number > DIAL_STATUS);
}

/* A command is no conversation: nothing hangs on to the slots after it. */
static void release_hang(struct session *s)
{
	s->slot[0].busy_last = s->slot[1].busy_last = TICK_LONG_AGO;
}

void dial_set_default(struct step *step, struct session *s, uint32_t tg)
{
	struct subscription *x = subscribe_link_of(step, s);

	if (x && x->mode == SUBSCRIPTION_DEFAULT)
		subscribe_end(step, s, x, CAUSE_OPERATOR);
	s->dial = tg;
	subscribe_default_link(step, s);
}

bool dial_link(struct step *step, struct session *s, uint32_t tg)
{
	struct subscription *x = subscribe_link_of(step, s);

	if (x)
		subscribe_end(step, s, x, CAUSE_DIALLED);
	if (tg == s->dial) {
		subscribe_default_link(step, s);
		return true;
	}
	x = subscribe_begin(step, s, DIAL_SLOT, DIAL_TG, tg, SUBSCRIPTION_DIAL);
	if (x)
		subscribe_timer(step, s, x);
	else
		subscribe_default_link(step, s);
	return x;
}

/* 4000: nothing dynamic is left, statics are back at once, the default reflector after the timer.
 */
static void clear(struct step *step, struct session *s)
{
	subscribe_clear(step, s);
	subscribe_default_link(step, s);
	struct subscription *x = subscribe_link_of(step, s);
	if (x)
		subscribe_suspend(step, s, x, CAUSE_DIALLED);
}

static void tell_status(struct step *step, struct session *s)
{
	const struct subscription *x = subscribe_link_of(step, s);

	if (x && x->active)
		player_prompt(step, s, PROMPT_LINKED,
		              conference_at(&step->core->subscriptions, x->conference)->tg);
	else
		player_prompt(step, s, PROMPT_NOT_LINKED, 0);
}

void dial_expire(struct step *step, const struct expiry_entry *e)
{
	struct session *s = subscribe_expire(step, e);

	if (!s)
		return;
	subscribe_default_link(step, s);
	tell_status(step, s);
}

static bool is_recording(uint32_t number)
{
	return number >= AUDIO_RECORDING_FIRST && number <= AUDIO_RECORDING_LAST;
}

bool dial_is_command(const struct stream *x)
{
	if (x->data)
		return false;
	if (x->unit)
		return !number_is_radio(x->dst);
	return x->dst == DIAL_CLEAR || is_recording(x->dst);
}

void dial_command(struct step *step, struct session *s, const struct stream *x)
{
	count(step, COUNT_COMMANDS_DIALLED);
	release_hang(s);
	if (x->dst == DIAL_CLEAR)
		clear(step, s);
	if (x->dst == DIAL_CLEAR || x->dst == DIAL_STATUS)
		tell_status(step, s);
	else if (is_recording(x->dst))
		player_recording(step, s, x);
	else if (dial_is_link(x->dst) && dial_link(step, s, x->dst))
		tell_status(step, s);
	else
		player_prompt(step, s, PROMPT_BUSY, 0);
}
