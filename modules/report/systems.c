#include "report/systems.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "wire/legacy.h"
#include "wire/options.h"

#define NAME_MAX 40u         /* "SYSTEM-1999", "OBP-" and the name of a peer */
#define MESH_ON_AIR_MAX 256u /* calls shown at neighbours at a time; more are not */
#define MESH_SLOT 1
#define LIST_MAX 512u      /* a full list of static talkgroups */
#define DEFAULTS_MAX 1100u /* two of them with their names */
#define BRIDGE_NAME_MAX 12u
#define UNLINK_TG 4000u

/* A transmission at a slot, from it or to it. */
struct on_air {
	bool on;
	uint32_t origin, stream;
	uint32_t peer; /* what dashboards are told of the origin */
	uint32_t src, tg;
	tick_t since;
};

/* The same at a neighbour, which has room for many. */
struct mesh_air {
	uint32_t place; /* of the neighbour in the configuration */
	bool sent;
	struct on_air air;
};

/* Those of uplinks come behind the others, always taken. */
struct seat {
	bool taken;
	uint32_t client; /* also of who left last */
	tick_t parked;   /* empty until then */
	bool up;         /* an uplink */
	tick_t since;
	struct on_air rx[2], tx[2];
};

/* A subscription as BRIDGES groups them. */
struct leg_row {
	bool dialled;
	uint32_t conference, seat, rf_tg;
	uint8_t slot;
	enum subscription_mode mode;
	tick_t until;
};

struct systems {
	const struct conf *conf;
	const struct model *model;
	struct ring *lines;
	struct leg_row *legs; /* room for as many as there were subscriptions */
	uint32_t leg_room;
	uint64_t version;
	uint32_t unseated;
	tick_t call_ended; /* the last one */
	tick_t fresh_at;   /* of the model when it was looked at last */
	struct mesh_air mesh[MESH_ON_AIR_MAX];
	uint32_t count; /* of seats for sessions */
	uint32_t all;   /* and uplinks */
	struct seat seat[];
};

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

/* A name of the operator's behind what dashboards tell its kind by; a comma would end the field. */
static const char *name_link(const char *kind, const char *own, char name[static NAME_MAX])
{
	char text[CONF_NAME_MAX];
	struct text t = text_make(name, NAME_MAX);

	text_clean(text, sizeof(text), own, strlen(own));
	for (char *c = text; *c; c++)
		if (*c == ',')
			*c = '-';
	text_format(&t, "%s-%s", kind, text);
	return name;
}

static const char *name_of_peer(const struct systems *s, uint32_t place, char name[static NAME_MAX])
{
	return name_link("OBP", s->conf->peer[place].name, name);
}

static bool is_uplink(const struct systems *s, const struct seat *seat)
{
	return seat >= s->seat + s->count;
}

static const struct conf_uplink *uplink_at(const struct systems *s, const struct seat *seat)
{
	return &s->conf->uplink[seat - (s->seat + s->count)];
}

static const char *name_of(const struct systems *s, const struct seat *seat,
                           char name[static NAME_MAX])
{
	struct text t = text_make(name, NAME_MAX);

	if (is_uplink(s, seat))
		return name_link("PEER", uplink_at(s, seat)->name, name);
	text_format(&t, "SYSTEM-%u", (unsigned)(seat - s->seat));
	return name;
}

/* Seats. */

static struct seat *seat_of(struct systems *s, uint32_t client)
{
	for (uint32_t i = 0; i < s->all; i++)
		if (s->seat[i].taken && s->seat[i].client == client)
			return &s->seat[i];
	return NULL;
}

/* The seat this client left, or else the first that nobody else has left just now. */
static struct seat *free_seat(struct systems *s, uint32_t client, tick_t now)
{
	struct seat *free = NULL;

	for (uint32_t i = 0; i < s->count; i++) {
		struct seat *seat = &s->seat[i];
		if (seat->taken)
			continue;
		if (seat->client == client)
			return seat;
		if (!free && seat->parked <= now)
			free = seat;
	}
	return free;
}

static void sit(struct systems *s, uint32_t client, tick_t now)
{
	struct seat *seat = seat_of(s, client);

	if (seat)
		return;
	seat = free_seat(s, client, now);
	if (!seat)
		return;
	*seat = (struct seat){.taken = true, .client = client};
	s->version++;
}

static bool is_connected(const struct record *session)
{
	return session->session.state == SESSION_CONNECTED;
}

/* Seats whoever found no room when he came. */
static void sit_all(struct systems *s, tick_t now)
{
	struct model_walk walk = model_walk_kind(RECORD_SESSION);
	uint32_t taken = 0, connected = 0;
	struct record r;

	while (model_next(s->model, &walk, &r)) {
		if (!is_connected(&r))
			continue;
		sit(s, r.session.client, now);
		connected++;
	}
	for (uint32_t i = 0; i < s->count; i++)
		taken += s->seat[i].taken;
	uint32_t before = s->unseated;
	s->unseated = connected > taken ? connected - taken : 0;
	if (s->unseated > 0 && before == 0)
		log_warn("legacy dashboards are not shown all sessions room=%" PRIu32, s->count);
}

