/*
 * What users do, and what happens to the network: acts, one after the other, each of which leaves
 * the network whole and silent.
 */
#include <inttypes.h>
#include <string.h>

#include "mesh/sim.h"

#define ACTS_CALLS 0u              /* with which every story ends */
#define PAUSE_MS (3 * TICK_SECOND) /* between two acts: calls have ended, slots are free */
#define HANG_MS (6 * TICK_SECOND)  /* no slot waits for its conference any more */
#define SLOW_MS (4 * TICK_SECOND)  /* a slow link takes so long at most */
#define SLOW_LINKS 2u
#define APART_MS 360                /* two calls of one conference overlap when they are closer */
#define FADE_MS (TICK_SECOND + 500) /* a talker silent for this long has stopped */
#define PROBED_MS 4500              /* by then every quenched neighbour has answered a probe, */
#define PROBED_NOISY_MS 10500       /* and here one of three */

/* A rig that may talk: neither does it already, nor is it the gateway. */
static bool is_free(const struct sim *sim, uint32_t rig)
{
	return !sim->rig[rig].call && !sim->model.listener[rig].gateway;
}

/* One that is silent. */
uint32_t acts_any_rig(struct sim *sim)
{
	const struct model *m = &sim->model;

	for (;; sim_run(sim, TICK_SECOND))
		for (uint32_t i = sim_draw(sim, m->rig_count), n = 0; n < m->rig_count; n++)
			if (is_free(sim, (i + n) % m->rig_count))
				return (i + n) % m->rig_count;
}

/* Another than that one; NOBODY if there is none. */
static uint32_t other_rig(struct sim *sim, uint32_t rig)
{
	for (int tries = 0; tries < 20; tries++) {
		uint32_t other = acts_any_rig(sim);
		if (other != rig)
			return other;
	}
	return NOBODY;
}

/* A server that is there. */
uint32_t acts_any_node(struct sim *sim)
{
	uint32_t node = sim_draw(sim, sim->model.node_count);

	while (sim->story->without >> node & 1)
		node = (node + 1) % sim->model.node_count;
	return node;
}

/* The network has changed. */
void acts_change(struct sim *sim)
{
	if (sim->model.epoch_count == EPOCHS_MAX)
		sim_fault(sim, "the act has too many changes");
	sim->tally.changes++;
	model_change(&sim->model, sim->now);
}

static uint32_t frames_of(tick_t ms)
{
	return (uint32_t)(ms / DMR_BURST_MS);
}

/* What is under way on slow links arrives. */
static void drain(struct sim *sim)
{
	if (sim->model.slow)
		sim_run(sim, SLOW_LINKS * SLOW_MS + FADE_MS);
}

/* Mostly a sentence, now and then a speech or a touch of the key. */
static uint32_t some_frames(struct sim *sim)
{
	return sim_one_in(sim, 8)   ? 200
	       : sim_one_in(sim, 3) ? 1 + sim_draw(sim, 8)
	                            : 10 + sim_draw(sim, 60);
}

/* Up to three calls at once, on as many conferences. */
static void act_calls(struct sim *sim)
{
	uint32_t tgs[3], count = 1 + sim_draw(sim, 3);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t rig = acts_any_rig(sim);
		uint8_t slot = sim_one_in(sim, 2) ? 2 : 1;
		bool taken = false;
		tgs[i] = sim->model.listener[rig].tg[slot - 1];
		for (uint32_t j = 0; j < i; j++)
			taken |= tgs[j] == tgs[i];
		if (!taken) {
			uint32_t frames = some_frames(sim);
			(sim_one_in(sim, 6) ? rig_trail_off : rig_talk)(sim, rig, slot, frames);
		}
		sim_run(sim, sim_draw(sim, 300));
	}
	sim_run(sim, 15 * TICK_SECOND); /* a call of 12 s, and a lost terminator, ten links away */
	drain(sim);
}

/* Another rig of the same node on that conference, or the same one. */
static uint32_t next_talker(struct sim *sim, uint32_t rig, uint8_t *slot)
{
	uint32_t tg = sim->model.listener[rig].tg[*slot - 1];

	for (uint32_t i = 0; i < sim->model.rig_count && sim_one_in(sim, 2); i++)
		for (uint8_t s = 1; s <= 2; s++)
			if (i != rig &&
			    sim->model.listener[i].node == sim->model.listener[rig].node &&
			    sim->model.listener[i].tg[s - 1] == tg) {
				*slot = s;
				return i;
			}
	return rig;
}

