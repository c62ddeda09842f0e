/*
 * The subscriptions of a slot, and when they end.
 *
 * Subscriptions come from the operator's defaults, from the client's options, from keying a
 * talkgroup and from dialling (decisions 1, 5, 8, 16). Their mode records the source; it decides
 * what ends and what replaces them, and routing ignores it. They begin and end here, and every
 * change is reported as a record. Only uplink itself adds the fixed map of a server we log in to.
 *
 * Defaults and options are never merged into the session. `wanted` computes them again, operator
 * first and the client's string over it, and `settle` moves the session to that state, leaving
 * correct subscriptions alone. So a login, a new option string and a reload of the configuration
 * take the same path, and repeating any of them changes nothing.
 *
 * The order in `settle`: end what is no longer wanted, add what is missing, fill in the default
 * reflector, then change timers and single mode. Ending comes first to free rows, and rules come
 * last because the old timer determines the time left.
 *
 * An expired timer or a reload waits for the call to end; a listener's command acts at once. A
 * reload that has to wait leaves the session `unsettled` for settle.c to finish.
 */
#include "core/conference/subscribe.h"

#include <string.h>

#include "base/text.h"
#include "core/delivery/slot.h"
#include "core/delivery/refuse.h"
#include "core/step/expire.h"
#include "core/step/kind.h"
#include "core/step/limit.h"
#include "core/step/number.h"
#include "core/conference/player.h"
#include "core/telling/rows.h"
#include "core/telling/decision.h"
#include "state/pool.h"
#include "wire/options.h"

/* Simplex clients have only slot 2. */
static uint8_t usable_slot(const struct session *s, int number)
{
	return s->simplex ? 2 : (uint8_t)number;
}

static struct session *owner(const struct core *core, const struct subscription *x)
{
	return pool_at(&core->sessions.pool, x->session);
}

static bool is_echo(const struct core *core, const struct subscription *x)
{
	return subscription_tg(&core->subscriptions, x) == ECHO_TG;
}

static void subscribe_deadline(struct step *step, struct subscription *x, tick_t deadline)
{
	expire_at(step->core, KIND_SUBSCRIPTION, x, deadline);
}

static tick_t timer_from_now(const struct step *step, const struct session *s)
{
	return s->timer ? step->now + s->timer : TICK_NEVER;
}

/* The timer of a talkgroup keyed or dialled now; the echo stays dialled for a minute. */
static tick_t deadline_of(const struct step *step, const struct session *s,
                          const struct subscription *x)
{
	if (x->mode != SUBSCRIPTION_USER && x->mode != SUBSCRIPTION_DIAL)
		return TICK_NEVER;
	return is_echo(step->core, x) ? step->now + TICK_MINUTE : timer_from_now(step, s);
}

/* Changes the deadline and reports it. */
static void move_deadline(struct step *step, struct subscription *x, tick_t deadline)
{
	if (x->expiry.deadline == deadline)
		return;
	subscribe_deadline(step, x, deadline);
	rows_tell(step, KIND_SUBSCRIPTION, x, CHANGE_UPDATE, CAUSE_NONE);
}

struct subscription *subscribe_begin(struct step *step, struct session *s, uint8_t slot,
                                     uint32_t rf_tg, uint32_t conference,
                                     enum subscription_mode mode)
{
	struct subscription *x =
		subscription_add(&step->core->subscriptions, s, slot, rf_tg, conference, mode);

	if (!x) {
		refuse(step, REFUSED_SUBSCRIPTIONS_FULL,
		       &(struct subject){
			       .who = s->source, .slot = slot, .tg = rf_tg, .from = &s->at});
		return NULL;
	}
	subscribe_deadline(step, x, deadline_of(step, s, x));
	rows_tell(step, KIND_SUBSCRIPTION, x, CHANGE_BEGIN, CAUSE_NONE);
	return x;
}