/* Calls. */

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

static bool is_slot(uint8_t slot)
{
	return slot == 1 || slot == 2;
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
	char name[NAME_MAX];

	if (a->on)
		end(s, a, event_of(a, sent, slot, name_of(s, seat, name)), at);
}

static void go_on(struct systems *s, struct seat *seat, bool sent, uint8_t slot,
                  const struct on_air *what)
{
	struct on_air *a = sent ? &seat->tx[slot - 1] : &seat->rx[slot - 1];
	char name[NAME_MAX];

	if (same_call(a, what->origin, what->stream))
		return;
	go_off(s, seat, sent, slot, what->since);
	*a = *what;
	a->on = true;
	struct legacy_event e = event_of(a, sent, slot, name_of(s, seat, name));
	publish(s, &e);
}

static struct legacy_event mesh_event(const struct systems *s, const struct mesh_air *m,
                                      char name[static NAME_MAX])
{
	return event_of(&m->air, m->sent, MESH_SLOT, name_of_peer(s, m->place, name));
}

static void mesh_on(struct systems *s, uint32_t place, bool sent, const struct on_air *what)
{
	struct mesh_air *free = NULL;
	char name[NAME_MAX];

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
	char name[NAME_MAX];

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

static void all_off(struct systems *s, struct seat *seat, tick_t at)
{
	for (uint8_t slot = 1; slot <= 2; slot++) {
		go_off(s, seat, true, slot, at);
		go_off(s, seat, false, slot, at);
	}
}

static void leave(struct systems *s, uint32_t client, tick_t at, tick_t now)
{
	struct seat *seat = seat_of(s, client);

	if (!seat)
		return;
	all_off(s, seat, at);
	seat->taken = false;
	seat->parked = now + SYSTEMS_PARKED_MS;
	s->version++;
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
	char name[NAME_MAX];

	if (!c->unit || r->change != CHANGE_BEGIN || !is_slot(slot))
		return;
	if (!seat && place == UINT32_MAX)
		return;
	struct legacy_event e = event_of(
		&a, false, slot, seat ? name_of(s, seat, name) : name_of_peer(s, place, name));
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
	else if (seat && is_slot(c->slot))
		go_on(s, seat, false, c->slot, &what);
}

static void voice_off(struct systems *s, const struct record *r, struct seat *seat)
{
	const struct call_row *c = &r->call;

	legs_off(s, c->origin, c->stream, r->at);
	if (seat && is_slot(c->slot) && same_call(&seat->rx[c->slot - 1], c->origin, c->stream))
		go_off(s, seat, false, c->slot, r->at);
}

static void take_call(struct systems *s, const struct record *r)
{
	const struct call_row *c = &r->call;
	struct seat *seat = seat_of(s, c->origin);

	if (c->data)
		take_data(s, r, seat);
	if (c->data || c->unit)
		return;
	if (r->change != CHANGE_END && c->state == CALL_RUNNING)
		voice_on(s, r, seat);
	else
		voice_off(s, r, seat);
}

static void take_legs(struct systems *s, const struct record *r)
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
		struct seat *seat = seat_of(s, leg->client);
		if (l->open && leg->client >= RECORD_PEER_ORIGIN)
			mesh_on(s, leg->client - RECORD_PEER_ORIGIN, true, &what);
		if (!seat || !is_slot(leg->slot))
			continue;
		if (l->open)
			go_on(s, seat, true, leg->slot, &what);
		else if (same_call(&seat->tx[leg->slot - 1], l->origin, l->stream))
			go_off(s, seat, true, leg->slot, r->at);
	}
}

static void take_session(struct systems *s, const struct record *r, tick_t now)
{
	if (r->change == CHANGE_END)
		leave(s, r->session.client, r->at, now);
	else if (is_connected(r))
		sit(s, r->session.client, now);
	s->version += r->change != CHANGE_SNAPSHOT;
}

/* After a snapshot: what came and went unseen while records were dropped. */

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

static bool is_logged_in(const struct systems *s, uint32_t client)
{
	struct model_walk walk = model_walk_client(RECORD_SESSION, client);
	struct record r;

	return model_next(s->model, &walk, &r) && is_connected(&r);
}

