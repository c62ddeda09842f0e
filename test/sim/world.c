#include "sim/world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/outcome.h"
#include "sim/ways.h"
#include "wire/hbp.h"

_Noreturn void fail(struct run *r, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = snprintf(r->complaint, COMPLAINT_MAX, "%s:%d: ", r->scenario->path, r->line);
	vsnprintf(r->complaint + n, COMPLAINT_MAX - (size_t)n, format, args);
	va_end(args);
	longjmp(r->out, 1);
}

static struct client *client_find(struct run *r, uint32_t id)
{
	for (size_t i = 0; i < r->client_count; i++)
		if (r->clients[i].id == id)
			return &r->clients[i];
	return NULL;
}

struct client *client_of(struct run *r, uint32_t id)
{
	struct client *c = client_find(r, id);
	if (c)
		return c;
	if (r->client_count == CLIENTS_MAX)
		fail(r, "more than %d clients", CLIENTS_MAX);
	c = &r->clients[r->client_count++];
	*c = (struct client){.id = id};
	uint8_t ip[4] = {10, 0, (uint8_t)(r->client_count >> 8), (uint8_t)r->client_count};
	c->addr = addr_v4(ip, 62030);
	return c;
}

struct neighbour *neighbour_of(struct run *r, const char *name)
{
	for (uint32_t i = 0; i < r->scenario->peer_count; i++)
		if (strcmp(r->scenario->peers[i], name) == 0)
			return &r->neighbours[i];
	fail(r, "no peer \"%s\"", name);
}

uint32_t neighbour_id(const struct run *r, const struct neighbour *n)
{
	return PEER_ID + (uint32_t)(n - r->neighbours);
}

uint32_t uplink_named(const struct run *r, const char *name)
{
	uint32_t i = 0;
	while (i < r->conf.uplink_count && strcmp(r->conf.uplink[i].name, name) != 0)
		i++;
	return i;
}

uint32_t socket_named(struct run *r, const char *name)
{
	for (uint32_t i = 0; i < r->conf.listener_count; i++)
		if (strcmp(r->conf.listener[i].name, name) == 0)
			return i;
	uint32_t uplink = uplink_named(r, name);
	if (uplink < r->conf.uplink_count)
		return r->conf.uplink[uplink].socket;
	return neighbour_of(r, name)->conf->socket;
}

static struct standing stand(const struct core *core)
{
	struct standing s = {
		.hash = core_hash(core),
		.next = core_next(core),
		.wants_rows = core_wants_rows(core),
	};
	const char *fault = core_check(core);

	if (fault)
		text_copy(s.fault, sizeof(s.fault), fault);
	return s;
}

/* An event on its way to a core elsewhere; the octets of a datagram follow. */
struct question {
	tick_t now;
	struct event event;
	struct command command;
	struct audio_word recording;
};

void world_hold_recording(struct run *r)
{
	for (uint32_t i = 0; r->recording.clip.count && i < r->conf.listener_count; i++)
		r->conf.listener[i].voice = (struct audio){.words = &r->recording, .count = 1};
	flight_begin(&r->flight, false);
}

/* The other process: takes events until its peer is gone. */
static _Noreturn void serve(struct run *r)
{
	struct question q;

	while (split_get(r->split.fd, &q, sizeof(q))) {
		bool has_octets = q.event.kind == EVENT_DATAGRAM;
		size_t len = has_octets ? q.event.datagram.len : 0;
		uint8_t *octets = malloc(len ? len : 1);
		if (!octets || !split_get(r->split.fd, octets, len))
			break;
		if (has_octets)
			q.event.datagram.bytes = octets;
		if (q.event.kind == EVENT_COMMAND)
			q.event.command = &q.command;
		r->recording = q.recording;
		world_hold_recording(r);
		core_step(r->core, q.now, &q.event, &r->actions);
		struct standing s = stand(r->core);
		free(octets);
		if (!split_put(r->split.fd, &s, sizeof(s)) ||
		    !split_put_actions(r->split.fd, &r->actions))
			break;
		actions_empty(&r->actions);
	}
	_exit(0);
}

static void step_elsewhere(struct run *r, const struct event *e)
{
	struct question q = {.now = r->now, .event = *e, .recording = r->recording};

	if (e->kind == EVENT_COMMAND)
		q.command = *e->command;
	if (!split_put(r->split.fd, &q, sizeof(q)) ||
	    (e->kind == EVENT_DATAGRAM &&
	     !split_put(r->split.fd, e->datagram.bytes, e->datagram.len)) ||
	    !split_get(r->split.fd, &r->standing, sizeof(r->standing)) ||
	    !split_get_actions(r->split.fd, &r->actions))
		fail(r, "the process of the core is gone");
}

