#include "report/legacy/on_air.h"

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
	(void)ring_keep(s->lines, ring_next(s->lines), FORM_TEXT, line);
}

/* `e`: the start of it. */
static void end(struct systems *s, struct on_air *a, struct legacy_event e, tick_t at)
{
	/* FDMR-Monitor forgets the start of every running call when another one ends. */
	if (!e.sent && s->conf->report.legacy_repeat && s->call_ended >= a->since)
		publish(s, &e);
	e.action = LEGACY_END;
	e.duration_ms = at > a->since ? at - a->since : 0;
	publish(s, &e);
	if (!e.sent)
		s->call_ended = at;
	a->on = false;
}

static bool same_call(const struct on_air *a, const struct on_air *b)
{
	return a->on && source_equal(a->origin, b->origin) && a->stream == b->stream &&
	       a->generation == b->generation;
}

static void go_off(struct systems *s, struct dashboard_slot *entry, bool sent, uint8_t slot,
                   tick_t at)
{
	struct on_air *a = sent ? &entry->tx[slot - 1] : &entry->rx[slot - 1];
	char name[SYSTEM_NAME_MAX];

	if (a->on)
		end(s, a, event_of(a, sent, slot, dashboard_slot_name(s, entry, name)), at);
}

static void go_on(struct systems *s, struct dashboard_slot *entry, bool sent, uint8_t slot,
                  const struct on_air *what)
{
	struct on_air *a = sent ? &entry->tx[slot - 1] : &entry->rx[slot - 1];
	char name[SYSTEM_NAME_MAX];

	if (same_call(a, what))
		return;
	go_off(s, entry, sent, slot, what->since);
	*a = *what;
	a->on = true;
	struct legacy_event e = event_of(a, sent, slot, dashboard_slot_name(s, entry, name));
	publish(s, &e);
}

static struct legacy_event mesh_event(const struct systems *s, const struct mesh_air *m,
                                      char name[static SYSTEM_NAME_MAX])
{
	return event_of(&m->air, m->sent, MESH_SLOT, dashboard_slot_peer_name(s, m->index, name));
}

static void mesh_on(struct systems *s, uint32_t index, bool sent, const struct on_air *what)
{
	struct mesh_air *free = NULL;
	char name[SYSTEM_NAME_MAX];

	if (index >= s->conf->peer_count || !s->conf->peer[index].name[0])
		return;
	for (size_t i = 0; i < MESH_ON_AIR_MAX; i++) {
		struct mesh_air *m = &s->mesh[i];
		if (!m->air.on)
			free = m;
		else if (m->index == index && m->sent == sent && same_call(&m->air, what))
			return;
	}
	if (!free)
		return;
	*free = (struct mesh_air){.index = index, .sent = sent, .air = *what};
	free->air.on = true;
	struct legacy_event e = mesh_event(s, free, name);
	publish(s, &e);
}

/* Those sent first, as everywhere. */
static void mesh_off(struct systems *s, const struct on_air *what, tick_t at)
{
	char name[SYSTEM_NAME_MAX];

	for (int sent = 1; sent >= 0; sent--) {
		for (size_t i = 0; i < MESH_ON_AIR_MAX; i++) {
			struct mesh_air *m = &s->mesh[i];
			if (m->sent == sent && same_call(&m->air, what))
				end(s, &m->air, mesh_event(s, m, name), at);
		}
	}
}

/* Ends a call wherever it is shown. */
static void legs_off(struct systems *s, const struct on_air *what, tick_t at)
{
	for (uint32_t i = 0; i < s->all; i++) {
		for (uint8_t slot = 1; slot <= 2; slot++) {
			if (same_call(&s->entry[i].tx[slot - 1], what))
				go_off(s, &s->entry[i], true, slot, at);
		}
	}
	mesh_off(s, what, at);
}

void on_air_leave(struct systems *s, struct dashboard_slot *entry, tick_t at)
{
	for (uint8_t slot = 1; slot <= 2; slot++) {
		go_off(s, entry, true, slot, at);
		go_off(s, entry, false, slot, at);
	}
}

static bool is_peer(const struct systems *s, struct source origin)
{
	return origin.kind == SOURCE_PEER && origin.index < s->conf->peer_count &&
	       s->conf->peer[origin.index].name[0];
}

/* A client's ID, our ID on an uplink, or the server ID of a neighbour. */
static uint32_t peer_told(const struct systems *s, struct source origin)
{
	if (is_peer(s, origin))
		return s->conf->peer[origin.index].remote_id;
	if (origin.kind == SOURCE_UPLINK && origin.index < s->conf->uplink_count)
		return s->conf->uplink[origin.index].id;
	return source_number(origin);
}

/* The only kind of data that dashboards list: its header, once per transmission. */
static void take_data(struct systems *s, const struct record *r, const struct dashboard_slot *entry)
{
	const struct call_row *c = &r->call;
	const struct on_air a = {
		.stream = c->stream, .peer = peer_told(s, c->origin), .src = c->src, .tg = c->dst};
	uint8_t slot = entry ? c->slot : MESH_SLOT;
	char name[SYSTEM_NAME_MAX];

	if (!c->unit || r->change != CHANGE_BEGIN || !is_radio_slot(slot))
		return;
	if (!entry && !is_peer(s, c->origin))
		return;
	struct legacy_event e =
		event_of(&a, false, slot,
	                 entry ? dashboard_slot_name(s, entry, name)
	                       : dashboard_slot_peer_name(s, c->origin.index, name));
	e.action = LEGACY_DATA;
	publish(s, &e);
}

