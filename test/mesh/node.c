/* A server of the mesh: its core, and the datagrams that go in and come out. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "conf/parse.h"
#include "conf/reload.h"
#include "harness/golden.h"
#include "mesh/sim.h"

#define EPOCH_NS (UINT64_C(1800000000) * SECOND_NS)
#define STAMP_FALL_NS (UINT64_C(5) * SECOND_NS)

struct addr node_address(uint32_t node, uint16_t port)
{
	uint8_t ip[4] = {10, 1, (uint8_t)(node >> 8), (uint8_t)node};

	return addr_v4(ip, port);
}

static void complain(void *context, const char *line)
{
	sim_fault(context, "configuration: %s", line);
}

/* Its uplinks have to log in again. */
static void touch_guest(struct model *m, uint32_t node, tick_t now)
{
	if (m->guest != NOBODY && (node == m->guest || m->up[m->guest][node]))
		m->guest_since = now;
}

static const struct conf *conf_of(const struct node *n)
{
	return &n->conf[n->reloads % 2];
}

static void configure(struct sim *sim, uint32_t index, bool changed, struct conf *conf)
{
	char text[16384];
	struct text t = text_make(text, sizeof(text));

	plan_config(sim, index, changed, &t);
	if (conf_parse(text, strlen(text), "node", conf, complain, sim) != 0)
		sim_fault(sim, "the configuration of node %" PRIu32 " is not read", index);
}

/* Opens a core in an arena of its own. */
static void open_core(struct sim *sim, uint32_t index)
{
	struct node *n = &sim->node[index];
	uint32_t starts = sim->model.place[index].starts;
	uint8_t seed[CORE_SEED_LEN] = {(uint8_t)index, (uint8_t)starts, (uint8_t)sim->story->seed};
	const struct conf *conf = conf_of(n);
	struct arena measure;

	arena_measure(&measure);
	core_open(&measure, conf, seed, sim->now);
	actions_open(&n->actions, &measure, &conf->limits);
	if (!arena_claim(&n->arena, measure.used))
		abort();
	n->core = core_open(&n->arena, conf, seed, sim->now);
	actions_open(&n->actions, &n->arena, &conf->limits);
}

/* The server as a scenario has to have it. */
static void film_begin(const struct sim *sim, uint32_t index)
{
	struct film *f = sim->film;
	struct text config = text_make(f->config, sizeof(f->config));

	plan_config(sim, index, false, &config);
	memcpy(f->up, sim->model.up[index], sizeof(f->up));
}

void node_start(struct sim *sim, uint32_t index)
{
	struct place *place = &sim->model.place[index];

	configure(sim, index, false, &sim->node[index].conf[sim->node[index].reloads % 2]);
	open_core(sim, index);
	place->starts++;
	place->runs = true;
	memset(sim->stamp[index], 0, sizeof(sim->stamp[index]));
	touch_guest(&sim->model, index, sim->now);
	if (place->starts > 1)
		sim_film(sim, index, "restart");
	else if (sim->film && sim->film->node == index)
		film_begin(sim, index);
}

void node_stop(struct sim *sim, uint32_t index)
{
	struct node *n = &sim->node[index];

	if (!n->core)
		return;
	touch_guest(&sim->model, index, sim->now);
	sim->model.place[index].runs = false;
	n->core = NULL;
	arena_release(&n->arena);
	conf_release(&n->conf[n->reloads % 2]);
}

static void hops_bounded(struct sim *sim, uint32_t from, const struct flight *f)
{
	bool v5 = f->len == 89 && memcmp(f->bytes, "DMRE", 4) == 0;

	if (!v5 || (f->bytes[72] >= 1 && f->bytes[72] <= 10))
		return;
	sim_blame(sim, from);
	sim_fault(sim, "node %" PRIu32 " sent a frame of %d hops", from, f->bytes[72]);
}

/* Time stamps of a link rise, but where the clock was set back by more than a receiver minds. */
static void stamps_rise(struct sim *sim, uint32_t from, uint32_t to, const struct flight *f)
{
	if (f->len != 89 || memcmp(f->bytes, "DMRE", 4) != 0)
		return;
	uint64_t stamp =
		(uint64_t)judge_number(f->bytes + 56, 4) << 32 | judge_number(f->bytes + 60, 4);
	uint64_t *last = &sim->stamp[from][to];
	if (stamp <= *last && *last - stamp < STAMP_FALL_NS)
		sim_fault(sim,
		          "node %" PRIu32 " sent node %" PRIu32 " two frames with the time stamp "
		          "%" PRIu64 ", or an earlier one second",
		          from, to, stamp);
	*last = stamp;
}

/* Sockets are numbered as in the configuration: the listener, that of all peers, those of uplinks.
 */
