/*
 * What a slot listens to, and until when. Subscriptions come from the operator's defaults, from the
 * client's options, and from keying a talkgroup (decisions 1, 5, 8, 16).
 *
 * A timer that runs out waits for the call to end; what the listener orders acts at once.
 */
#include "core/subscribe.h"

#include "base/text.h"
#include "core/deliver.h"
#include "core/limit.h"
#include "core/number.h"
#include "core/player.h"
#include "core/rows.h"
#include "core/why.h"
#include "wire/options.h"

/* Simplex clients have only slot 2. */
static uint8_t slot_for(const struct session *s, int number)
{
	return s->simplex ? 2 : (uint8_t)number;
}

static struct session *owner(const struct core *core, const struct subscription *x)
{
	return pool_at(&core->sessions.pool, x->session);
}

struct subscription *subscribe_begin(struct step *step, struct session *s, uint8_t slot,
                                     uint32_t rf_tg, uint32_t conference,
                                     enum subscription_mode mode)
{
	struct subscription *x =
		subscription_add(&step->core->subscriptions, s, slot, rf_tg, conference, mode);

	if (!x) {
		count(step, COUNT_SUBSCRIPTIONS_FULL);
		if (limit_allows(step, LIMIT_LOG, &s->at.to, COUNT_SUBSCRIPTIONS_FULL))
			core_log(step, LOG_WARN, "subscriptions full client=%lu tg=%lu",
			         (unsigned long)s->id, (unsigned long)rf_tg);
		return NULL;
	}
	rows_subscription(step, s, x, CHANGE_BEGIN, CAUSE_NONE);
	return x;
}

/* Is the slot in a call of this conference, in either direction? */
static bool in_use(const struct core *core, const struct session *s, const struct subscription *x)
{
	const struct slot *slot = &s->slot[x->slot - 1];
	const struct stream *heard = stream_get(&core->streams, slot->heard);
	const struct stream *talk = stream_get(&core->streams, slot->talk);

	return (heard && heard->conference == x->conference) ||
	       (talk && talk->conference == x->conference);
}

/* The listener no longer wants it: what the slot hears through it ends, with a terminator. */
static void close_if_heard(struct step *step, struct session *s, const struct subscription *x)
{
	struct slot *slot = &s->slot[x->slot - 1];
	const struct stream *heard = stream_get(&step->core->streams, slot->heard);

	if (heard && heard->conference == x->conference && slot->heard_tg == x->rf_tg)
		slot_close(step, s, slot, true);
}

void subscribe_end(struct step *step, struct session *s, struct subscription *x, enum cause cause)
{
	close_if_heard(step, s, x);
	if (cause == CAUSE_SINGLE)
		why_subscription(step, s, x, "ended by single mode");
	else if (cause == CAUSE_TIMER)
		why_subscription(step, s, x, "ended: its timer has run out");
	rows_subscription(step, s, x, CHANGE_END, cause);
	subscription_remove(&step->core->subscriptions, s, x);
}

static void subscribe_deadline(struct step *step, struct subscription *x, tick_t deadline)
{
	expire_at(step, &x->expiry, EXPIRE_SUBSCRIPTION, &x->row, deadline);
}

static tick_t timer_from_now(const struct step *step, const struct session *s)
{
	return s->timer ? step->now + s->timer : TICK_NEVER;
}

static void resume(struct step *step, struct session *s, struct subscription *x, enum cause cause)
{
	x->active = true;
	subscribe_deadline(step, x, TICK_NEVER);
	rows_subscription(step, s, x, CHANGE_UPDATE, cause);
}

static bool is_mapped(const struct session *s, const struct tg_map *maps,
                      const struct subscription *x, uint32_t conference)
{
	for (uint32_t i = 0; i < maps->count; i++)
		if (slot_for(s, maps->entry[i].slot) == x->slot && maps->entry[i].tg == x->rf_tg &&
		    maps->entry[i].conference == conference)
			return true;
	return false;
}

