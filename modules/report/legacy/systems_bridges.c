#include "report/legacy/systems_bridges.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "wire/legacy.h"

#define BRIDGE_NAME_MAX 12u
#define UNLINK_TG 4000u

/* A subscription, for grouping in BRIDGES. */
struct leg_row {
	bool dialled;
	uint32_t conference, entry, rf_tg;
	uint8_t slot;
	enum subscription_mode mode;
	tick_t until;
};

static bool make_room(struct systems *s)
{
	uint32_t wanted = model_count(s->model, RECORD_SUBSCRIPTION);

	if (wanted <= s->leg_room)
		return true;
	struct leg_row *more = realloc(s->legs, wanted * sizeof(*more));
	if (!more)
		return false;
	s->legs = more;
	s->leg_room = wanted;
	return true;
}

/* Only active ones: of several legs of a system, dashboards keep the last. */
static uint32_t gather(struct systems *s)
{
	struct model_walk walk = model_walk_kind(RECORD_SUBSCRIPTION);
	const struct subscription_row *u;
	uint32_t count = 0;
	struct record r;

	while (count < s->leg_room && model_next(s->model, &walk, &r)) {
		u = &r.subscription;
		const struct dashboard_slot *entry =
			dashboard_slot_find(s, source_client(u->client));
		if (!entry || !u->active || !is_radio_slot(u->slot))
			continue;
		s->legs[count++] = (struct leg_row){
			.dialled = u->mode == SUBSCRIPTION_DEFAULT || u->mode == SUBSCRIPTION_DIAL,
			.conference = u->conference,
			.entry = (uint32_t)(entry - s->entry),
			.rf_tg = u->rf_tg,
			.slot = u->slot,
			.mode = u->mode,
			.until = u->until,
		};
	}
	return count;
}

static int compare(const void *x, const void *y)
{
	const struct leg_row *a = x, *b = y;

	if (a->dialled != b->dialled)
		return a->dialled ? 1 : -1;
	if (a->conference != b->conference)
		return a->conference < b->conference ? -1 : 1;
	if (a->entry != b->entry)
		return a->entry < b->entry ? -1 : 1;
	return a->slot < b->slot ? -1 : a->slot > b->slot;
}

static bool same_bridge(const struct leg_row *a, const struct leg_row *b)
{
	return a->dialled == b->dialled && a->conference == b->conference;
}

static enum legacy_timer timer_of(const struct leg_row *l)
{
	if (l->mode == SUBSCRIPTION_STATIC || l->mode == SUBSCRIPTION_DEFAULT)
		return LEGACY_TIMER_OFF;
	return l->until == TICK_NEVER ? LEGACY_TIMER_NONE : LEGACY_TIMER_ON;
}

static void write_leg(const struct systems *s, struct wr *w, const struct leg_row *l,
                      const struct clock *clock)
{
	char name[SYSTEM_NAME_MAX];
	tick_t deadline = l->until == TICK_NEVER ? clock->now : l->until;
	const struct legacy_leg leg = {
		.system = dashboard_slot_name(s, &s->entry[l->entry], name),
		.slot = l->slot,
		.tg = l->rf_tg,
		.active = true,
		.timer = timer_of(l),
		.deadline_ms = deadline + clock->epoch_ms,
		.on = l->conference,
		.off = l->dialled ? UNLINK_TG : 0,
	};

	legacy_leg_write(w, &leg);
}

static void write_bridge_name(struct wr *w, const struct leg_row *l)
{
	char name[BRIDGE_NAME_MAX];
	struct text t = text_make(name, sizeof(name));

	text_format(&t, "%s%" PRIu32, l->dialled ? "#" : "", l->conference);
	legacy_bridge_begin(w, name);
}

bool systems_bridges_write(struct systems *s, struct wr *w, const struct clock *clock)
{
	if (!make_room(s))
		return false;
	uint32_t count = gather(s);
	if (count > 0)
		qsort(s->legs, count, sizeof(s->legs[0]), compare);
	legacy_bridges_begin(w);
	for (uint32_t i = 0; i < count; i++) {
		if (i == 0 || !same_bridge(&s->legs[i], &s->legs[i - 1]))
			write_bridge_name(w, &s->legs[i]);
		write_leg(s, w, &s->legs[i], clock);
		if (i + 1 == count || !same_bridge(&s->legs[i], &s->legs[i + 1]))
			legacy_bridge_end(w);
	}
	legacy_bridges_end(w);
	return true;
}