/* Is the slot in a call of this conference, in either direction? */
static bool in_use(const struct core *core, const struct session *s, const struct subscription *x)
{
	const struct slot *slot = &s->slot[slot_index(x->slot)];
	const struct stream *heard = stream_get(&core->streams, slot->heard);
	const struct stream *talk = stream_get(&core->streams, slot->talk);

	return (heard && heard->conference == x->conference) ||
	       (talk && talk->conference == x->conference);
}

/* The listener no longer wants it: ends the call heard through it, with a terminator. */
static void close_if_heard(struct step *step, struct session *s, const struct subscription *x)
{
	struct slot *slot = &s->slot[slot_index(x->slot)];
	const struct stream *heard = stream_get(&step->core->streams, slot->heard);

	if (heard && heard->conference == x->conference && slot->heard_tg == x->rf_tg)
		slot_close(step, s, slot, true);
}

void subscribe_end(struct step *step, struct session *s, struct subscription *x, enum cause cause)
{
	close_if_heard(step, s, x);
	if (cause == CAUSE_SINGLE)
		decision_subscription(step, s, x, "ended by single mode");
	else if (cause == CAUSE_TIMER)
		decision_subscription(step, s, x, "ended: timer expired");
	rows_tell(step, KIND_SUBSCRIPTION, x, CHANGE_END, cause);
	subscription_remove(&step->core->subscriptions, s, x);
}

static void resume(struct step *step, struct subscription *x, enum cause cause)
{
	x->active = true;
	subscribe_deadline(step, x, TICK_NEVER);
	rows_tell(step, KIND_SUBSCRIPTION, x, CHANGE_UPDATE, cause);
}

static bool is_mapped(const struct session *s, const struct tg_map *maps,
                      const struct subscription *x, uint32_t conference)
{
	for (uint32_t i = 0; i < maps->count; i++)
		if (usable_slot(s, maps->entry[i].slot) == x->slot &&
		    maps->entry[i].tg == x->rf_tg && maps->entry[i].conference == conference)
			return true;
	return false;
}

static bool is_wanted(const struct core *core, const struct session *s,
                      const struct session_defaults *want, const struct subscription *x)
{
	const struct tg_list *statics = want->statics;
	uint32_t conference = subscription_tg(&core->subscriptions, x);

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
		return tg_list_has(&statics[slot_index(x->slot)], x->rf_tg);
	}
	return false;
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

/* A new default reflector set by a command replaces the talkgroup dialled before. */
static void end_dialled(struct step *step, struct session *s)
{
	struct subscription *x = subscribe_link_of(step, s);

	if (x && x->mode == SUBSCRIPTION_DIAL)
		subscribe_end(step, s, x, CAUSE_OPTIONS);
}

/* Must its end wait for a call, as no command asked for it? Then the session is checked again. */
static bool is_spared(const struct step *step, struct session *s, const struct subscription *x,
                      bool gently)
{
	bool spared = gently && in_use(step->core, s, x);

	s->unsettled |= spared;
	return spared;
}

static void end_unwanted(struct step *step, struct session *s, const struct session_defaults *want,
                         bool gently)
{
	struct subscriptions *t = &step->core->subscriptions;

	for (int i = 0; i < 2; i++)
		SUBSCRIPTION_EACH(x, t, &s->slot[i])
			if (!is_wanted(step->core, s, want, x) && !is_spared(step, s, x, gently))
				subscribe_end(step, s, x, CAUSE_OPTIONS);
}