static bool is_wanted(const struct core *core, const struct session *s,
                      const struct session_defaults *want, const struct subscription *x)
{
	const struct tg_list *statics = want->statics;
	uint32_t conference = conference_at(&core->subscriptions, x->conference)->tg;

	switch (x->mode) {
	case SUBSCRIPTION_USER:
	case SUBSCRIPTION_DIAL:
		return true;
	case SUBSCRIPTION_DEFAULT:
		return conference == want->dial;
	case SUBSCRIPTION_STATIC:
		if (conference != x->rf_tg)
			return is_mapped(s, &want->maps, x, conference);
		if (s->simplex && tg_list_has(&statics[0], x->rf_tg))
			return true;
		return tg_list_has(&statics[x->slot - 1], x->rf_tg);
	}
	return false;
}

/* A talkgroup of the operator's list or map takes the place of a user-activated one. */
static void want_static(struct step *step, struct session *s, uint8_t slot, uint32_t tg,
                        uint32_t conference)
{
	struct subscription *x = subscription_find(&step->core->subscriptions, s, slot, tg);

	if (x && x->mode == SUBSCRIPTION_STATIC) {
		if (!x->active)
			resume(step, s, x, CAUSE_OPTIONS);
		return;
	}
	if (x && x->mode == SUBSCRIPTION_USER && conference == tg) {
		rows_subscription(step, s, x, CHANGE_END, CAUSE_OPTIONS);
		x->mode = SUBSCRIPTION_STATIC;
		subscribe_deadline(step, x, TICK_NEVER);
		rows_subscription(step, s, x, CHANGE_BEGIN, CAUSE_NONE);
		return;
	}
	if (x)
		subscribe_end(step, s, x, CAUSE_OPTIONS);
	subscribe_begin(step, s, slot, tg, conference, SUBSCRIPTION_STATIC);
}

struct subscription *subscribe_link_of(const struct step *step, const struct session *s)
{
	return subscription_find(&step->core->subscriptions, s, DIAL_SLOT, DIAL_TG);
}

void subscribe_default_link(struct step *step, struct session *s)
{
	if (s->dial && !subscribe_link_of(step, s))
		subscribe_begin(step, s, DIAL_SLOT, DIAL_TG, s->dial, SUBSCRIPTION_DEFAULT);
}

/* Another default reflector, ordered now, takes the place of what was dialled before. */
static void end_dialled(struct step *step, struct session *s, uint32_t dial)
{
	struct subscription *x = subscribe_link_of(step, s);

	if (s->has_options && s->dial != dial && x && x->mode == SUBSCRIPTION_DIAL)
		subscribe_end(step, s, x, CAUSE_OPTIONS);
}

static void end_unwanted(struct step *step, struct session *s, const struct session_defaults *want)
{
	struct subscriptions *t = &step->core->subscriptions;

	for (int i = 0; i < 2; i++) {
		struct subscription *next;
		for (struct subscription *x = subscription_at(t, s->slot[i].subscriptions); x;
		     x = next) {
			next = subscription_at(t, x->slot_next);
			if (!is_wanted(step->core, s, want, x))
				subscribe_end(step, s, x, CAUSE_OPTIONS);
		}
	}
}

/* Makes the session what operator and options want it to be; subscriptions that stay are not
 * touched. */
static void settle(struct step *step, struct session *s, const struct session_defaults *want)
{
	end_unwanted(step, s, want);
	end_dialled(step, s, want->dial);
	for (uint32_t i = 0; i < want->maps.count; i++)
		want_static(step, s, slot_for(s, want->maps.entry[i].slot), want->maps.entry[i].tg,
		            want->maps.entry[i].conference);
	for (int i = 0; i < 2; i++)
		for (uint32_t n = 0; n < want->statics[i].count; n++)
			want_static(step, s, slot_for(s, i + 1), want->statics[i].tg[n],
			            want->statics[i].tg[n]);
	s->dial = want->dial;
	s->single = want->single;
	s->timer = want->timer_ms;
	s->hang = want->hang_ms;
	s->private_calls = want->private_calls;
	s->ident = want->ident;
	subscribe_default_link(step, s);
	player_ident_later(step, s);
}

