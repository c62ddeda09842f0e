/* A server of the mesh: its core, and the datagrams that go in and come out. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "conf/parse.h"
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
static void touch_guest(struct sim *sim, uint32_t node)
{
	if (sim->guest != NOBODY && (node == sim->guest || sim->up[sim->guest][node]))
		sim->guest_since = sim->now;
}

void node_start(struct sim *sim, uint32_t index)
{
	struct node *n = &sim->node[index];
	uint8_t seed[CORE_SEED_LEN] = {(uint8_t)index, (uint8_t)n->starts++, (uint8_t)sim->seed};
	char text[16384];
	struct text t = text_make(text, sizeof(text));
	struct arena measure;

	node_config(sim, index, &t);
	if (conf_parse(text, strlen(text), "node", &n->conf, complain, sim) != 0)
		sim_fault(sim, "the configuration of node %" PRIu32 " is not read", index);
	arena_measure(&measure);
	core_open(&measure, &n->conf, seed, sim->now);
	actions_open(&n->actions, &measure, &n->conf.limits);
	if (!arena_claim(&n->arena, measure.used))
		abort();
	n->core = core_open(&n->arena, &n->conf, seed, sim->now);
	memset(sim->stamp[index], 0, sizeof(sim->stamp[index]));
	actions_open(&n->actions, &n->arena, &n->conf.limits);
	touch_guest(sim, index);
}

void node_stop(struct sim *sim, uint32_t index)
{
	struct node *n = &sim->node[index];

	if (!n->core)
		return;
	touch_guest(sim, index);
	n->core = NULL;
	arena_release(&n->arena);
	conf_release(&n->conf);
}

static void hash_add(uint64_t *hash, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < len; i++)
		*hash = (*hash ^ at[i]) * 1099511628211u;
}

static void hops_bounded(struct sim *sim, uint32_t from, const struct flight *f)
{
	bool v5 = f->len == 89 && memcmp(f->bytes, "DMRE", 4) == 0;

	if (v5 && (f->bytes[72] < 1 || f->bytes[72] > 10))
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

static void send(struct sim *sim, uint32_t from, uint32_t socket, struct flight *f)
{
	bool to_node = f->to.ip[13] == 1;
	uint32_t to = (uint32_t)f->to.ip[14] << 8 | f->to.ip[15];

	f->from = node_address(from, port_of(&sim->node[from].conf, socket));
	sim->datagrams++;
	hash_add(&sim->hash, f->bytes, f->len);
	hash_add(&sim->hash, &f->to.ip, sizeof(f->to.ip));
	if (!to_node) {
		net_send(&sim->net, NULL, sim->now, f);
		return;
	}
	struct path *path = &sim->path[from][to];
	if (!path->there)
		sim_fault(sim, "node %" PRIu32 " sent to %" PRIu32 ", no neighbour", from, to);
	hops_bounded(sim, from, f);
	stamps_rise(sim, from, to, f);
	ledger_crossed(sim, from, to, f, net_send(&sim->net, path, sim->now, f));
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
			ledger_accepted(sim, source_number(r->call.origin), r->call.stream);
		if (r->kind == RECORD_LOG)
			sim_say(sim, "node %" PRIu32 " logs: %s", index, r->log.line);
	}
	if (a->refused_total)
		sim_fault(sim, "node %" PRIu32 " had no room for its actions", index);
	actions_empty(a);
}

static void step(struct sim *sim, uint32_t index, struct event *event)
{
	struct node *n = &sim->node[index];

	event->wall_ns = EPOCH_NS + (uint64_t)(sim_time(sim) + n->ahead_ms) * (SECOND_NS / 1000);
	core_step(n->core, sim->now, event, &n->actions);
	sim->steps++;
	const char *fault = core_check(n->core);
	if (fault)
		sim_fault(sim, "node %" PRIu32 ": %s", index, fault);
	perform(sim, index);
}

void node_receive(struct sim *sim, uint32_t index, const struct flight *flight)
{
	struct event event = {.kind = EVENT_DATAGRAM};
	const struct conf *conf = &sim->node[index].conf;
	uint32_t socket = 0;

	if (!sim->node[index].core)
		return;
	while (socket < CONF_SOCKETS_MAX && port_of(conf, socket) != flight->to.port)
		socket++;
	if (socket == CONF_SOCKETS_MAX)
		sim_fault(sim, "node %" PRIu32 " has no socket with port %d", index,
		          flight->to.port);
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