/* A talkgroup of the operator's list or map replaces a user-activated one. */
static void want_static(struct step *step, struct session *s, const struct tg_map_entry *wanted,
                        bool gently)
{
	struct subscriptions *t = &step->core->subscriptions;
	uint8_t slot = usable_slot(s, wanted->slot);
	uint32_t tg = wanted->tg, conference = wanted->conference;
	struct subscription *x = subscription_find(t, s, slot, tg);

	if (x && x->mode == SUBSCRIPTION_STATIC && subscription_tg(t, x) == conference)
		return;
	if (x && x->mode == SUBSCRIPTION_USER && conference == tg) {
		rows_tell(step, KIND_SUBSCRIPTION, x, CHANGE_END, CAUSE_OPTIONS);
		x->mode = SUBSCRIPTION_STATIC;
		subscribe_deadline(step, x, TICK_NEVER);
		rows_tell(step, KIND_SUBSCRIPTION, x, CHANGE_BEGIN, CAUSE_NONE);
		return;
	}
	if (x && is_spared(step, s, x, gently))
		return;
	if (x)
		subscribe_end(step, s, x, CAUSE_OPTIONS);
	subscribe_begin(step, s, slot, tg, conference, SUBSCRIPTION_STATIC);
}

/* Among the first `count` entries of the map, which come before lists. */
static bool is_mapped_before(const struct session *s, const struct tg_map *maps, uint32_t count,
                             const struct tg_map_entry *wanted)
{
	for (uint32_t i = 0; i < count; i++)
		if (maps->entry[i].tg == wanted->tg &&
		    usable_slot(s, maps->entry[i].slot) == usable_slot(s, wanted->slot))
			return true;
	return false;
}

static void want_statics(struct step *step, struct session *s, const struct session_defaults *want,
                         bool gently)
{
	const struct tg_map *maps = &want->maps;

	for (uint32_t i = 0; i < maps->count; i++)
		if (!is_mapped_before(s, maps, i, &maps->entry[i]))
			want_static(step, s, &maps->entry[i], gently);
	for (int i = 0; i < 2; i++)
		for (uint32_t n = 0; n < want->statics[i].count; n++) {
			uint32_t tg = want->statics[i].tg[n];
			struct tg_map_entry wanted = {(uint8_t)(i + 1), tg, tg};
			if (!is_mapped_before(s, maps, maps->count, &wanted))
				want_static(step, s, &wanted, gently);
		}
}

/* Recomputes the deadline as if the timer had always been `timer`. */
static void change_timer(struct step *step, struct session *s, struct subscription *x, tick_t timer)
{
	bool keyed = x->mode == SUBSCRIPTION_USER || x->mode == SUBSCRIPTION_DIAL;
	tick_t deadline = x->expiry.deadline;

	if (x->active && (!keyed || is_echo(step->core, x)))
		return;
	if (!timer)
		deadline = TICK_NEVER;
	else if (deadline == TICK_NEVER)
		deadline = step->now + timer;
	else
		deadline += timer - s->timer;
	move_deadline(step, x, deadline);
}

/* Also for subscriptions activated or suspended under the old rules. */
static void change_rules(struct step *step, struct session *s, const struct session_defaults *want)
{
	struct subscriptions *t = &step->core->subscriptions;
	bool all_on = s->single && !want->single;

	for (int i = 0; i < 2; i++)
		SUBSCRIPTION_EACH(x, t, &s->slot[i]) {
			if (all_on && !x->active && x->mode == SUBSCRIPTION_STATIC)
				resume(step, x, CAUSE_OPTIONS);
			else if (s->timer != want->timer_ms)
				change_timer(step, s, x, want->timer_ms);
		}
	s->single = want->single;
	s->timer = want->timer_ms;
	s->hang = want->hang_ms;
	s->private_calls = want->private_calls;
	s->ident = want->ident;
	player_ident_plan(step, s);
}

/* Brings the session to the state that operator and options ask for, without touching what stays
 * the same. `gently` lets calls finish. */
static void settle(struct step *step, struct session *s, const struct session_defaults *want,
                   bool gently)
{
	s->unsettled = false;
	end_unwanted(step, s, want, gently);
	want_statics(step, s, want, gently);
	s->dial = want->dial;
	subscribe_default_link(step, s);
	change_rules(step, s, want);
}

/* The operator's defaults, overridden by the owner's settings, overridden by the client's options.
 */