void subscribe_simplex(struct step *step, struct session *s)
{
	struct subscriptions *t = &step->core->subscriptions;
	struct subscription *x;

	while ((x = subscription_at(t, s->slot[0].subscriptions))) {
		uint32_t tg = x->rf_tg, conference = conference_at(t, x->conference)->tg;
		subscribe_end(step, s, x, CAUSE_OPTIONS);
		want_static(step, s, 2, tg, conference);
	}
}

static struct session_defaults defaults_of(const struct step *step, const struct session *s)
{
	const struct conf *conf = step->core->conf;
	return conf_defaults_for(conf, &conf->listener[s->at.socket], s->id);
}

void subscribe_defaults(struct step *step, struct session *s)
{
	struct session_defaults want = defaults_of(step, s);

	settle(step, s, &want);
}

static void overlay(struct session_defaults *want, struct session *s, const struct options *o)
{
	for (int i = 0; i < 2; i++)
		if (o->has_statics[i])
			want->statics[i] = o->statics[i];
	if (o->has_dial)
		want->dial = o->dial;
	if (o->has_single)
		want->single = o->single;
	if (o->has_timer)
		want->timer_ms = o->timer_s * 1000;
	if (o->has_voice)
		want->ident = o->voice;
	if (o->has_ident_tg)
		s->ident_tg = o->ident_tg;
	if (o->has_language)
		text_copy(s->language, sizeof(s->language), o->language);
}

void subscribe_options(struct step *step, struct session *s, const char *text, size_t len)
{
	struct session_defaults want = defaults_of(step, s);
	struct options o;
	struct bad_tokens bad;

	options_parse(text, len, &o, &bad);
	options_clean(text, len, s->options, sizeof(s->options));
	s->options_bad = bad.total;
	step->core->counter[COUNT_OPTIONS_BAD] += bad.total;
	if (bad.total && limit_allows(step, LIMIT_LOG, &s->at.to, COUNT_OPTIONS_BAD))
		core_log(step, LOG_REMOTE,
		         "options client=%lu skipped=%u first=\"%s\" at=%u options=\"%s\"",
		         (unsigned long)s->id, bad.total, bad.first[0].reason, bad.first[0].at,
		         s->options);
	overlay(&want, s, &o);
	settle(step, s, &want);
}

void subscribe_none(struct step *step, struct session *s)
{
	struct subscriptions *t = &step->core->subscriptions;

	for (int i = 0; i < 2; i++) {
		struct subscription *x;
		while ((x = subscription_at(t, s->slot[i].subscriptions)))
			subscription_remove(t, s, x);
	}
}

static bool is_echo(const struct core *core, const struct subscription *x)
{
	return conference_at(&core->subscriptions, x->conference)->tg == ECHO_TG;
}

void subscribe_timer(struct step *step, struct session *s, struct subscription *x)
{
	subscribe_deadline(step, x,
	                   is_echo(step->core, x) ? step->now + TICK_MINUTE
	                                          : timer_from_now(step, s));
}

void subscribe_suspend(struct step *step, struct session *s, struct subscription *x,
                       enum cause cause)
{
	bool was_active = x->active;

	x->active = false;
	subscribe_deadline(step, x, timer_from_now(step, s));
	if (!was_active)
		return;
	close_if_heard(step, s, x);
	why_subscription(step, s, x,
	                 cause == CAUSE_SINGLE ? "suspended by single mode" : "suspended by 4000");
	rows_subscription(step, s, x, CHANGE_UPDATE, cause);
}

void subscribe_clear(struct step *step, struct session *s)
{
	struct subscriptions *t = &step->core->subscriptions;

	for (int i = 0; i < 2; i++) {
		struct subscription *next;
		for (struct subscription *x = subscription_at(t, s->slot[i].subscriptions); x;
		     x = next) {
			next = subscription_at(t, x->slot_next);
			if (x->mode == SUBSCRIPTION_USER || x->mode == SUBSCRIPTION_DIAL)
				subscribe_end(step, s, x, CAUSE_DIALLED);
			else if (!x->active)
				resume(step, s, x, CAUSE_DIALLED);
		}
	}
}

