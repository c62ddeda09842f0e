/*
 * What was known before a restart or a reconnect, told again by the reporter (decision 27). It is
 * taken as far as it still fits what the operator and the client want; nothing is answered.
 *
 *   subscription   client, slot, talkgroup; "MODE CONFERENCE SECONDS", 0 seconds = until cleared
 *   location       client, slot, radio; "SECONDS" since it was heard
 */
#include "core/restore.h"

#include <string.h>

#include "base/text.h"
#include "core/dial.h"
#include "core/subscribe.h"

#define SECONDS_MAX (366u * 24 * 3600)

/* Takes a word off the text; its length, 0 at the end. */
static size_t take_word(const char **at, const char **word)
{
	while (**at == ' ')
		++*at;
	*word = *at;
	while (**at && **at != ' ')
		++*at;
	return (size_t)(*at - *word);
}

static bool take_number(const char **at, uint64_t max, uint64_t *out)
{
	const char *word;
	size_t len = take_word(at, &word);

	return text_to_u64(word, len, 0, max, out);
}

static bool take_mode(const char **at, enum subscription_mode *out)
{
	static const enum subscription_mode modes[] = {SUBSCRIPTION_USER, SUBSCRIPTION_DIAL};
	const char *word;
	size_t len = take_word(at, &word);

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		const char *name = subscription_mode_name(modes[i]);
		if (strlen(name) != len || memcmp(word, name, len) != 0)
			continue;
		*out = modes[i];
		return true;
	}
	return false;
}

/* The dialled one takes the place of the default reflector, as when it was dialled. */
static struct subscription *restore_dialled(struct step *step, struct session *s, uint32_t tg)
{
	struct subscription *x = subscribe_link_of(step, s);

	if (x && x->mode != SUBSCRIPTION_DEFAULT)
		return x;
	if (!dial_is_link(tg) || !dial_link(step, s, tg))
		return NULL;
	return subscribe_link_of(step, s);
}

static struct subscription *restore_keyed(struct step *step, struct session *s, uint8_t slot,
                                          uint32_t tg)
{
	struct subscription *x = subscription_find(&step->core->subscriptions, s, slot, tg);

	if (x || tg_is_prohibited(tg))
		return x;
	return subscribe_begin(step, s, slot, tg, tg, SUBSCRIPTION_USER);
}

void restore_subscription(struct step *step, const struct command *c)
{
	struct session *s = session_find(&step->core->sessions, c->client);
	const char *at = c->text;
	enum subscription_mode mode;
	uint64_t tg, seconds;

	if (!take_mode(&at, &mode) || !take_number(&at, DMR_ALL_CALL, &tg) ||
	    !take_number(&at, SECONDS_MAX, &seconds) || !s || s->state != SESSION_CONNECTED)
		return;
	uint8_t slot = session_slot_number(s, session_slot(s, c->slot));
	struct subscription *x = mode == SUBSCRIPTION_DIAL ? restore_dialled(step, s, (uint32_t)tg)
	                                                   : restore_keyed(step, s, slot, c->tg);
	if (x && x->mode == mode)
		subscribe_resume_timer(step, s, x, (tick_t)seconds * TICK_SECOND);
}

void restore_location(struct step *step, const struct command *c)
{
	const char *at = c->text;
	uint64_t seconds;

	if (take_number(&at, SECONDS_MAX, &seconds) &&
	    !location_find(&step->core->locations, c->tg))
		location_learn(&step->core->locations, c->tg, c->client, c->slot == 1 ? 1 : 2,
		               step->now - (tick_t)seconds * TICK_SECOND);
}
