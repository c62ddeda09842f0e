/*
 * What a simulation is made of, and what happens in it, drawn from its seed: topology, kinds of
 * links, clocks, who listens to what; then acts, one after the other, each of which leaves the
 * network whole and silent.
 */
#include <inttypes.h>
#include <string.h>

#include "mesh/sim.h"

#define SETTLE_MS (12 * TICK_SECOND)       /* a keepalive each 10 s makes a link known again; */
#define SETTLE_NOISY_MS (32 * TICK_SECOND) /* two of them may be lost */
#define SETTLE_GUEST_MS (80 * TICK_SECOND) /* an uplink tries once a minute */
#define PAUSE_MS (3 * TICK_SECOND)         /* between two acts: calls have ended, slots are free */
#define HANG_MS (6 * TICK_SECOND)          /* no slot waits for its conference any more */
#define SLOW_MS (4 * TICK_SECOND)          /* a slow link takes so long at most */
#define SLOW_LINKS 2u
#define APART_MS 360                /* two calls of one conference overlap when they are closer */
#define FADE_MS (TICK_SECOND + 500) /* a talker silent for this long has stopped */
#define PROBED_MS 4500              /* by then every quenched neighbour has answered a probe, */
#define PROBED_NOISY_MS 10500       /* and here one of three */

static const uint32_t conferences[] = {91, 2350, 3100};

const char *topology_name(enum topology topology)
{
	switch (topology) {
	case TOPOLOGY_LINE:
		return "line";
	case TOPOLOGY_RING:
		return "ring";
	case TOPOLOGY_MESH:
		return "mesh";
	case TOPOLOGY_RANDOM:
		return "random";
	case TOPOLOGIES:
		break;
	}
	return "?";
}

static uint32_t draw(struct sim *sim, uint32_t below)
{
	return net_random(&sim->net, below);
}

static bool one_in(struct sim *sim, uint32_t n)
{
	return draw(sim, n) == 0;
}

static void join(struct sim *sim, uint32_t a, uint32_t b, bool v1)
{
	struct path path = {.there = true,
	                    .delay = 5 + draw(sim, 40),
	                    .jitter = draw(sim, 20),
	                    .lost = sim->noisy ? 10 : 0,
	                    .twice = sim->noisy ? 10 : 0,
	                    .late = sim->noisy ? 5 : 0};

	if (a == b || sim->path[a][b].there)
		return;
	sim->path[a][b] = sim->path[b][a] = path;
	sim->v1[a][b] = sim->v1[b][a] = v1;
}

/* Slow in one direction or in both. */
static void slow_down(struct sim *sim)
{
	for (uint32_t tries = 0, slow = 0; tries < 1000 && slow < SLOW_LINKS; tries++) {
		uint32_t a = draw(sim, sim->node_count), b = draw(sim, sim->node_count);
		if (!sim->path[a][b].there || sim_is_uplink(sim, a, b))
			continue;
		sim->path[a][b].delay = 300 + draw(sim, SLOW_MS - 300);
		if (one_in(sim, 2))
			sim->path[b][a].delay = 300 + draw(sim, SLOW_MS - 300);
		slow++;
	}
}

/* `old`: of how many links one speaks v1; 0 = none. */
static void join_all(struct sim *sim, enum topology topology, uint32_t old)
{
	uint32_t n = sim->node_count;

	for (uint32_t b = 1; b < n; b++) {
		uint32_t first = topology == TOPOLOGY_LINE || topology == TOPOLOGY_RING ? b - 1 : 0;
		if (topology == TOPOLOGY_RANDOM)
			first = draw(sim, b);
		for (uint32_t a = first; a < b; a++) {
			join(sim, a, b, old && one_in(sim, old));
			if (topology == TOPOLOGY_RANDOM)
				break;
		}
	}
	if (topology == TOPOLOGY_RING && n > 2)
		join(sim, n - 1, 0, old && one_in(sim, old));
	for (uint32_t i = 0; topology == TOPOLOGY_RANDOM && i < 3 * n / 2; i++)
		join(sim, draw(sim, n), draw(sim, n), old && one_in(sim, old));
}

