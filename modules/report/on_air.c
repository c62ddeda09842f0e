#include "report/on_air.h"

#include "wire/legacy.h"

#define MESH_SLOT 1

static struct legacy_event event_of(const struct on_air *a, bool sent, uint8_t slot,
                                    const char *system)
{
	return (struct legacy_event){
		.action = LEGACY_START,
		.sent = sent,
		.system = system,
		.stream = a->stream,
		.peer = a->peer,
		.src = a->src,
		.slot = slot,
		.dst = a->tg,
	};
}

static void publish(struct systems *s, const struct legacy_event *e)
{
	char line[LEGACY_EVENT_MAX + 1];
	struct wr w = wr_make(line, LEGACY_EVENT_MAX);

	legacy_event_write(&w, e);
	line[wr_len(&w)] = 0;
	ring_publish(s->lines, "", line);
}

/* `e`: the start of it. */
static void end(struct systems *s, struct on_air *a, struct legacy_event e, tick_t at)
{
	/* FDMR-Monitor forgets the start of every call that runs when another one ends. */
	if (!e.sent && s->conf->report.legacy_repeat && s->call_ended >= a->since)
		publish(s, &e);
	e.action = LEGACY_END;
	e.duration_ms = at > a->since ? at - a->since : 0;
	publish(s, &e);
	if (!e.sent)
		s->call_ended = at;
	a->on = false;
}

static bool same_call(const struct on_air *a, uint32_t origin, uint32_t stream)
{
	return a->on && a->origin == origin && a->stream == stream;
}

static void go_off(struct systems *s, struct seat *seat, bool sent, uint8_t slot, tick_t at)
{
	struct on_air *a = sent ? &seat->tx[slot - 1] : &seat->rx[slot - 1];
	char name[SYSTEM_NAME_MAX];

	if (a->on)
		end(s, a, event_of(a, sent, slot, seats_name(s, seat, name)), at);
}

static void go_on(struct systems *s, struct seat *seat, bool sent, uint8_t slot,
                  const struct on_air *what)
{
	struct on_air *a = sent ? &seat->tx[slot - 1] : &seat->rx[slot - 1];
	char name[SYSTEM_NAME_MAX];

	if (same_call(a, what->origin, what->stream))
		return;
	go_off(s, seat, sent, slot, what->since);
	*a = *what;
	a->on = true;
	struct legacy_event e = event_of(a, sent, slot, seats_name(s, seat, name));
	publish(s, &e);
}

static struct legacy_event mesh_event(const struct systems *s, const struct mesh_air *m,
                                      char name[static SYSTEM_NAME_MAX])
{
	return event_of(&m->air, m->sent, MESH_SLOT, seats_peer_name(s, m->place, name));
}

static void mesh_on(struct systems *s, uint32_t place, bool sent, const struct on_air *what)
{
	struct mesh_air *free = NULL;
	char name[SYSTEM_NAME_MAX];

	if (place >= s->conf->peer_count)
		return;
	for (size_t i = 0; i < MESH_ON_AIR_MAX; i++) {
		struct mesh_air *m = &s->mesh[i];
		if (!m->air.on)
			free = m;
		else if (m->place == place && m->sent == sent &&
		         same_call(&m->air, what->origin, what->stream))
			return;
	}
	if (!free)
		return;
	*free = (struct mesh_air){.place = place, .sent = sent, .air = *what};
	free->air.on = true;
	struct legacy_event e = mesh_event(s, free, name);
	publish(s, &e);
}

/* Those sent first, as everywhere. */
static void mesh_off(struct systems *s, uint32_t origin, uint32_t stream, tick_t at)
{
	char name[SYSTEM_NAME_MAX];

	for (int sent = 1; sent >= 0; sent--) {
		for (size_t i = 0; i < MESH_ON_AIR_MAX; i++) {
			struct mesh_air *m = &s->mesh[i];
			if (m->sent == sent && same_call(&m->air, origin, stream))
				end(s, &m->air, mesh_event(s, m, name), at);
		}
	}
}