static void reconcile_seat(struct systems *s, struct seat *seat, tick_t now)
{
	bool uplink = is_uplink(s, seat);

	if (!uplink && !is_logged_in(s, seat->client)) {
		leave(s, seat->client, now, now);
		return;
	}
	for (uint8_t slot = 1; slot <= 2; slot++) {
		const struct on_air *tx = &seat->tx[slot - 1], *rx = &seat->rx[slot - 1];
		if (tx->on && tx->since < s->fresh_at &&
		    !(uplink ? runs_still(s, tx) : hears_still(s, seat, slot)))
			go_off(s, seat, true, slot, now);
		if (rx->on && rx->since < s->fresh_at && !runs_still(s, rx))
			go_off(s, seat, false, slot, now);
	}
}

static void reconcile(struct systems *s, tick_t now)
{
	if (model_fresh_at(s->model) == s->fresh_at)
		return;
	s->fresh_at = model_fresh_at(s->model);
	for (uint32_t i = 0; i < s->all; i++)
		if (s->seat[i].taken)
			reconcile_seat(s, &s->seat[i], now);
	for (size_t i = 0; i < MESH_ON_AIR_MAX; i++) {
		const struct on_air *a = &s->mesh[i].air;
		if (a->on && a->since < s->fresh_at && !runs_still(s, a))
			mesh_off(s, a->origin, a->stream, now);
	}
	sit_all(s, now);
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
		take_call(s, r);
	if (r->kind == RECORD_LEGS)
		take_legs(s, r);
	if (r->kind == RECORD_SUBSCRIPTION)
		s->version += r->change != CHANGE_SNAPSHOT;
	if (r->kind == RECORD_PEER)
		take_link(s, &r->peer);
	if (r->kind == RECORD_DROPPED)
		s->version++;
	if (r->kind == RECORD_SNAPSHOT)
		reconcile(s, clock->now);
}

static bool mesh_on_air(const struct systems *s, uint32_t nth, struct wr *w)
{
	char name[NAME_MAX];

	if (nth >= MESH_ON_AIR_MAX)
		return false;
	if (s->mesh[nth].air.on) {
		struct legacy_event e = mesh_event(s, &s->mesh[nth], name);
		legacy_event_write(w, &e);
	}
	return true;
}