/* A server that is a client of others, and a neighbour of one at most. */
static void place_guest(struct sim *sim)
{
	uint32_t guest = sim->node_count, first = draw(sim, ARRAY_LEN(conferences));
	struct path path = {.there = true, .delay = 5 + draw(sim, 40), .jitter = draw(sim, 20)};

	sim->guest = guest;
	sim->guest_tg[0] = conferences[first];
	sim->guest_tg[1] = conferences[(first + 1) % ARRAY_LEN(conferences)];
	for (uint32_t i = 1 + draw(sim, UPLINKS_MAX); i > 0; i--) {
		uint32_t n = draw(sim, guest);
		sim->guest_links += !sim->up[guest][n];
		sim->up[guest][n] = true;
		sim->path[guest][n] = sim->path[n][guest] = path;
	}
	uint32_t neighbour = draw(sim, guest);
	if (one_in(sim, 2) && !sim->up[guest][neighbour]) {
		join(sim, guest, neighbour, false);
		sim->guest_links++;
	}
	sim->node_count++;
}

static void place_rigs(struct sim *sim)
{
	uint32_t each = sim->node_count > 12 ? 1 : 2;

	sim->rig_count = each * sim->node_count;
	for (uint32_t i = 0; i < sim->rig_count; i++) {
		struct rig *r = &sim->rig[i];
		uint32_t first = draw(sim, ARRAY_LEN(conferences));
		r->node = i / each;
		r->tg[1] = conferences[first];
		r->tg[0] = conferences[(first + 1) % ARRAY_LEN(conferences)];
		if (one_in(sim, 6))
			r->tg[0] = LOCAL_TG;
		r->next = sim->now + draw(sim, 1000);
	}
}

void plan_make(struct sim *sim, enum topology topology, uint32_t nodes)
{
	static const uint32_t olds[] = {0, 0, 1, 2, 4};

	bool guest = nodes > 2 && one_in(sim, 3);

	sim->guest = NOBODY;
	sim->node_count = nodes - guest;
	sim->noisy = one_in(sim, 3);
	join_all(sim, topology, olds[draw(sim, ARRAY_LEN(olds))]);
	if (guest)
		place_guest(sim);
	sim->tree = topology == TOPOLOGY_LINE && sim->guest_links < 2;
	sim->slow = one_in(sim, 3);
	if (sim->slow)
		slow_down(sim);
	place_rigs(sim);
	for (uint32_t n = 0; n < nodes; n++) {
		sim->node[n].ahead_ms =
			sim->slow ? (int64_t)draw(sim, 600) - 300 : (int64_t)draw(sim, 3000) - 1500;
		sim->node[n].transit = topology != TOPOLOGY_RANDOM || !one_in(sim, 6);
		node_start(sim, n);
	}
	ledger_epoch(sim);
	sim_say(sim, "%s of %" PRIu32 "%s%s, %" PRIu32 " links of a guest", topology_name(topology),
	        nodes, sim->noisy ? ", noisy" : "", sim->slow ? ", slow" : "", sim->guest_links);
}

static void uplink_config(const struct sim *sim, uint32_t to, struct text *out)
{
	char where[ADDR_TEXT_MAX];
	struct addr at = node_address(to, LISTENER_PORT);
	unsigned one = sim->guest_tg[0], two = sim->guest_tg[1];

	text_format(out,
	            "[uplink u%u]\ntarget = %s\nid = %u\npassphrase = " PASSPHRASE
	            "\noptions = TS1=%u;TS2=%u\nmap = 1:%u=%u, 2:%u=%u\n",
	            (unsigned)to, addr_format(&at, where), GUEST_CLIENT, one, two, one, one, two,
	            two);
}

void node_config(const struct sim *sim, uint32_t node, struct text *out)
{
	char where[ADDR_TEXT_MAX];
	struct addr at = node_address(node, LISTENER_PORT);

	text_format(out,
	            "[server]\nid = %u\n[limits]\nsessions = 4\nsubscriptions = 32\n"
	            "streams = 64\n[listener l]\nbind = %s\npassphrase = " PASSPHRASE
	            "\nsingle = no\n",
	            (unsigned)(FIRST_SERVER + node), addr_format(&at, where));
	for (uint32_t n = 0; n < sim->node_count; n++) {
		if (sim->up[node][n])
			uplink_config(sim, n, out);
		if (!sim->path[node][n].there || sim_is_uplink(sim, node, n))
			continue;
		at = node_address(node, MESH_PORT);
		text_format(out, "[peer n%u]\nprotocol = %s\nbind = %s\n", (unsigned)n,
		            sim->v1[node][n] ? "obp" : "fbp", addr_format(&at, where));
		at = node_address(n, MESH_PORT);
		text_format(out,
		            "target = %s\npassphrase = link %u\nremote-id = %u\ntransit = %s\n",
		            addr_format(&at, where),
		            (unsigned)(node < n ? node * NODES_MAX + n : n * NODES_MAX + node),
		            (unsigned)(FIRST_SERVER + n), sim->node[node].transit ? "all" : "none");
	}
}

