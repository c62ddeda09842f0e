#include "report/legacy/systems.h"

#include <stdlib.h>
#include <string.h>

#include "report/legacy/on_air.h"
#include "report/legacy/dashboard_slots.h"
#include "report/legacy/systems_bridges.h"
#include "report/legacy/systems_config.h"

struct systems *systems_open(const struct conf *conf, const struct model *model, struct ring *lines)
{
	uint32_t count = conf->report.legacy_systems;
	uint32_t all = count + conf->uplink_count;
	struct systems *s = calloc(1, sizeof(*s) + all * sizeof(s->entry[0]));

	if (!s)
		return NULL;
	s->conf = conf;
	s->model = model;
	s->lines = lines;
	s->count = count;
	s->all = all;
	s->version = 1;
	s->call_ended = s->fresh_at = TICK_LONG_AGO;
	for (uint32_t i = 0; i < count; i++)
		s->entry[i].parked = TICK_LONG_AGO;
	for (uint32_t i = 0; i < conf->uplink_count; i++)
		s->entry[count + i] = (struct dashboard_slot){.taken = conf->uplink[i].name[0],
		                                              .source = {SOURCE_UPLINK, i}};
	return s;
}

void systems_close(struct systems *s)
{
	free(s->legs);
	free(s);
}

uint64_t systems_version(const struct systems *s)
{
	return s->version;
}

uint32_t systems_unlisted(const struct systems *s)
{
	return s->unlisted;
}

static void leave(struct systems *s, struct source client, tick_t at, tick_t now)
{
	struct dashboard_slot *entry = dashboard_slot_find(s, client);

	if (!entry)
		return;
	on_air_leave(s, entry, at);
	entry->taken = false;
	entry->parked = now + SYSTEMS_PARKED_MS;
	s->version++;
}

static void take_session(struct systems *s, const struct record *r, tick_t now)
{
	if (r->change == CHANGE_END)
		leave(s, source_client(r->session.client), r->at, now);
	else if (dashboard_slot_connected(r))
		dashboard_slot_sit(s, r->session.client, now);
	s->version += r->change != CHANGE_SNAPSHOT;
}

/* After a snapshot: catches up with changes while records were dropped. */

static bool is_logged_in(const struct systems *s, uint32_t client)
{
	struct model_walk walk = model_walk_client(RECORD_SESSION, client);
	struct record r;

	return model_next(s->model, &walk, &r) && dashboard_slot_connected(&r);
}

static void reconcile_entry(struct systems *s, struct dashboard_slot *entry, tick_t now)
{
	if (!dashboard_slot_is_uplink(s, entry) && !is_logged_in(s, entry->source.index))
		leave(s, entry->source, now, now);
	else
		on_air_check_entry(s, entry, now);
}

static void reconcile(struct systems *s, tick_t now)
{
	if (model_fresh_at(s->model) == s->fresh_at)
		return;
	s->fresh_at = model_fresh_at(s->model);
	for (uint32_t i = 0; i < s->all; i++)
		if (s->entry[i].taken)
			reconcile_entry(s, &s->entry[i], now);
	on_air_check_mesh(s, now);
	dashboard_slot_fill(s, now);
}

/* For links, dashboards only show whether uplinks are up. */
static void take_link(struct systems *s, const struct peer_row *p)
{
	for (uint32_t i = 0; i < s->conf->uplink_count; i++) {
		struct dashboard_slot *entry = &s->entry[s->count + i];
		if (strcmp(s->conf->uplink[i].name, p->name) != 0)
			continue;
		s->version += entry->up != p->up;
		entry->up = p->up;
		entry->since = p->since;
	}
}

void systems_take(struct systems *s, const struct record *r, const struct clock *clock)
{
	if (r->kind == RECORD_SESSION)
		take_session(s, r, clock->now);
	if (r->kind == RECORD_CALL)
		on_air_take_call(s, r);
	if (r->kind == RECORD_LEGS)
		on_air_take_legs(s, r);
	if (r->kind == RECORD_SUBSCRIPTION)
		s->version += r->change != CHANGE_SNAPSHOT;
	if (r->kind == RECORD_PEER)
		take_link(s, &r->peer);
	if (r->kind == RECORD_DROPPED)
		s->version++;
	if (r->kind == RECORD_SNAPSHOT)
		reconcile(s, clock->now);
}

void systems_config(struct systems *s, struct wr *w, const struct clock *clock)
{
	dashboard_slot_fill(s, clock->now);
	systems_config_write(s, w, clock);
}

bool systems_bridges(struct systems *s, struct wr *w, const struct clock *clock)
{
	return systems_bridges_write(s, w, clock);
}

bool systems_on_air(const struct systems *s, uint32_t nth, struct wr *w)
{
	return on_air_write(s, nth, w);
}