static const char *const event_names[] = {
	[EVENT_DATAGRAM] = "datagram", [EVENT_COMMAND] = "command", [EVENT_TIME] = "time",
	[EVENT_ROWS] = "rows",         [EVENT_ADDRESS] = "address", [EVENT_CONF] = "conf",
	[EVENT_LOST] = "lost",         [EVENT_STOP] = "stop",
};

static void step_here(struct run *r, const struct event *e)
{
	const char *fault = heir_take(&r->heir, r->core, &r->conf, r->now, e);

	flight_before(&r->flight, r->now, e);
	ways_go(r->core, r->now, false);
	core_step(r->core, r->now, e, &r->actions);
	ways_go(r->core, r->now, false);
	flight_after(&r->flight, r->core, r->now, e, &r->actions);
	r->standing = stand(r->core);
	if (!fault)
		fault = heir_compare(&r->heir, r->now, e, &r->actions);
	if (fault)
		fail(r, "%s (event %s at %" PRId64 ")", fault, event_names[e->kind],
		     since_start(r));
}

/* In both runs, for they have to be the same. */
static void derive(struct run *r, uint64_t wall_ns)
{
	const struct event e = {.kind = EVENT_DERIVE, .wall_ns = wall_ns};

	if (!flight_is_due(&r->flight))
		return;
	if (r->split.child) {
		step_elsewhere(r, &e);
		return;
	}
	core_step(r->core, r->now, &e, &r->actions);
	flight_checkpoint(&r->flight, r->core, &r->conf, r->now, &e);
}

void world_step(struct run *r, struct event *e)
{
	e->wall_ns = r->clock_unset ? 0 : WALL_START + (uint64_t)since_start(r) * 1000000u;
	derive(r, e->wall_ns);
	if (!actions_have_room(&r->actions))
		fail(r, "an empty action list has no room for a step");
	if (r->split.child)
		step_elsewhere(r, e);
	else
		step_here(r, e);
	outcome_take(r);
	if (r->actions.refused_total)
		fail(r, "an action did not fit (event %s)", event_names[e->kind]);
	if (r->standing.fault[0])
		fail(r, "core_check: %s (event %s at %" PRId64 ")", r->standing.fault,
		     event_names[e->kind], since_start(r));
	actions_empty(&r->actions);
}

void world_datagram(struct run *r, const uint8_t *bytes, size_t len, struct addr from,
                    uint32_t socket)
{
	/* On the heap and of exactly this size, so that the sanitiser sees a read beyond it. */
	uint8_t *copy = realloc(r->copy, len ? len : 1);
	if (!copy)
		abort();
	r->copy = memcpy(copy, bytes, len);
	struct event e = {
		.kind = EVENT_DATAGRAM,
		.datagram = {.bytes = copy,
	                     .len = len,
	                     .from = {.to = from,
	                              .from = *conf_socket_bind(&r->conf, socket),
	                              .socket = socket}},
	};
	if (r->verbose) {
		char text[ADDR_TEXT_MAX];
		printf("  %8" PRId64 " <- %s ", since_start(r), addr_format(&from, text));
		if (len == JUDGE_FRAME_LEN) {
			struct item i = {.burst = true, .at = since_start(r), .len = len};
			memcpy(i.bytes, bytes, len);
			printf("%s\n", item_describe(&i));
		} else {
			printf("%.7s, %zu octets\n", len > 6 ? (const char *)bytes : "", len);
		}
	}
	world_step(r, &e);
}

static void write_from(struct run *r, const struct wr *w, const struct client *c)
{
	world_datagram(r, w->start, wr_len(w), c->addr, c->listener);
}

static void auto_ping(struct run *r, struct client *c)
{
	uint8_t buf[16];
	struct wr w = wr_make(buf, sizeof(buf));
	hbp_write_ping(&w, c->id);
	c->next_ping += PING_EVERY;
	size_t before = r->item_count;
	write_from(r, &w, c);
	if (r->item_count == before + 1 && memcmp(r->items[before].bytes, "MSTPONG", 7) == 0)
		r->items[before].read = true;
	else
		c->pings = false; /* as a real client after MSTNAK */
}

void neighbour_say(struct run *r, struct neighbour *n, const struct wr *w, const struct addr *from)
{
	world_datagram(r, w->start, wr_len(w), *from, n->conf->socket);
}