/* A rig that is silent and logged in. */
static uint32_t any_rig(struct sim *sim)
{
	uint32_t i = draw(sim, sim->rig_count);

	while (sim->rig[i].call)
		i = (i + 1) % sim->rig_count;
	return i;
}

static uint32_t frames_of(tick_t ms)
{
	return (uint32_t)(ms / DMR_BURST_MS);
}

/* What is under way on slow links arrives. */
static void drain(struct sim *sim)
{
	if (sim->slow)
		sim_run(sim, SLOW_LINKS * SLOW_MS + FADE_MS);
}

/* Mostly a sentence, now and then a speech or a touch of the key. */
static uint32_t some_frames(struct sim *sim)
{
	return one_in(sim, 8) ? 200 : one_in(sim, 3) ? 1 + draw(sim, 8) : 10 + draw(sim, 60);
}

/* Up to three calls at once, on as many conferences. */
static void act_calls(struct sim *sim)
{
	uint32_t tgs[3], count = 1 + draw(sim, 3);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t rig = any_rig(sim);
		uint8_t slot = one_in(sim, 2) ? 2 : 1;
		bool taken = false;
		tgs[i] = sim->rig[rig].tg[slot - 1];
		for (uint32_t j = 0; j < i; j++)
			taken |= tgs[j] == tgs[i];
		if (!taken)
			(one_in(sim, 6) ? rig_trail_off : rig_talk)(sim, rig, slot,
			                                            some_frames(sim));
		sim_run(sim, draw(sim, 300));
	}
	sim_run(sim, 15 * TICK_SECOND); /* a call of 12 s, and a lost terminator, ten links away */
	drain(sim);
}

/* Another rig of the same node on that conference, or the same one. */
static uint32_t next_talker(struct sim *sim, uint32_t rig, uint8_t *slot)
{
	uint32_t tg = sim->rig[rig].tg[*slot - 1];

	for (uint32_t i = 0; i < sim->rig_count && one_in(sim, 2); i++)
		for (uint8_t s = 1; s <= 2; s++)
			if (i != rig && sim->rig[i].node == sim->rig[rig].node &&
			    sim->rig[i].tg[s - 1] == tg) {
				*slot = s;
				return i;
			}
	return rig;
}

/* Short calls of one conference in quick succession, whose terminators may be lost. */
static void act_overs(struct sim *sim)
{
	uint32_t rig = any_rig(sim);
	uint8_t slot = one_in(sim, 2) ? 2 : 1;

	for (uint32_t calls = 2 + draw(sim, 3); calls > 0; calls--) {
		uint32_t frames = 1 + draw(sim, 20);
		(one_in(sim, 2) ? rig_trail_off : rig_talk)(sim, rig, slot, frames);
		/* paths differ by their noise: to none of them may two calls overlap */
		sim_run(sim, (frames + 2) * DMR_BURST_MS + APART_MS + 20 * sim->node_count +
		                     draw(sim, 900));
		rig = next_talker(sim, rig, &slot);
	}
	sim_run(sim, 6 * TICK_SECOND);
	drain(sim);
}

/* Two rigs key one conference at nearly the same time, somewhere. */
static void act_contest(struct sim *sim)
{
	uint32_t a = any_rig(sim), b = any_rig(sim);

	for (uint32_t i = 0;
	     i < sim->rig_count && (a == b || sim->rig[a].tg[1] != sim->rig[b].tg[1]); i++)
		b = (b + 1) % sim->rig_count;
	if (a == b || sim->rig[a].tg[1] != sim->rig[b].tg[1])
		return;
	rig_talk(sim, a, 2, 20 + draw(sim, 50));
	sim->call[sim->call_count - 1].contested = true;
	sim_run(sim, draw(sim, 400));
	rig_talk(sim, b, 2, 20 + draw(sim, 50));
	sim->call[sim->call_count - 1].contested = true;
	sim_run(sim, 12 * TICK_SECOND);
	drain(sim);
}