bool systems_on_air(const struct systems *s, uint32_t nth, struct wr *w)
{
	char name[NAME_MAX];

	if (nth >= s->all)
		return mesh_on_air(s, nth - s->all, w);
	const struct seat *seat = &s->seat[nth];
	name_of(s, seat, name);
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

/* CONFIG. */

static void list_format(const struct tg_list *list, char out[static LIST_MAX])
{
	struct text t = text_make(out, LIST_MAX);

	for (uint32_t i = 0; i < list->count; i++)
		text_format(&t, "%s%" PRIu32, i ? "," : "", list->tg[i]);
}

/* The static talkgroups of a client's slot as they are. */
static void statics_of(const struct systems *s, uint32_t client, uint8_t slot,
                       char out[static LIST_MAX])
{
	struct model_walk walk = model_walk_client(RECORD_SUBSCRIPTION, client);
	struct tg_list list = {.count = 0};
	struct record r;

	while (model_next(s->model, &walk, &r) && list.count < TGLIST_MAX)
		if (r.subscription.slot == slot && r.subscription.mode == SUBSCRIPTION_STATIC)
			list.tg[list.count++] = r.subscription.rf_tg;
	list_format(&list, out);
}

static const struct conf_listener *listener_of(const struct systems *s, const char *name)
{
	for (uint32_t i = 0; i < s->conf->listener_count; i++)
		if (strcmp(s->conf->listener[i].name, name) == 0)
			return &s->conf->listener[i];
	return &s->conf->listener[0];
}

static bool is_single(const struct systems *s, const struct session_row *row)
{
	struct options options;
	struct bad_tokens bad;

	options_parse(row->options, strlen(row->options), &options, &bad);
	if (options.has_single)
		return options.single;
	return conf_defaults_for(s->conf, listener_of(s, row->listener), row->client).single;
}

static void defaults_format(const struct conf_listener *l, char out[static DEFAULTS_MAX])
{
	char lists[2][LIST_MAX];
	struct text t = text_make(out, DEFAULTS_MAX);

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		list_format(&l->defaults.statics[i], lists[i]);
	text_format(&t, "TS1_STATIC=%s;TS2_STATIC=%s", lists[0], lists[1]);
}

/* Texts of a session as dashboards take them: UTF-8 without control characters. */
struct clean_texts {
	char callsign[32], location[128], software[256], package[256];
};

static void clean(char *out, size_t cap, const char *text)
{
	text_clean(out, cap, text, strlen(text));
}

static void write_taken(struct systems *s, struct wr *w, const struct legacy_master *empty,
                        const struct session_row *row, const struct clock *clock)
{
	char statics[2][LIST_MAX], defaults[DEFAULTS_MAX];
	struct clean_texts text;

	clean(text.callsign, sizeof(text.callsign), row->callsign);
	clean(text.location, sizeof(text.location), row->location);
	clean(text.software, sizeof(text.software), row->software);
	clean(text.package, sizeof(text.package), row->package);
	const struct legacy_client client = {
		.id = row->client,
		.since_ms = row->since + clock->epoch_ms,
		.ip = "", /* nobody's business, and no dashboard shows it */
		.callsign = text.callsign,
		.rx_hz = row->rx_hz,
		.tx_hz = row->tx_hz,
		.cc = row->cc,
		.slots = row->simplex ? 4 : 3,
		.location = text.location,
		.description = "",
		.url = "",
		.software = text.software,
		.package = text.package,
	};
	defaults_format(listener_of(s, row->listener), defaults);
	for (uint8_t slot = 1; slot <= 2; slot++)
		statics_of(s, row->client, slot, statics[slot - 1]);
	struct legacy_master taken = *empty;
	taken.single = is_single(s, row);
	taken.static_1 = statics[0];
	taken.static_2 = statics[1];
	taken.options = defaults;
	taken.client = &client;
	legacy_master_write(w, &taken);
}

static void write_seat(struct systems *s, struct wr *w, const struct seat *seat,
                       const struct clock *clock)
{
	struct model_walk walk = model_walk_client(RECORD_SESSION, seat->client);
	char name[NAME_MAX], defaults[DEFAULTS_MAX];
	struct legacy_master m = {.name = name_of(s, seat, name),
	                          .static_1 = "",
	                          .static_2 = "",
	                          .options = defaults};
	struct record r;

	defaults_format(&s->conf->listener[0], defaults);
	if (seat->taken && model_next(s->model, &walk, &r))
		write_taken(s, w, &m, &r.session, clock);
	else
		legacy_master_write(w, &m);
}

/* Dashboards have no field for whether it is up, and need none for its address. */
static void write_peer(const struct systems *s, struct wr *w, uint32_t place)
{
	char name[NAME_MAX];
	const struct legacy_openbridge o = {
		.name = name_of_peer(s, place, name),
		.network_id = s->conf->peer[place].remote_id,
		.target_ip = "",
		.target_port = s->conf->peer[place].address.port,
	};

	legacy_openbridge_write(w, &o);
}

/* How often it was asked and answered is not told; both zero: nothing was lost. */
static void write_uplink(const struct systems *s, struct wr *w, const struct seat *seat,
                         const struct clock *clock)
{
	const struct conf_uplink *c = uplink_at(s, seat);
	char name[NAME_MAX], callsign[CONF_NAME_MAX];

	clean(callsign, sizeof(callsign), c->callsign);
	const struct legacy_uplink u = {
		.name = name_of(s, seat, name),
		.xlx = c->protocol == UPLINK_XLX,
		.location = "",
		.description = "",
		.url = "",
		.callsign = callsign,
		.radio_id = c->id,
		.master_ip = "",
		.master_port = c->targets[0].address.port,
		.slots = c->protocol == UPLINK_XLX ? 2 : 3,
		.up = seat->up,
		.since_ms = seat->since + clock->epoch_ms,
	};

	legacy_uplink_write(w, &u);
}

void systems_config(struct systems *s, struct wr *w, const struct clock *clock)
{
	sit_all(s, clock->now);
	legacy_config_begin(w);
	for (uint32_t i = 0; i < s->count; i++)
		write_seat(s, w, &s->seat[i], clock);
	for (uint32_t i = s->count; i < s->all; i++)
		write_uplink(s, w, &s->seat[i], clock);
	for (uint32_t i = 0; i < s->conf->peer_count; i++)
		write_peer(s, w, i);
	legacy_config_end(w);
}

/* BRIDGES. */

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

/* Active ones only: of several legs of a system dashboards keep the last. */
static uint32_t gather(struct systems *s)
{
	struct model_walk walk = model_walk_kind(RECORD_SUBSCRIPTION);
	const struct subscription_row *u;
	uint32_t count = 0;
	struct record r;

	while (count < s->leg_room && model_next(s->model, &walk, &r)) {
		u = &r.subscription;
		const struct seat *seat = seat_of(s, u->client);
		if (!seat || !u->active || !is_slot(u->slot))
			continue;
		s->legs[count++] = (struct leg_row){
			.dialled = u->mode == SUBSCRIPTION_DEFAULT || u->mode == SUBSCRIPTION_DIAL,
			.conference = u->conference,
			.seat = (uint32_t)(seat - s->seat),
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
	if (a->seat != b->seat)
		return a->seat < b->seat ? -1 : 1;
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
	char name[NAME_MAX];
	tick_t deadline = l->until == TICK_NEVER ? clock->now : l->until;
	const struct legacy_leg leg = {
		.system = name_of(s, &s->seat[l->seat], name),
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

bool systems_bridges(struct systems *s, struct wr *w, const struct clock *clock)
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