static uint16_t port_of(const struct conf *conf, uint32_t socket)
{
	struct conf_socket s = conf_socket(conf, socket);

	if (!conf_socket_bind(conf, socket))
		return 0;
	return s.user == USER_UPLINK  ? (uint16_t)(UPLINK_PORT + s.index)
	       : s.user == USER_PEERS ? MESH_PORT
	                              : LISTENER_PORT;
}

/* Does it leave, with what is broken on purpose? */
static bool leaves(const struct sim *sim, const struct flight *f)
{
	enum broken broken = sim->story->broken;
	bool v1 = memcmp(f->bytes, "DMRD", 4) == 0, burst = v1 || memcmp(f->bytes, "DMRE", 4) == 0;

	if (broken == BROKEN_SLOT && side_of(&f->to) == SIDE_RIG)
		return !v1 || (f->bytes[15] & 0x80);
	if (broken == BROKEN_END && side_of(&f->to) == SIDE_NODE)
		return !burst || (f->bytes[15] & 0x3F) != 0x22;
	return true;
}

static void send(struct sim *sim, uint32_t from, uint32_t socket, struct flight *f)
{
	enum side side = side_of(&f->to);
	uint32_t to = (uint32_t)f->to.ip[14] << 8 | f->to.ip[15];

	if (!leaves(sim, f))
		return;
	f->hostile = false;
	f->from = node_address(from, port_of(conf_of(&sim->node[from]), socket));
	sim->tally.datagrams++;
	if (side == SIDE_FOE)
		foes_answered(sim, f);
	if (side != SIDE_NODE) {
		net_send(&sim->net, NULL, sim->now, f);
		return;
	}
	struct path *path = &sim->model.path[from][to];
	if (!path->there)
		sim_fault(sim, "node %" PRIu32 " sent to %" PRIu32 ", no neighbour", from, to);
	hops_bounded(sim, from, f);
	stamps_rise(sim, from, to, f);
	enum fate fate = net_send(&sim->net, path, sim->now, f);
	sim->tally.lost += fate != FATE_SENT;
	ledger_crossed(sim, from, to, f, fate);
}

static void perform(struct sim *sim, uint32_t index)
{
	struct actions *a = &sim->node[index].actions;
	struct flight f;

	for (uint32_t i = 0; i < a->target_count; i++) {
		const struct target *t = &a->targets[i];
		const struct send *s = &a->sends[t->send];
		f.to = t->where.to;
		f.len = s->len;
		memcpy(f.bytes, s->bytes, s->len);
		for (unsigned b = 0; s->id_at && b < 4; b++)
			f.bytes[s->id_at + b] = (uint8_t)(t->id >> (24 - 8 * b));
		send(sim, index, t->where.socket, &f);
	}
	for (uint32_t i = 0; i < a->record_count; i++) {
		const struct record *r = &a->records[i];
		if (r->kind == RECORD_CALL && r->change != CHANGE_END &&
		    r->call.state == CALL_RUNNING)
			ledger_accepted(sim, r);
		if (r->kind == RECORD_LOG && sim->hears)
			sim_say(sim, "node %" PRIu32 " logs: %s", index, r->log.line);
	}
	if (a->refused_total) {
		sim_blame(sim, index);
		sim_fault(sim, "node %" PRIu32 " had no room for its actions", index);
	}
	actions_empty(a);
}

uint64_t node_wall_ns(const struct sim *sim, uint32_t index)
{
	tick_t now = sim_time(sim) + sim->model.place[index].ahead_ms;

	return EPOCH_NS + (uint64_t)now * (SECOND_NS / 1000);
}

static bool is_unit_of_rig(const struct event *e)
{
	return e->kind == EVENT_DATAGRAM && side_of(&e->datagram.from.to) == SIDE_RIG &&
	       memcmp(e->datagram.bytes, "DMRD", 4) == 0 && (e->datagram.bytes[15] & 0x40);
}

static void step(struct sim *sim, uint32_t index, struct event *event)
{
	struct node *n = &sim->node[index];

	event->wall_ns = node_wall_ns(sim, index);
	sim->progress->node = index;
	sim->progress->now = sim->now;
	sim->progress->steps++;
	if (sim->story->broken == BROKEN_CRASH && is_unit_of_rig(event))
		raise(SIGSEGV);
	core_step(n->core, sim->now, event, &n->actions);
	sim->tally.steps++;
	const char *fault = core_check(n->core);
	if (fault) {
		sim_blame(sim, index);
		sim_fault(sim, "node %" PRIu32 ": %s", index, fault);
	}
	golden_step(&sim->digest, sim->now, &n->actions);
	perform(sim, index);
}