/* A rig that has no part in the act yet; NOBODY if none was found. */
static uint32_t bystander(struct sim *sim, bool *taken)
{
	for (int tries = 0; tries < 8; tries++) {
		uint32_t rig = draw(sim, sim->rig_count);
		if (!taken[rig]) {
			taken[rig] = true;
			return rig;
		}
	}
	return NOBODY;
}

/* Messages from radio to radio, some of them to one that has just been heard, or never; now and
 * then somebody talks at the same time, and then any of it may get lost. */
static void act_data(struct sim *sim)
{
	bool taken[RIGS_MAX] = {false}, disturbed = one_in(sim, 4);
	uint32_t first = bystander(sim, taken);
	uint32_t count =
		sim->guest == NOBODY ? 1 + draw(sim, 3) : 1; /* a slot of an uplink is one path */

	if (one_in(sim, 2)) {
		rig_talk(sim, first, one_in(sim, 2) ? 2 : 1, 10);
		sim_run(sim, TICK_SECOND);
		drain(sim);
	}
	sim_run(sim, HANG_MS);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t to = i == 0 ? first : one_in(sim, 4) ? NOBODY : bystander(sim, taken);
		uint32_t rig = bystander(sim, taken);
		if (rig == NOBODY)
			break;
		if (disturbed && one_in(sim, 2)) {
			rig_talk(sim, rig, 2, 20);
			sim->call[sim->call_count - 1].contested = true;
			continue;
		}
		rig_send(sim, rig, one_in(sim, 2) ? 2 : 1, to, 6 + draw(sim, 20));
		sim->call[sim->call_count - 1].contested = disturbed;
		sim_run(sim, draw(sim, 500));
	}
	sim_run(sim, 3 * TICK_SECOND);
	drain(sim);
}

static void settle(struct sim *sim)
{
	sim_run(sim, sim->guest != NOBODY ? SETTLE_GUEST_MS
	             : sim->noisy         ? SETTLE_NOISY_MS
	                                  : SETTLE_MS);
}

static void set_cut(struct sim *sim, uint32_t a, uint32_t b, bool cut)
{
	if (sim_is_uplink(sim, a, b))
		sim->guest_since = sim->now;
	sim->path[a][b].cut = sim->path[b][a].cut = cut;
}

static tick_t heal_ms(const struct sim *sim)
{
	return sim->noisy ? 12 * TICK_SECOND : 6 * TICK_SECOND;
}

/* A link that carries the call, one of all at random; false when none does. */
static bool carrying_link(struct sim *sim, uint32_t call, uint32_t frame, uint32_t link[2])
{
	uint32_t found = 0;

	for (uint32_t a = 0; a < sim->node_count; a++)
		for (uint32_t b = 0; b < sim->node_count; b++)
			if ((sim->crossed[a][b][call][frame / 64] >> frame % 64 & 1) &&
			    one_in(sim, ++found)) {
				link[0] = a;
				link[1] = b;
			}
	return found > 0;
}

static tick_t probed_ms(const struct sim *sim)
{
	return sim->noisy ? PROBED_NOISY_MS : PROBED_MS;
}

static uint32_t long_call(struct sim *sim)
{
	uint32_t rig = any_rig(sim);

	rig_talk(sim, rig, one_in(sim, 2) ? 2 : 1,
	         frames_of(probed_ms(sim) + heal_ms(sim) + 3 * TICK_SECOND));
	sim_run(sim, probed_ms(sim));
	return sim->call_count - 1;
}

static void finish_call(struct sim *sim)
{
	sim_run(sim, heal_ms(sim) + 3 * TICK_SECOND + PAUSE_MS);
}

/* A cable is pulled in mid-call. */
static void act_cut(struct sim *sim)
{
	uint32_t link[2] = {0, 0}, call = long_call(sim);

	bool cut = carrying_link(sim, call, frames_of(probed_ms(sim)) - 8, link);
	if (cut) {
		sim_say(sim, "cut %" PRIu32 "-%" PRIu32, link[0], link[1]);
		set_cut(sim, link[0], link[1], true);
		ledger_epoch(sim);
	}
	finish_call(sim);
	if (cut) {
		set_cut(sim, link[0], link[1], false);
		ledger_epoch(sim);
		settle(sim);
	}
}

