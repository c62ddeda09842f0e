/*
 * What a slot listens to, and until when. Subscriptions come from the operator's defaults, from the client's
 * options, and from keying a talkgroup (decisions 1, 5, 8, 16).
 *
 * A timer that runs out waits for the call to end; what the listener orders acts at once.
 */
#include "core/inside.h"
#include "wire/options.h"

#define DIAL_TG 9u /* a default reflector is TG 9 on slot 2 */
#define DIAL_SLOT 2

/* Simplex clients have only slot 2. */
static uint8_t slot_for(const struct session *s, int number)
{
	return s->simplex ? 2 : (uint8_t)number;
}

static struct session *owner(const struct core *core, const struct subscription *x)
{
	return pool_at(&core->sessions.pool, x->session);
}

static struct subscription *begin(struct step *step, struct session *s, uint8_t slot,
                                  uint32_t rf_tg, uint32_t conference, enum subscription_mode mode)
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

static void end(struct step *step, struct session *s, struct subscription *x, enum cause cause)
{
	struct slot *slot = &s->slot[x->slot - 1];
	const struct stream *heard = stream_get(&step->core->streams, slot->heard);

	if (heard && heard->conference == x->conference && slot->heard_tg == x->rf_tg)
		slot_close(step, s, slot, true);
	rows_subscription(step, s, x, CHANGE_END, cause);
	subscription_remove(&step->core->subscriptions, s, x);
}

static void set_deadline(struct step *step, struct subscription *x, tick_t deadline)
{
	expire_at(step, &x->expiry, EXPIRE_SUBSCRIPTION, &x->row, deadline);
}

static tick_t timer_from_now(const struct step *step, const struct session *s)
{
	return s->timer ? step->now + s->timer : TICK_NEVER;
}

/* A static talkgroup takes the place of a user-activated one. */
static void want_static(struct step *step, struct session *s, uint8_t slot, uint32_t tg)
{
	struct subscription *x = subscription_find(&step->core->subscriptions, s, slot, tg);

	if (!x) {
		begin(step, s, slot, tg, tg, SUBSCRIPTION_STATIC);
		return;
	}
	if (x->mode == SUBSCRIPTION_STATIC)
		return;
	rows_subscription(step, s, x, CHANGE_END, CAUSE_OPTIONS);
	x->mode = SUBSCRIPTION_STATIC;
	set_deadline(step, x, TICK_NEVER);
	rows_subscription(step, s, x, CHANGE_BEGIN, CAUSE_NONE);
}

static bool is_wanted(const struct step *step, const struct session *s,
                      const struct subscription *x, const struct tg_list statics[static 2],
                      uint32_t dial)
{
	switch (x->mode) {
	case SUBSCRIPTION_USER:
		return true;
	case SUBSCRIPTION_DEFAULT:
		return conference_at(&step->core->subscriptions, x->conference)->tg == dial;
	case SUBSCRIPTION_STATIC:
		if (s->simplex)
			return tg_list_has(&statics[0], x->rf_tg) || tg_list_has(&statics[1], x->rf_tg);
		return tg_list_has(&statics[x->slot - 1], x->rf_tg);
	}
	return false;
}

/* Makes the subscriptions of operator and options what they are to be; those that stay are not touched. */
static void settle(struct step *step, struct session *s, const struct tg_list statics[static 2],
                   uint32_t dial)
{
	struct subscriptions *t = &step->core->subscriptions;

	for (int i = 0; i < 2; i++) {
		struct subscription *next;
		for (struct subscription *x = subscription_at(t, s->slot[i].subscriptions); x; x = next) {
			next = subscription_at(t, x->slot_next);
			if (!is_wanted(step, s, x, statics, dial))
				end(step, s, x, CAUSE_OPTIONS);
		}
	}
	for (int i = 0; i < 2; i++)
		for (uint32_t n = 0; n < statics[i].count; n++)
			want_static(step, s, slot_for(s, i + 1), statics[i].tg[n]);
	s->dial = dial;
	if (dial && !subscription_find(t, s, DIAL_SLOT, DIAL_TG))
		begin(step, s, DIAL_SLOT, DIAL_TG, dial, SUBSCRIPTION_DEFAULT);
}