static struct session_defaults wanted(const struct step *step, const struct session *s)
{
	const struct core *core = step->core;
	struct session_defaults want = conf_defaults_for(core->conf, listener_conf(core, s), s->id);
	struct options o;
	struct bad_tokens bad;

	options_parse(s->care, strlen(s->care), &o, &bad);
	session_merge(&want, &o.own);
	options_parse(s->options, (size_t)s->options_len, &o, &bad);
	session_merge(&want, &o.own);
	if (s->dial_ordered)
		want.dial = s->dial;
	return want;
}

void subscribe_defaults(struct step *step, struct session *s)
{
	struct session_defaults want = wanted(step, s);

	settle(step, s, &want, false);
}

void subscribe_resettle(struct step *step, struct session *s)
{
	struct session_defaults want = wanted(step, s);

	settle(step, s, &want, true);
}

void subscribe_simplex(struct step *step, struct session *s)
{
	struct subscription *x;

	while ((x = subscription_at(&step->core->subscriptions, s->slot[0].subscriptions)))
		subscribe_end(step, s, x, CAUSE_OPTIONS);
	subscribe_defaults(step, s);
}

bool subscribe_has_options(const struct session *s, const char *text, size_t len)
{
	return s->has_options && s->options_len == len &&
	       memcmp(s->options, text, options_kept(s)) == 0;
}

/* Keeps the string and the settings that only the client can make. */
static void take_options(struct step *step, struct session *s, const char *text, size_t len)
{
	char shown[RECORD_OPTIONS_MAX];
	struct options o;
	struct bad_tokens bad;

	s->has_options = true;
	s->dial_ordered = false;
	s->options_len = len;
	memcpy(s->options, text, options_kept(s)); /* recordings have the whole field */
	memset(s->options + options_kept(s), 0, sizeof(s->options) - options_kept(s));
	options_parse(text, len, &o, &bad);
	s->ident_tg = o.ident_tg;
	text_copy(s->language, sizeof(s->language), o.language);
	s->options_bad = bad.total;
	step->core->counter[COUNT_OPTIONS_BAD] += bad.total;
	if (!bad.total || !limit_allows(step, LIMIT_LOG, &s->at.to, COUNT_OPTIONS_BAD))
		return;
	options_clean(text, len, shown, sizeof(shown));
	core_log(step, LOG_REMOTE,
	         "options client=%lu skipped=%u first=\"%s\" at=%u options=\"%s\"",
	         (unsigned long)s->id, bad.total, bad.first[0].reason, bad.first[0].at, shown);
}

bool subscribe_options(struct step *step, struct session *s, const char *text, size_t len)
{
	bool again = s->has_options;

	if (subscribe_has_options(s, text, len))
		return false;
	take_options(step, s, text, len);
	struct session_defaults want = wanted(step, s);
	if (again && s->dial != want.dial)
		end_dialled(step, s);
	settle(step, s, &want, false);
	return true;
}

/* Keeps only options that an owner may set. */
static bool is_care(const char *text)
{
	struct options o;
	struct bad_tokens bad;

	options_parse(text, strlen(text), &o, &bad);
	return bad.total == 0 && !session_is_given(&o.own, SESSION_IDENT) && !o.has_ident_tg &&
	       !o.has_language && !o.has_key;
}