/* Short calls of one conference in quick succession, whose terminators may be lost. */
static void act_overs(struct sim *sim)
{
	uint32_t rig = acts_any_rig(sim);
	uint8_t slot = sim_one_in(sim, 2) ? 2 : 1;

	for (uint32_t calls = 2 + sim_draw(sim, 3); calls > 0; calls--) {
		uint32_t frames = 1 + sim_draw(sim, 20);
		(sim_one_in(sim, 2) ? rig_trail_off : rig_talk)(sim, rig, slot, frames);
		/* paths differ by their noise: to none of them may two calls overlap */
		sim_run(sim, (frames + 2) * DMR_BURST_MS + APART_MS + 20 * sim->model.node_count +
		                     sim_draw(sim, 900));
		rig = next_talker(sim, rig, &slot);
	}
	sim_run(sim, 6 * TICK_SECOND);
	drain(sim);
}

/* Two rigs key one conference at nearly the same time, somewhere. */
static void act_contest(struct sim *sim)
{
	uint32_t a = acts_any_rig(sim), b = acts_any_rig(sim);

	for (uint32_t i = 0;
	     i < sim->model.rig_count &&
	     (a == b || sim->model.listener[a].tg[1] != sim->model.listener[b].tg[1]);
	     i++)
		b = (b + 1) % sim->model.rig_count;
	if (a == b || sim->model.listener[a].tg[1] != sim->model.listener[b].tg[1])
		return;
	rig_talk(sim, a, 2, 20 + sim_draw(sim, 50));
	sim->model.call[sim->model.call_count - 1].contested = true;
	sim_run(sim, sim_draw(sim, 400));
	rig_talk(sim, b, 2, 20 + sim_draw(sim, 50));
	sim->model.call[sim->model.call_count - 1].contested = true;
	sim_run(sim, 12 * TICK_SECOND);
	drain(sim);
}

