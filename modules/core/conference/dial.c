/*
 * Dial-a-TG (decision 15): a private voice call to a number is a command, heard on either slot and
 * carried out when it ends. The dialled talkgroup is heard as TG 9 on slot 2.
 */
#include "core/conference/dial.h"

#include "core/step/number.h"
#include "core/conference/player.h"
#include "core/conference/subscribe.h"

#define LINK_MIN 10u
#define LINK_MAX 999999u

bool dial_is_link(uint32_t number)
{
	return number >= LINK_MIN && number <= LINK_MAX &&
	       (number == ECHO_TG || !tg_is_prohibited(number)) &&
	       (number < DIAL_CLEAR || number > DIAL_STATUS);
}

/* Clears the hang time of that slot. */
static void release_hang(struct session *s, int slot)
{
	s->slot[slot - 1].busy_last = TICK_LONG_AGO;
}

/* The talkgroup linked to TG 9 on slot 2; 0 = none. */
static uint32_t linked(const struct step *step, const struct session *s)
{
	const struct subscription *x = subscribe_link_of(step, s);

	return x && x->active ? subscription_tg(&step->core->subscriptions, x) : 0;
}

void dial_set_default(struct step *step, struct session *s, uint32_t tg)
{
	struct subscription *x = subscribe_link_of(step, s);

	if (x && x->mode == SUBSCRIPTION_DEFAULT)
		subscribe_end(step, s, x, CAUSE_OPERATOR);
	s->dial = tg;
	s->dial_ordered = true;
	subscribe_default_link(step, s);
}

bool dial_link(struct step *step, struct session *s, uint32_t tg)
{
	struct subscription *x = subscribe_link_of(step, s);

	if (x && linked(step, s) == tg) {
		subscribe_timer(step, s, x);
		return true;
	}
	if (x)
		subscribe_end(step, s, x, CAUSE_DIALLED);
	if (tg == s->dial) {
		subscribe_default_link(step, s);
		return true;
	}
	return subscribe_begin(step, s, DIAL_SLOT, DIAL_TG, tg, SUBSCRIPTION_DIAL);
}

/* 4000: ends all dynamic subscriptions and restores static ones at once, the default reflector
 * after the timer. */
static void clear(struct step *step, struct session *s)
{
	unsigned changed = subscribe_clear(step, s);

	for (int slot = 1; slot <= 2; slot++)
		if (changed >> (slot - 1) & 1)
			release_hang(s, slot);
	subscribe_default_link(step, s);
	struct subscription *x = subscribe_link_of(step, s);
	if (x)
		subscribe_suspend(step, s, x, CAUSE_DIALLED);
	player_prompt(step, s, PROMPT_UNLINKED, 0);
}

static void tell_status(struct step *step, struct session *s)
{
	uint32_t tg = linked(step, s);

	player_prompt(step, s, tg ? PROMPT_LINKED : PROMPT_NOT_LINKED, tg);
}

void dial_expire(struct step *step, void *row)
{
	struct session *s = subscribe_expire(step, row);

	if (!s)
		return;
	subscribe_default_link(step, s);
	uint32_t tg = linked(step, s);
	player_notice(step, s, tg ? PROMPT_LINKED : PROMPT_NOT_LINKED, tg);
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

/*
 * A command is not a conversation, so its slot gets no hang time. The hang time of the other slot
 * ends if the command links or unlinks something there.
 */
void dial_command(struct step *step, struct session *s, struct stream *x)
{
	uint32_t before = linked(step, s);

	count(step, COUNT_COMMANDS_DIALLED);
	release_hang(s, x->slot);
	if (x->dst == DIAL_CLEAR)
		clear(step, s);
	else if (x->dst == DIAL_STATUS)
		tell_status(step, s);
	else if (x->dst == ECHO_TG && player_has_speech(step, x))
		player_echo(step, s, x);
	else if (is_recording(x->dst))
		player_recording(step, s, x);
	else if (dial_is_link(x->dst) && dial_link(step, s, x->dst))
		tell_status(step, s);
	else
		player_prompt(step, s, PROMPT_BUSY, 0);
	if (linked(step, s) != before)
		release_hang(s, DIAL_SLOT);
}