/* Ends a call wherever it is heard. */
static void legs_off(struct systems *s, uint32_t origin, uint32_t stream, tick_t at)
{
	for (uint32_t i = 0; i < s->all; i++) {
		for (uint8_t slot = 1; slot <= 2; slot++) {
			if (same_call(&s->seat[i].tx[slot - 1], origin, stream))
				go_off(s, &s->seat[i], true, slot, at);
		}
	}
	mesh_off(s, origin, stream, at);
}

void on_air_leave(struct systems *s, struct seat *seat, tick_t at)
{
	for (uint8_t slot = 1; slot <= 2; slot++) {
		go_off(s, seat, true, slot, at);
		go_off(s, seat, false, slot, at);
	}
}

/* The place of the neighbour a call comes from; UINT32_MAX: it comes from none. */
static uint32_t place_of(const struct systems *s, uint32_t origin)
{
	uint32_t place = origin - RECORD_PEER_ORIGIN;

	return origin >= RECORD_PEER_ORIGIN && place < s->conf->peer_count ? place : UINT32_MAX;
}

/* Of a client its id, of an uplink ours there, of a neighbour the id of that server. */
static uint32_t peer_told(const struct systems *s, uint32_t origin)
{
	uint32_t place = place_of(s, origin), uplink = origin - RECORD_UPLINK_ORIGIN;

	if (place != UINT32_MAX)
		return s->conf->peer[place].remote_id;
	if (origin >= RECORD_UPLINK_ORIGIN && uplink < s->conf->uplink_count)
		return s->conf->uplink[uplink].id;
	return origin;
}

/* The only kind of data dashboards list: its header, once for each transmission. */
static void take_data(struct systems *s, const struct record *r, const struct seat *seat)
{
	const struct call_row *c = &r->call;
	uint32_t place = place_of(s, c->origin);
	const struct on_air a = {
		.stream = c->stream, .peer = peer_told(s, c->origin), .src = c->src, .tg = c->dst};
	uint8_t slot = seat ? c->slot : MESH_SLOT;
	char name[SYSTEM_NAME_MAX];

	if (!c->unit || r->change != CHANGE_BEGIN || !seats_is_slot(slot))
		return;
	if (!seat && place == UINT32_MAX)
		return;
	struct legacy_event e =
		event_of(&a, false, slot,
	                 seat ? seats_name(s, seat, name) : seats_peer_name(s, place, name));
	e.action = LEGACY_DATA;
	publish(s, &e);
}

static void voice_on(struct systems *s, const struct record *r, struct seat *seat)
{
	const struct call_row *c = &r->call;
	const struct on_air what = {
		.origin = c->origin,
		.stream = c->stream,
		.peer = peer_told(s, c->origin),
		.src = c->src,
		.tg = c->dst,
		.since = r->change == CHANGE_UPDATE ? r->at : c->started,
	};

	if (c->origin >= RECORD_PEER_ORIGIN)
		mesh_on(s, c->origin - RECORD_PEER_ORIGIN, false, &what);
	else if (seat && seats_is_slot(c->slot))
		go_on(s, seat, false, c->slot, &what);
}

static void voice_off(struct systems *s, const struct record *r, struct seat *seat)
{
	const struct call_row *c = &r->call;

	legs_off(s, c->origin, c->stream, r->at);
	if (seat && seats_is_slot(c->slot) &&
	    same_call(&seat->rx[c->slot - 1], c->origin, c->stream))
		go_off(s, seat, false, c->slot, r->at);
}

void on_air_take_call(struct systems *s, const struct record *r)
{
	const struct call_row *c = &r->call;
	struct seat *seat = seats_find(s, c->origin);

	if (c->data)
		take_data(s, r, seat);
	if (c->data || c->unit)
		return;
	if (r->change != CHANGE_END && c->state == CALL_RUNNING)
		voice_on(s, r, seat);
	else
		voice_off(s, r, seat);
}