/* A rig that has no part in the act yet; NOBODY if none was found. */
static uint32_t bystander(struct sim *sim, bool *taken)
{
	for (int tries = 0; tries < 8; tries++) {
		uint32_t rig = sim_draw(sim, sim->model.rig_count);
		if (!taken[rig] && is_free(sim, rig)) {
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
	bool taken[RIGS_MAX] = {false}, disturbed = sim_one_in(sim, 4);
	uint32_t first = bystander(sim, taken);
	uint32_t count = sim->model.guest == NOBODY ? 1 + sim_draw(sim, 3)
	                                            : 1; /* a slot of an uplink is one path */

	if (sim_one_in(sim, 2)) {
		rig_talk(sim, first, sim_one_in(sim, 2) ? 2 : 1, 10);
		sim_run(sim, TICK_SECOND);
		drain(sim);
	}
	sim_run(sim, HANG_MS);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t to = i == 0 ? first : sim_one_in(sim, 4) ? NOBODY : bystander(sim, taken);
		uint32_t rig = bystander(sim, taken);
		if (rig == NOBODY)
			break;
		if (disturbed && sim_one_in(sim, 2)) {
			rig_talk(sim, rig, 2, 20);
			sim->model.call[sim->model.call_count - 1].contested = true;
			continue;
		}
		uint32_t bursts = 6 + sim_draw(sim, 20);
		rig_send(sim, rig, sim_one_in(sim, 2) ? 2 : 1, to, bursts);
		sim->model.call[sim->model.call_count - 1].contested = disturbed;
		sim_run(sim, sim_draw(sim, 500));
	}
	sim_run(sim, 3 * TICK_SECOND);
	drain(sim);
}

static void set_cut(struct sim *sim, uint32_t a, uint32_t b, bool cut)
{
	if (model_is_uplink(&sim->model, a, b))
		sim->model.guest_since = sim->now;
	sim->model.path[a][b].cut = sim->model.path[b][a].cut = cut;
}

static tick_t heal_ms(const struct sim *sim)
{
	return sim->model.noisy ? 12 * TICK_SECOND : 6 * TICK_SECOND;
}

/* A link that carries the call, one of all at random; false when none does. */
static bool carrying_link(struct sim *sim, uint32_t call, uint32_t frame, uint32_t link[2])
{
	uint32_t found = 0;

	for (uint32_t a = 0; a < sim->model.node_count; a++)
		for (uint32_t b = 0; b < sim->model.node_count; b++)
			if ((sim->crossed[call][a][b][frame / 64] >> frame % 64 & 1) &&
			    sim_one_in(sim, ++found)) {
				link[0] = a;
				link[1] = b;
			}
	return found > 0;
}

static tick_t probed_ms(const struct sim *sim)
{
	return sim->model.noisy ? PROBED_NOISY_MS : PROBED_MS;
}

uint32_t acts_long_call(struct sim *sim)
{
	uint32_t rig = acts_any_rig(sim);

	uint32_t frames = frames_of(probed_ms(sim) + heal_ms(sim) + 3 * TICK_SECOND);
	rig_talk(sim, rig, sim_one_in(sim, 2) ? 2 : 1, frames);
	sim_run(sim, probed_ms(sim));
	return sim->model.call_count - 1;
}

void acts_finish(struct sim *sim)
{
	sim_run(sim, heal_ms(sim) + 3 * TICK_SECOND + PAUSE_MS);
	drain(sim);
}

/* A cable is pulled in mid-call. */
static void act_cut(struct sim *sim)
{
	uint32_t link[2] = {0, 0}, call = acts_long_call(sim);

	bool cut = carrying_link(sim, call, frames_of(probed_ms(sim)) - 8, link);
	if (cut) {
		sim_say(sim, "cut %" PRIu32 "-%" PRIu32, link[0], link[1]);
		set_cut(sim, link[0], link[1], true);
		acts_change(sim);
	}
	acts_finish(sim);
	if (cut) {
		set_cut(sim, link[0], link[1], false);
		acts_change(sim);
		plan_settle(sim);
	}
}

/* A link that carries a call or data delivers nothing for a while, and then all at once. */
static void act_stall(struct sim *sim)
{
	uint32_t link[2] = {0, 0}, rig = acts_any_rig(sim);
	bool data = sim_one_in(sim, 2), fades = sim_one_in(sim, 3);
	tick_t ms = fades ? 1200 + sim_draw(sim, 2800) : 100 + sim_draw(sim, 700);

	if (data) {
		sim_run(sim, HANG_MS);
		uint32_t bursts = 15 + sim_draw(sim, 15);
		rig_send(sim, rig, 2, other_rig(sim, rig), bursts);
	} else {
		rig_talk(sim, rig, 2, 10 + sim_draw(sim, 60));
	}
	uint32_t call = sim->model.call_count - 1;
	sim->model.call[call].contested =
		fades; /* the path that takes over may have the rest, or not */
	sim_run(sim, 12 * DMR_BURST_MS);
	if (carrying_link(sim, call, 6, link)) {
		sim_say(sim, "stall %" PRIu32 "-%" PRIu32 " for %" PRId64 " ms", link[0], link[1],
		        ms);
		sim->model.path[link[0]][link[1]].stalled_until = sim->now + ms;
		sim->tally.changes++;
	}
	sim_run(sim, 12 * TICK_SECOND);
	drain(sim);
}

/* A server restarts in mid-call. */
static void act_restart(struct sim *sim)
{
	acts_long_call(sim);
	uint32_t node = acts_any_node(sim);

	sim_say(sim, "restart %" PRIu32, node);
	node_stop(sim, node);
	ledger_forget_node(sim, node);
	acts_change(sim);
	sim_run(sim, 1 + sim_draw(sim, 2000));
	node_start(sim, node);
	acts_change(sim);
	acts_finish(sim);
	plan_settle(sim);
}

static void set_partition(struct sim *sim, uint64_t side, bool cut)
{
	for (uint32_t a = 0; a < sim->model.node_count; a++)
		for (uint32_t b = 0; b < sim->model.node_count; b++)
			if ((side >> a & 1) != (side >> b & 1))
				set_cut(sim, a, b, cut);
	acts_change(sim);
}

/* Two halves that do not know of each other, for so short that nobody notices or longer than a link
 * lives. */
static void act_partition(struct sim *sim)
{
	uint64_t side = (uint64_t)sim_draw(sim, UINT32_MAX) << 32;

	side |= sim_draw(sim, UINT32_MAX);
	sim_say(sim, "partition");
	set_partition(sim, side, true);
	sim_run(sim, heal_ms(sim));
	act_calls(sim);
	if (sim_one_in(sim, 3))
		act_data(sim);
	if (sim_one_in(sim, 2))
		sim_run(sim, 80 * TICK_SECOND);
	set_partition(sim, side, false);
	plan_settle(sim);
	act_calls(sim);
}

/* A computer that has lost the time: what it sends is refused, or it refuses what it gets. In a
 * network all of them are fast, or slow: what was fast seems to be old to whoever is slow later. */
static void act_clock(struct sim *sim)
{
	uint32_t node = acts_any_node(sim);
	int64_t right = sim->model.place[node].ahead_ms;

	sim_say(sim, "clock of %" PRIu32, node);
	sim->model.place[node].ahead_ms = sim->story->seed / 4 % 2 ? 3600000 : -3600000;
	acts_change(sim);
	sim_run(sim, heal_ms(sim));
	act_calls(sim);
	act_calls(sim);
	sim->model.place[node].ahead_ms = right;
	acts_change(sim);
	sim_run(sim, heal_ms(sim));
}

/* From a radio at the guest to one at a server it is a client of, or back. The other has been heard
 * on a conference that crosses, mostly. */
static void private_by_uplink(struct sim *sim)
{
	const struct model *m = &sim->model;
	uint32_t rig = NOBODY, to = NOBODY;

	for (uint32_t tries = 0; tries < 200 && (rig == NOBODY || to == NOBODY); tries++) {
		uint32_t any = acts_any_rig(sim);
		if (m->listener[any].node == m->guest)
			rig = any;
		else if (m->up[m->guest][m->listener[any].node])
			to = any;
	}
	if (rig == NOBODY || to == NOBODY)
		return;
	if (sim_one_in(sim, 2)) {
		uint32_t kept = rig;
		rig = to;
		to = kept;
	}
	for (uint8_t slot = 1; slot <= 2 && !sim_one_in(sim, 8); slot++) {
		rig_talk(sim, to, slot, 10);
		sim_run(sim, 2 * TICK_SECOND);
		drain(sim);
	}
	sim_run(sim, HANG_MS);
	uint32_t frames = some_frames(sim);
	rig_call(sim, rig, sim_one_in(sim, 2) ? 2 : 1, to, frames);
	sim_run(sim, 15 * TICK_SECOND);
	drain(sim);
}

/* Voice for one radio: it hears it if it is on the same server, or beyond an uplink, and nobody
 * else does. */
static void act_private(struct sim *sim)
{
	if (sim->model.guest != NOBODY && !sim_one_in(sim, 3)) {
		private_by_uplink(sim);
		return;
	}
	uint32_t rig = acts_any_rig(sim), to = other_rig(sim, rig);

	for (uint32_t tries = 0; to != NOBODY && tries < 20; tries++) {
		if (sim->model.listener[to].node == sim->model.listener[rig].node)
			break;
		to = other_rig(sim, rig);
	}
	if (to == NOBODY)
		return;
	sim_run(sim, HANG_MS);
	uint32_t frames = some_frames(sim);
	rig_call(sim, rig, sim_one_in(sim, 2) ? 2 : 1, to, frames);
	sim_run(sim, 15 * TICK_SECOND);
}

struct act {
	const char *name;
	void (*play)(struct sim *);
	bool changes; /* the network: what is heard meanwhile is unpredictable where links are slow
	               */
};

static const struct act acts[] = {
	[ACTS_CALLS] = {"calls", act_calls, false},
	{"calls", act_calls, false},
	{"contest", act_contest, false},
	{"overs", act_overs, false},
	{"stall", act_stall, false},
	{"data", act_data, false},
	{"data", act_data, false},
	{"private call", act_private, false},
	{"cut off", order_cut_off, false},
	{"reload", order_reload, false},
	{"upgrade", order_upgrade, false},
	{"strangers", foe_strangers, false},
	{"forgers", foe_forgers, false},
	{"flood", foe_madman, false},
	{"cut", act_cut, true},
	{"restart", act_restart, true},
	{"partition", act_partition, true},
	{"clock", act_clock, true},
	{"shut", order_shut, true},
};

static const struct act *any_act(struct sim *sim)
{
	const struct act *act;

	do
		act = &acts[sim_draw(sim, ARRAY_LEN(acts))];
	while (sim->model.slow && act->changes);
	return act;
}

void acts_play(struct sim *sim, bool last)
{
	const struct act *act = last ? &acts[ACTS_CALLS] : any_act(sim);

	sim_say(sim, "--- %s", act->name);
	act->play(sim);
	sim_run(sim, PAUSE_MS);
	ledger_close(sim);
}