bool subscribe_care(struct step *step, struct session *s, const char *text)
{
	if (!is_care(text))
		return false;
	text_copy(s->care, sizeof(s->care), text);
	memset(s->care + strlen(s->care), 0,
	       sizeof(s->care) - strlen(s->care)); /* recordings have it all */
	struct session_defaults want = wanted(step, s);
	if (s->dial != want.dial)
		end_dialled(step, s);
	settle(step, s, &want, false);
	return true;
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

void subscribe_timer(struct step *step, struct session *s, struct subscription *x)
{
	move_deadline(step, x, deadline_of(step, s, x));
}

void subscribe_suspend(struct step *step, struct session *s, struct subscription *x,
                       enum cause cause)
{
	if (!x->active) {
		move_deadline(step, x, timer_from_now(step, s));
		return;
	}
	x->active = false;
	subscribe_deadline(step, x, timer_from_now(step, s));
	close_if_heard(step, s, x);
	decision_subscription(step, s, x,
	                      cause == CAUSE_SINGLE ? "suspended by single mode"
	                                            : "suspended by 4000");
	rows_tell(step, KIND_SUBSCRIPTION, x, CHANGE_UPDATE, cause);
}

unsigned subscribe_clear(struct step *step, struct session *s)
{
	struct subscriptions *t = &step->core->subscriptions;
	unsigned changed = 0;

	for (int i = 0; i < 2; i++)
		SUBSCRIPTION_EACH(x, t, &s->slot[i]) {
			if (x->mode == SUBSCRIPTION_USER || x->mode == SUBSCRIPTION_DIAL)
				subscribe_end(step, s, x, CAUSE_DIALLED);
			else if (x->mode == SUBSCRIPTION_STATIC && !x->active)
				resume(step, x, CAUSE_DIALLED);
			else
				continue;
			changed |= 1u << i;
		}
	return changed;
}

/*
 * Single mode: keying a talkgroup ends the user-activated ones of that slot and suspends the static
 * ones until the timer has run out since the last local transmission. Reflectors on TG 9 are not
 * affected, and a call to the echo keys nothing.
 */
static void single_out(struct step *step, struct session *s, struct subscription *keyed)
{
	struct subscriptions *t = &step->core->subscriptions;

	SUBSCRIPTION_EACH(x, t, &s->slot[slot_index(keyed->slot)]) {
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
	move_deadline(step, x, left ? step->now + left : TICK_NEVER);
	if (s->single && x->mode == SUBSCRIPTION_USER)
		single_out(step, s, x);
}

static uint32_t count_keyed(const struct core *core, const struct session *s, uint8_t slot)
{
	const struct subscriptions *t = &core->subscriptions;
	uint32_t keyed = 0;

	SUBSCRIPTION_EACH(x, t, &s->slot[slot_index(slot)])
		keyed += x->mode == SUBSCRIPTION_USER;
	return keyed;
}

/*
 * The subscription a keyed voice call refers to on this slot. Activates the talkgroup by default.
 * NULL if the number cannot be a talkgroup or no row is free; a slot holds as many as a list does.
 */
struct subscription *subscribe_keyed(struct step *step, struct session *s, uint8_t slot,
                                     uint32_t rf_tg)
{
	struct subscription *x = subscription_find(&step->core->subscriptions, s, slot, rf_tg);

	if (!x) {
		if (tg_is_prohibited(rf_tg))
			return NULL;
		if (count_keyed(step->core, s, slot) >= TGLIST_MAX) {
			refuse_source(step, REFUSED_SLOT_FULL, s->source);
			return NULL;
		}
		x = subscribe_begin(step, s, slot, rf_tg, rf_tg, SUBSCRIPTION_USER);
		if (!x)
			return NULL;
	}
	if (!x->active && x->mode == SUBSCRIPTION_DEFAULT)
		return NULL; /* unlinked by 4000: only dialling or the timer restores it */
	if (!x->active)
		resume(step, x, CAUSE_NONE);
	subscribe_touch(step, s, slot, rf_tg);
	return x;
}

struct session *subscribe_expire(struct step *step, struct subscription *x)
{
	struct core *core = step->core;
	struct session *s = owner(core, x);
	if (!s)
		return NULL; /* inconsistent: core/mend drops it */
	if (!x->active) {
		resume(step, x, CAUSE_TIMER);
	} else if (in_use(core, s, x)) {
		subscribe_deadline(step, x, step->now + TICK_SECOND);
	} else {
		bool dialled = x->mode == SUBSCRIPTION_DIAL;
		subscribe_end(step, s, x, CAUSE_TIMER);
		return dialled ? s : NULL;
	}
	return NULL;
}