/*
 * Single mode: keying a talkgroup ends the user-activated ones of that slot and suspends the static
 * ones until the timer has run out since the last local transmission. Reflectors on TG 9 are not
 * touched, and who hears himself in the echo has keyed nothing.
 */
static void single_out(struct step *step, struct session *s, struct subscription *keyed)
{
	struct subscriptions *t = &step->core->subscriptions;
	struct subscription *next;

	for (struct subscription *x = subscription_at(t, s->slot[keyed->slot - 1].subscriptions); x;
	     x = next) {
		next = subscription_at(t, x->slot_next);
		if (x == keyed || x->mode == SUBSCRIPTION_DEFAULT || x->mode == SUBSCRIPTION_DIAL)
			continue;
		if (x->mode == SUBSCRIPTION_USER) {
			subscribe_end(step, s, x, CAUSE_SINGLE);
			continue;
		}
		subscribe_suspend(step, s, x, CAUSE_SINGLE);
	}
}

void subscribe_touch(struct step *step, struct session *s, uint8_t slot, uint32_t rf_tg)
{
	struct subscription *x = subscription_find(&step->core->subscriptions, s, slot, rf_tg);

	if (!x || !x->active)
		return;
	if (x->mode == SUBSCRIPTION_USER || x->mode == SUBSCRIPTION_DIAL)
		subscribe_timer(step, s, x);
	if (s->single && !is_echo(step->core, x))
		single_out(step, s, x);
}

void subscribe_resume_timer(struct step *step, struct session *s, struct subscription *x,
                            tick_t left)
{
	if (left == 0 || (s->timer && left > s->timer))
		left = s->timer;
	subscribe_deadline(step, x, left ? step->now + left : TICK_NEVER);
	if (s->single && x->mode == SUBSCRIPTION_USER)
		single_out(step, s, x);
}

static uint32_t count_keyed(const struct core *core, const struct session *s, uint8_t slot)
{
	const struct subscriptions *t = &core->subscriptions;
	uint32_t keyed = 0;

	for (const struct subscription *x = subscription_at(t, s->slot[slot - 1].subscriptions); x;
	     x = subscription_at(t, x->slot_next))
		keyed += x->mode == SUBSCRIPTION_USER;
	return keyed;
}

/*
 * A voice call was keyed: what it means on this slot. Activates the talkgroup when nobody has said
 * otherwise; NULL when the number cannot be a conference or no row was left; a slot gathers what a
 * list holds.
 */
struct subscription *subscribe_keyed(struct step *step, struct session *s, uint8_t slot,
                                     uint32_t rf_tg)
{
	struct subscription *x = subscription_find(&step->core->subscriptions, s, slot, rf_tg);

	if (!x) {
		if (tg_is_prohibited(rf_tg))
			return NULL;
		if (count_keyed(step->core, s, slot) >= TGLIST_MAX) {
			count(step, COUNT_SUBSCRIPTIONS_FULL);
			return NULL;
		}
		x = subscribe_begin(step, s, slot, rf_tg, rf_tg, SUBSCRIPTION_USER);
		if (!x)
			return NULL;
	}
	if (!x->active && x->mode == SUBSCRIPTION_DEFAULT)
		return NULL; /* unlinked by 4000: only dialling and the timer bring it back */
	if (!x->active)
		resume(step, s, x, CAUSE_NONE);
	subscribe_touch(step, s, slot, rf_tg);
	return x;
}

struct session *subscribe_expire(struct step *step, const struct expiry_entry *e)
{
	struct core *core = step->core;
	struct subscription *x = subscription_get(&core->subscriptions, e->row);

	if (!x || !expiry_due(&core->expiry, &x->expiry, e, step->now))
		return NULL;
	struct session *s = owner(core, x);
	if (!x->active) {
		resume(step, s, x, CAUSE_TIMER);
	} else if (in_use(core, s, x)) {
		subscribe_deadline(step, x, step->now + TICK_SECOND);
	} else {
		bool dialled = x->mode == SUBSCRIPTION_DIAL;
		subscribe_end(step, s, x, CAUSE_TIMER);
		return dialled ? s : NULL;
	}
	return NULL;
}