/* A link that carries a call or data delivers nothing for a while, and then all at once. */
static void act_stall(struct sim *sim)
{
	uint32_t link[2] = {0, 0}, rig = any_rig(sim);
	bool data = one_in(sim, 2), fades = one_in(sim, 3);
	tick_t ms = fades ? 1200 + draw(sim, 2800) : 100 + draw(sim, 700);

	if (data) {
		sim_run(sim, HANG_MS);
		rig_send(sim, rig, 2, (rig + 1 + draw(sim, sim->rig_count - 1)) % sim->rig_count,
		         15 + draw(sim, 15));
	} else {
		rig_talk(sim, rig, 2, 10 + draw(sim, 60));
	}
	uint32_t call = sim->call_count - 1;
	sim->call[call].contested = fades; /* the path that takes over may have the rest, or not */
	sim_run(sim, 12 * DMR_BURST_MS);
	if (carrying_link(sim, call, 6, link)) {
		sim_say(sim, "stall %" PRIu32 "-%" PRIu32 " for %" PRId64 " ms", link[0], link[1],
		        ms);
		sim->path[link[0]][link[1]].stalled_until = sim->now + ms;
	}
	sim_run(sim, 12 * TICK_SECOND);
	drain(sim);
}

/* A server restarts in mid-call. */
static void act_restart(struct sim *sim)
{
	long_call(sim);
	uint32_t node = draw(sim, sim->node_count);

	sim_say(sim, "restart %" PRIu32, node);
	node_stop(sim, node);
	ledger_forget_node(sim, node);
	ledger_epoch(sim);
	sim_run(sim, 1 + draw(sim, 2000));
	node_start(sim, node);
	ledger_epoch(sim);
	finish_call(sim);
	settle(sim);
}

static void set_partition(struct sim *sim, uint64_t side, bool cut)
{
	for (uint32_t a = 0; a < sim->node_count; a++)
		for (uint32_t b = 0; b < sim->node_count; b++)
			if ((side >> a & 1) != (side >> b & 1))
				set_cut(sim, a, b, cut);
	ledger_epoch(sim);
}

/* Two halves that do not know of each other, for so short that nobody notices or longer than a link
 * lives. */
static void act_partition(struct sim *sim)
{
	uint64_t side = (uint64_t)draw(sim, UINT32_MAX) << 32 | draw(sim, UINT32_MAX);

	sim_say(sim, "partition");
	set_partition(sim, side, true);
	sim_run(sim, heal_ms(sim));
	act_calls(sim);
	if (one_in(sim, 3))
		act_data(sim);
	if (one_in(sim, 2))
		sim_run(sim, 80 * TICK_SECOND);
	set_partition(sim, side, false);
	settle(sim);
	act_calls(sim);
}

/* A computer that has lost the time: what it sends is refused, or it refuses what it gets. */
static void act_clock(struct sim *sim)
{
	uint32_t node = draw(sim, sim->node_count);
	int64_t right = sim->node[node].ahead_ms;

	sim->node[node].ahead_ms = one_in(sim, 2) ? 3600000 : -3600000;
	ledger_epoch(sim);
	sim_run(sim, heal_ms(sim));
	act_calls(sim);
	act_calls(sim);
	sim->node[node].ahead_ms = right;
	ledger_epoch(sim);
	sim_run(sim, heal_ms(sim));
}

void plan_run(struct sim *sim)
{
	/* a network with slow links is not changed: what is heard meanwhile is unpredictable */
	static void (*const acts[])(struct sim *) = {
		act_calls, act_calls, act_contest, act_overs,     act_stall, act_data,
		act_data,  act_cut,   act_restart, act_partition, act_clock};
	uint32_t count = sim->slow ? ARRAY_LEN(acts) - 4 : ARRAY_LEN(acts);

	settle(sim);
	for (uint32_t i = 6 + draw(sim, 3); i > 0; i--) {
		acts[draw(sim, count)](sim);
		sim_run(sim, PAUSE_MS);
	}
	act_calls(sim);
	sim_run(sim, PAUSE_MS);
}