void node_receive(struct sim *sim, uint32_t index, const struct flight *flight)
{
	struct event event = {.kind = EVENT_DATAGRAM};
	const struct conf *conf = conf_of(&sim->node[index]);
	uint32_t socket = 0;

	if (!sim->node[index].core)
		return;
	while (socket < CONF_SOCKETS_MAX && port_of(conf, socket) != flight->to.port)
		socket++;
	if (socket == CONF_SOCKETS_MAX)
		return; /* its last neighbour has been taken out */
	sim_film_datagram(sim, index, flight);
	event.datagram.bytes = flight->bytes;
	event.datagram.len = flight->len;
	event.datagram.from =
		(struct endpoint){.to = flight->from, .from = flight->to, .socket = socket};
	event.datagram.from.from.port = 0;
	step(sim, index, &event);
}

void node_time(struct sim *sim, uint32_t index)
{
	step(sim, index, &(struct event){.kind = EVENT_TIME});
}

void node_order(struct sim *sim, uint32_t index, struct command *command)
{
	sim->tally.orders++;
	command->number = 1;
	step(sim, index, &(struct event){.kind = EVENT_COMMAND, .command = command});
}

static void follow(struct sim *sim, uint32_t index)
{
	const struct node *n = &sim->node[index];

	for (unsigned turns = 0; turns == 0 || !core_follows(n->core, conf_of(n)); turns++) {
		if (turns > 100)
			sim_fault(sim, "node %" PRIu32 " does not follow its configuration", index);
		step(sim, index, &(struct event){.kind = EVENT_CONF, .conf = conf_of(n)});
	}
}

static void ignore_change(void *context, const char *what, enum conf_when when)
{
	(void)context;
	(void)what;
	(void)when;
}

/* Rows of the running configuration keep their places, so it is made from the one at the start. */
void node_reload(struct sim *sim, uint32_t index)
{
	struct node *n = &sim->node[index];
	struct conf *before = &n->conf[n->reloads % 2], fresh;

	sim->tally.orders++;
	sim_film(sim, index, "# here its settings were reloaded, as no scenario does");
	n->reloads++;
	configure(sim, index, false, &n->conf[n->reloads % 2]);
	configure(sim, index, true, &fresh);
	if (!conf_reload(&n->conf[n->reloads % 2], &fresh, fresh.client_count, ignore_change, NULL))
		sim_fault(sim, "node %" PRIu32 " does not take a configuration", index);
	conf_release(&fresh);
	follow(sim, index);
	conf_release(before);
}

void node_upgrade(struct sim *sim, uint32_t index)
{
	struct node *n = &sim->node[index];
	struct arena before = n->arena, room = {.block = NULL};
	size_t size = core_handover_size(conf_of(n));
	uint8_t *octets = malloc(size);
	uint32_t left = 0;

	if (!octets)
		abort();
	sim->tally.orders++;
	sim_film(sim, index, "# here another binary took over");
	size = core_hand_over(n->core, octets, size);
	open_core(sim, index);
	const char *fault = size ? core_take_over(n->core, octets, size, &room, &left) : "no room";
	arena_release(&room);
	arena_release(&before);
	free(octets);
	if (fault || left)
		sim_fault(sim, "node %" PRIu32 " is not taken over: %s, %" PRIu32 " rows left",
		          index, fault ? fault : "", left);
	follow(sim, index);
}

/* Rows of these stay: neighbours are configured, a heap of hints is no table, and what is
 * remembered is overwritten, never given back. */
static bool may_hold(const char *table)
{
	static const char *const kept[] = {"peers", "uplinks", "expiries", "locations", "claims"};

	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (strcmp(table, kept[i]) == 0)
			return true;
	return false;
}

/* The first table that holds a row, as the snapshot says; NULL when none does. */
const char *node_leftover(struct sim *sim, uint32_t index)
{
	static char found[sizeof(((struct table_row *)0)->name)];
	struct node *n = &sim->node[index];
	struct command command = {.kind = COMMAND_SNAPSHOT, .number = 1};
	struct event event = {.kind = EVENT_COMMAND, .command = &command};

	found[0] = 0;
	core_step(n->core, sim->now, &event, &n->actions);
	event = (struct event){.kind = EVENT_ROWS, .rows = 64};
	while (core_wants_rows(n->core)) {
		actions_empty(&n->actions);
		core_step(n->core, sim->now, &event, &n->actions);
		for (uint32_t i = 0; i < n->actions.record_count; i++) {
			const struct record *r = &n->actions.records[i];
			if (r->kind == RECORD_TABLE && r->table.used > 0 &&
			    !may_hold(r->table.name))
				memcpy(found, r->table.name, sizeof(found));
		}
	}
	actions_empty(&n->actions);
	return found[0] ? found : NULL;
}