static void auto_keepalive(struct run *r, struct neighbour *n)
{
	uint8_t buf[32];
	struct wr w = wr_make(buf, sizeof(buf));
	obp_write_keepalive(&w, &n->key);
	n->next_keepalive += KEEPALIVE_EVERY;
	neighbour_say(r, n, &w, &n->addr);
}

static struct neighbour *next_neighbour(struct run *r)
{
	struct neighbour *first = NULL;
	for (uint32_t i = 0; i < r->scenario->peer_count; i++) {
		struct neighbour *n = &r->neighbours[i];
		if (!n->silent && n->conf->protocol == PEER_FBP &&
		    (!first || n->next_keepalive < first->next_keepalive))
			first = n;
	}
	return first;
}

static struct client *next_pinger(struct run *r)
{
	struct client *first = NULL;
	for (size_t i = 0; i < r->client_count; i++)
		if (r->clients[i].pings && (!first || r->clients[i].next_ping < first->next_ping))
			first = &r->clients[i];
	return first;
}

void world_advance(struct run *r, tick_t until)
{
	unsigned stuck = 0;
	for (;;) {
		struct client *c = next_pinger(r);
		struct neighbour *n = next_neighbour(r);
		tick_t due = r->standing.next;
		bool ping = c && c->next_ping < due;
		if (ping)
			due = c->next_ping;
		bool keepalive = n && n->next_keepalive < due;
		if (keepalive)
			due = n->next_keepalive;
		if (due > until)
			break;
		stuck = due > r->now ? 0 : stuck + 1;
		if (stuck > 10000)
			fail(r, "core_next() does not advance beyond %" PRId64, since_start(r));
		r->now = due > r->now ? due : r->now;
		if (keepalive)
			auto_keepalive(r, n);
		else if (ping)
			auto_ping(r, c);
		else
			world_step(r, &(struct event){.kind = EVENT_TIME});
	}
	r->now = until;
}

static void neighbours_open(struct run *r)
{
	for (uint32_t i = 0; i < r->scenario->peer_count; i++) {
		struct neighbour *n = &r->neighbours[i];
		for (uint32_t p = 0; p < r->conf.peer_count; p++)
			if (strcmp(r->conf.peer[p].name, r->scenario->peers[i]) == 0)
				n->conf = &r->conf.peer[p];
		if (!n->conf)
			fail(r, "the configuration has no [peer %s]", r->scenario->peers[i]);
		n->key = obp_key_make(n->conf->passphrase, n->conf->full_key);
		n->addr = n->conf->address;
		n->next_keepalive = r->now + 1;
	}
}

/* The server behind an uplink is the client of the uplink's id, at the uplink's socket. */
static void masters_open(struct run *r)
{
	for (uint32_t i = 0; i < r->conf.uplink_count; i++) {
		const struct conf_uplink *u = &r->conf.uplink[i];
		struct client *c = client_of(r, u->id);
		c->addr = u->targets[0].address;
		c->listener = u->socket;
	}
}

void world_core_start(struct run *r)
{
	uint8_t seed[CORE_SEED_LEN];
	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = r->scenario->has_seed ? 0 : (uint8_t)(i * 7 + r->starts);
	if (r->scenario->has_seed)
		memcpy(seed,
		       (uint8_t[]){r->scenario->seed[0], (uint8_t)r->starts, r->scenario->seed[1]},
		       3);
	r->starts++;
	arena_release(&r->arena);
	arena_measure(&r->arena);
	(void)core_open(&r->arena, &r->conf, seed, r->now);
	actions_open(&r->actions, &r->arena, &r->conf.limits);
	size_t size = r->arena.used;
	if (!arena_claim(&r->arena, size))
		abort();
	r->core = core_open(&r->arena, &r->conf, seed, r->now);
	actions_open(&r->actions, &r->arena, &r->conf.limits);
	if (!r->core)
		fail(r, "core_open yields nothing on an arena of the measured size");
	r->standing = stand(r->core);
	split_end(&r->split);
	heir_begin(&r->heir);
	flight_begin(&r->flight, !r->first);
	if (!r->first) {
		ways_go(r->core, r->now, true);
		return;
	}
	if (split_begin(&r->split))
		serve(r);
	r->core = NULL;
}

void world_command(struct run *r, struct command c)
{
	c.number = ++r->commands;
	world_step(r, &(struct event){.kind = EVENT_COMMAND, .command = &c});
}

void world_open(struct run *r)
{
	world_core_start(r);
	neighbours_open(r);
	masters_open(r);
}