static void voice_on(struct systems *s, const struct record *r, struct dashboard_slot *entry)
{
	const struct call_row *c = &r->call;
	const struct on_air what = {
		.origin = c->origin,
		.stream = c->stream,
		.generation = c->generation,
		.peer = peer_told(s, c->origin),
		.src = c->src,
		.tg = c->dst,
		.since = r->change == CHANGE_UPDATE ? r->at : c->started,
	};

	if (c->origin.kind == SOURCE_PEER)
		mesh_on(s, c->origin.index, false, &what);
	else if (entry && is_radio_slot(c->slot))
		go_on(s, entry, false, c->slot, &what);
}

static void voice_off(struct systems *s, const struct record *r, struct dashboard_slot *entry)
{
	const struct call_row *c = &r->call;
	const struct on_air what = {
		.origin = c->origin, .stream = c->stream, .generation = c->generation};

	legs_off(s, &what, r->at);
	if (entry && is_radio_slot(c->slot) && same_call(&entry->rx[c->slot - 1], &what))
		go_off(s, entry, false, c->slot, r->at);
}

void on_air_take_call(struct systems *s, const struct record *r)
{
	const struct call_row *c = &r->call;
	struct dashboard_slot *entry = dashboard_slot_find(s, c->origin);

	if (c->data)
		take_data(s, r, entry);
	if (c->data || c->unit)
		return;
	if (r->change != CHANGE_END && c->state == CALL_RUNNING)
		voice_on(s, r, entry);
	else
		voice_off(s, r, entry);
}

void on_air_take_legs(struct systems *s, const struct record *r)
{
	const struct legs_record *l = &r->legs;

	if (l->conference == 0) /* a private call: dashboards only know talkgroups */
		return;
	for (size_t i = 0; i < l->list.count; i++) {
		const struct call_leg *leg = &l->list.leg[i];
		const struct on_air what = {
			.origin = l->origin,
			.stream = l->stream,
			.generation = l->generation,
			.peer = peer_told(s, l->origin),
			.src = l->src,
			.tg = leg->tg,
			.since = r->at,
		};
		struct dashboard_slot *entry = dashboard_slot_find(s, leg->to);
		if (l->open && leg->to.kind == SOURCE_PEER)
			mesh_on(s, leg->to.index, true, &what);
		if (!entry || !is_radio_slot(leg->slot))
			continue;
		if (l->open)
			go_on(s, entry, true, leg->slot, &what);
		else if (same_call(&entry->tx[leg->slot - 1], &what))
			go_off(s, entry, true, leg->slot, r->at);
	}
}

static bool runs_still(const struct systems *s, const struct on_air *a)
{
	struct model_walk walk = model_walk_client(RECORD_CALL, source_number(a->origin));
	struct record r;

	while (model_next(s->model, &walk, &r))
		if (r.call.stream == a->stream && r.call.generation == a->generation &&
		    r.call.state == CALL_RUNNING)
			return true;
	return false;
}

static bool hears_still(const struct systems *s, const struct dashboard_slot *entry, uint8_t slot)
{
	struct model_walk walk = model_walk_client(RECORD_SLOT, entry->source.index);
	struct record r;

	while (model_next(s->model, &walk, &r))
		if (r.slot.slot == slot && r.slot.state == SLOT_HEARING &&
		    r.slot.stream == entry->tx[slot - 1].stream)
			return true;
	return false;
}

void on_air_check_entry(struct systems *s, struct dashboard_slot *entry, tick_t now)
{
	bool uplink = dashboard_slot_is_uplink(s, entry);

	for (uint8_t slot = 1; slot <= 2; slot++) {
		const struct on_air *tx = &entry->tx[slot - 1], *rx = &entry->rx[slot - 1];
		if (tx->on && tx->since < s->fresh_at &&
		    !(uplink ? runs_still(s, tx) : hears_still(s, entry, slot)))
			go_off(s, entry, true, slot, now);
		if (rx->on && rx->since < s->fresh_at && !runs_still(s, rx))
			go_off(s, entry, false, slot, now);
	}
}

void on_air_check_mesh(struct systems *s, tick_t now)
{
	for (size_t i = 0; i < MESH_ON_AIR_MAX; i++) {
		const struct on_air a = s->mesh[i].air;
		if (a.on && a.since < s->fresh_at && !runs_still(s, &a))
			mesh_off(s, &a, now);
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
	const struct dashboard_slot *entry = &s->entry[nth];
	dashboard_slot_name(s, entry, name);
	for (uint8_t slot = 1; slot <= 2; slot++) {
		const struct on_air *both[] = {&entry->rx[slot - 1], &entry->tx[slot - 1]};
		for (size_t i = 0; i < ARRAY_LEN(both); i++) {
			struct legacy_event e = event_of(both[i], i == 1, slot, name);
			if (both[i]->on)
				legacy_event_write(w, &e);
		}
	}
	return true;
}