void on_air_take_legs(struct systems *s, const struct record *r)
{
	const struct legs_record *l = &r->legs;

	if (l->conference == 0) /* a private call: dashboards know talkgroups only */
		return;
	for (size_t i = 0; i < l->list.count; i++) {
		const struct call_leg *leg = &l->list.leg[i];
		const struct on_air what = {
			.origin = l->origin,
			.stream = l->stream,
			.peer = peer_told(s, l->origin),
			.src = l->src,
			.tg = leg->tg,
			.since = r->at,
		};
		struct seat *seat = seats_find(s, leg->client);
		if (l->open && leg->client >= RECORD_PEER_ORIGIN)
			mesh_on(s, leg->client - RECORD_PEER_ORIGIN, true, &what);
		if (!seat || !seats_is_slot(leg->slot))
			continue;
		if (l->open)
			go_on(s, seat, true, leg->slot, &what);
		else if (same_call(&seat->tx[leg->slot - 1], l->origin, l->stream))
			go_off(s, seat, true, leg->slot, r->at);
	}
}

static bool runs_still(const struct systems *s, const struct on_air *a)
{
	struct model_walk walk = model_walk_client(RECORD_CALL, a->origin);
	struct record r;

	while (model_next(s->model, &walk, &r))
		if (r.call.stream == a->stream && r.call.state == CALL_RUNNING)
			return true;
	return false;
}

static bool hears_still(const struct systems *s, const struct seat *seat, uint8_t slot)
{
	struct model_walk walk = model_walk_client(RECORD_SLOT, seat->client);
	struct record r;

	while (model_next(s->model, &walk, &r))
		if (r.slot.slot == slot && r.slot.state == SLOT_HEARING &&
		    r.slot.stream == seat->tx[slot - 1].stream)
			return true;
	return false;
}

void on_air_check_seat(struct systems *s, struct seat *seat, tick_t now)
{
	bool uplink = seats_is_uplink(s, seat);

	for (uint8_t slot = 1; slot <= 2; slot++) {
		const struct on_air *tx = &seat->tx[slot - 1], *rx = &seat->rx[slot - 1];
		if (tx->on && tx->since < s->fresh_at &&
		    !(uplink ? runs_still(s, tx) : hears_still(s, seat, slot)))
			go_off(s, seat, true, slot, now);
		if (rx->on && rx->since < s->fresh_at && !runs_still(s, rx))
			go_off(s, seat, false, slot, now);
	}
}

void on_air_check_mesh(struct systems *s, tick_t now)
{
	for (size_t i = 0; i < MESH_ON_AIR_MAX; i++) {
		const struct on_air *a = &s->mesh[i].air;
		if (a->on && a->since < s->fresh_at && !runs_still(s, a))
			mesh_off(s, a->origin, a->stream, now);
	}
}

static bool write_mesh(const struct systems *s, uint32_t nth, struct wr *w)
{
	char name[SYSTEM_NAME_MAX];

	if (nth >= MESH_ON_AIR_MAX)
		return false;
	if (s->mesh[nth].air.on) {
		struct legacy_event e = mesh_event(s, &s->mesh[nth], name);
		legacy_event_write(w, &e);
	}
	return true;
}

bool on_air_write(const struct systems *s, uint32_t nth, struct wr *w)
{
	char name[SYSTEM_NAME_MAX];

	if (nth >= s->all)
		return write_mesh(s, nth - s->all, w);
	const struct seat *seat = &s->seat[nth];
	seats_name(s, seat, name);
	for (uint8_t slot = 1; slot <= 2; slot++) {
		const struct on_air *both[] = {&seat->rx[slot - 1], &seat->tx[slot - 1]};
		for (size_t i = 0; i < ARRAY_LEN(both); i++) {
			struct legacy_event e = event_of(both[i], i == 1, slot, name);
			if (both[i]->on)
				legacy_event_write(w, &e);
		}
	}
	return true;
}