static struct session_defaults defaults_of(const struct step *step, const struct session *s)
{
	const struct conf *conf = step->core->conf;
	return conf_defaults_for(conf, &conf->listener[s->at.listener], s->id);
}

void subscribe_defaults(struct step *step, struct session *s)
{
	struct session_defaults d = defaults_of(step, s);

	s->single = d.single;
	s->timer = d.timer_ms;
	s->hang = d.hang_ms;
	settle(step, s, d.statics, d.dial);
}

void subscribe_options(struct step *step, struct session *s, const char *text, size_t len)
{
	struct session_defaults d = defaults_of(step, s);
	struct options o;
	struct bad_tokens bad;

	options_parse(text, len, &o, &bad);
	options_clean(text, len, s->options, sizeof(s->options));
	s->options_bad = bad.total;
	step->core->counter[COUNT_OPTIONS_BAD] += bad.total;
	if (bad.total && limit_allows(step, LIMIT_LOG, &s->at.to, COUNT_OPTIONS_BAD))
		core_log(step, LOG_REMOTE, "options client=%lu skipped=%u first=\"%s\" at=%u options=\"%s\"",
		         (unsigned long)s->id, bad.total, bad.first[0].reason, bad.first[0].at,
		         s->options);
	for (int i = 0; i < 2; i++)
		if (o.has_statics[i])
			d.statics[i] = o.statics[i];
	s->single = o.has_single ? o.single : d.single;
	s->timer = o.has_timer ? o.timer_s * TICK_SECOND : d.timer_ms;
	s->hang = d.hang_ms;
	settle(step, s, d.statics, o.has_dial ? o.dial : d.dial);
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

/*
 * Single mode: keying a talkgroup ends the user-activated ones of that slot and suspends the static ones
 * until the timer has run out since the last local transmission. Reflectors on TG 9 are not touched.
 */
static void single_out(struct step *step, struct session *s, struct subscription *keyed)
{
	struct subscriptions *t = &step->core->subscriptions;
	struct subscription *next;

	for (struct subscription *x = subscription_at(t, s->slot[keyed->slot - 1].subscriptions); x;
	     x = next) {
		next = subscription_at(t, x->slot_next);
		if (x == keyed || x->mode == SUBSCRIPTION_DEFAULT)
			continue;
		if (x->mode == SUBSCRIPTION_USER) {
			end(step, s, x, CAUSE_SINGLE);
			continue;
		}
		bool was_active = x->active;
		x->active = false;
		set_deadline(step, x, timer_from_now(step, s));
		if (was_active)
			rows_subscription(step, s, x, CHANGE_UPDATE, CAUSE_SINGLE);
	}
}

/* Restarts the timers: at the start and at the end of a local transmission, however it ended. */
void subscribe_touch(struct step *step, struct session *s, uint8_t slot, uint32_t rf_tg)
{
	struct subscription *x = subscription_find(&step->core->subscriptions, s, slot, rf_tg);

	if (!x)
		return;
	if (x->mode == SUBSCRIPTION_USER)
		set_deadline(step, x, timer_from_now(step, s));
	if (s->single)
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
 * A voice call was keyed: what it means on this slot. Activates the talkgroup when nobody has said otherwise;
 * NULL when the number cannot be a conference or no row was left; a slot gathers what a list holds.
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
		x = begin(step, s, slot, rf_tg, rf_tg, SUBSCRIPTION_USER);
		if (!x)
			return NULL;
	}
	if (!x->active) {
		x->active = true;
		set_deadline(step, x, TICK_NEVER);
		rows_subscription(step, s, x, CHANGE_UPDATE, CAUSE_NONE);
	}
	subscribe_touch(step, s, slot, rf_tg);
	return x;
}

void subscription_expire(struct step *step, const struct expiry_entry *e)
{
	struct core *core = step->core;
	struct subscription *x = subscription_get(&core->subscriptions, e->row);

	if (!x || !expiry_due(&core->expiry, &x->expiry, e, step->now))
		return;
	struct session *s = owner(core, x);
	if (!x->active) {
		x->active = true;
		set_deadline(step, x, TICK_NEVER);
		rows_subscription(step, s, x, CHANGE_UPDATE, CAUSE_TIMER);
	} else if (in_use(core, s, x)) {
		set_deadline(step, x, step->now + TICK_SECOND);
	} else {
		end(step, s, x, CAUSE_TIMER);
	}
}
