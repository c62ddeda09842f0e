#include "report/systems.h"

#include <stdlib.h>
#include <string.h>

#include "report/on_air.h"
#include "report/seats.h"
#include "report/systems_bridges.h"
#include "report/systems_config.h"

struct systems *systems_open(const struct conf *conf, const struct model *model, struct ring *lines)
{
	uint32_t count = conf->report.legacy_systems;
	uint32_t all = count + conf->uplink_count;
	struct systems *s = calloc(1, sizeof(*s) + all * sizeof(s->seat[0]));

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
		s->seat[i].parked = TICK_LONG_AGO;
	for (uint32_t i = 0; i < conf->uplink_count; i++)
		s->seat[count + i] =
			(struct seat){.taken = true, .client = RECORD_UPLINK_ORIGIN + i};
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

uint32_t systems_unseated(const struct systems *s)
{
	return s->unseated;
}

static void leave(struct systems *s, uint32_t client, tick_t at, tick_t now)
{
	struct seat *seat = seats_find(s, client);

	if (!seat)
		return;
	on_air_leave(s, seat, at);
	seat->taken = false;
	seat->parked = now + SYSTEMS_PARKED_MS;
	s->version++;
}

static void take_session(struct systems *s, const struct record *r, tick_t now)
{
	if (r->change == CHANGE_END)
		leave(s, r->session.client, r->at, now);
	else if (seats_connected(r))
		seats_sit(s, r->session.client, now);
	s->version += r->change != CHANGE_SNAPSHOT;
}

/* After a snapshot: what came and went unseen while records were dropped. */

static bool is_logged_in(const struct systems *s, uint32_t client)
{
	struct model_walk walk = model_walk_client(RECORD_SESSION, client);
	struct record r;

	return model_next(s->model, &walk, &r) && seats_connected(&r);
}

static void reconcile_seat(struct systems *s, struct seat *seat, tick_t now)
{
	if (!seats_is_uplink(s, seat) && !is_logged_in(s, seat->client))
		leave(s, seat->client, now, now);
	else
		on_air_check_seat(s, seat, now);
}

static void reconcile(struct systems *s, tick_t now)
{
	if (model_fresh_at(s->model) == s->fresh_at)
		return;
	s->fresh_at = model_fresh_at(s->model);
	for (uint32_t i = 0; i < s->all; i++)
		if (s->seat[i].taken)
			reconcile_seat(s, &s->seat[i], now);
	on_air_check_mesh(s, now);
	seats_fill(s, now);
}

/* Of links dashboards see only whether those that are uplinks are up. */
static void take_link(struct systems *s, const struct peer_row *p)
{
	for (uint32_t i = 0; i < s->conf->uplink_count; i++) {
		struct seat *seat = &s->seat[s->count + i];
		if (strcmp(s->conf->uplink[i].name, p->name) != 0)
			continue;
		s->version += seat->up != p->up;
		seat->up = p->up;
		seat->since = p->since;
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
	seats_fill(s, clock->now);
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
