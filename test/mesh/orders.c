/* What operators do while people talk. */
#include <inttypes.h>
#include <string.h>

#include "mesh/sim.h"

static void kick(struct sim *sim, uint32_t node, uint32_t rig)
{
	sim_say(sim, "kick rig %" PRIu32, rig);
	sim_film(sim, node, "kick %" PRIu32, rig_id(rig));
	node_order(sim, node,
	           &(struct command){.kind = COMMAND_KICK, .kick = {.client = rig_id(rig)}});
}

static void block(struct sim *sim, uint32_t node, uint32_t rig, enum command_kind kind)
{
	sim_say(sim, "%s rig %" PRIu32, kind == COMMAND_BLOCK ? "block" : "unblock", rig);
	sim_film(sim, node, "order %s %" PRIu32, kind == COMMAND_BLOCK ? "block" : "unblock",
	         rig_id(rig));
	node_order(sim, node,
	           &(struct command){.kind = kind, .block = {.target = {.id = rig_id(rig)}}});
}

static void end_call(struct sim *sim, uint32_t node)
{
	sim_say(sim, "end the call");
	sim_film(sim, node, "order call %08" PRIx32, sim->key.stream);
	node_order(sim, node, &(struct command){.kind = COMMAND_CALL, .call = sim->key});
}

/* Somebody is put off the air in mid-call: the talker, his call, or a listener. */
void order_cut_off(struct sim *sim)
{
	struct call *c = &sim->model.call[acts_long_call(sim)];
	/* what a kicked talker goes on with is another call on the mesh, and the same by uplinks */
	uint32_t kicks = sim->model.guest_links > 1 ? 1 : 0;
	uint32_t how = kicks + sim_draw(sim, 4 - kicks), rig = acts_any_rig(sim);

	if (how < 3)
		c->cut = sim->now;
	c->resumes = how == 0; /* he logs in again, and goes on in a call that nobody saw begin */
	if (how == 0)
		kick(sim, c->node, c->rig);
	else if (how == 1)
		block(sim, c->node, c->rig, COMMAND_BLOCK);
	else if (how == 2)
		end_call(sim, c->node);
	else
		kick(sim, sim->model.listener[rig].node, rig);
	acts_finish(sim);
	if (how == 1)
		block(sim, c->node, c->rig, COMMAND_UNBLOCK);
	sim_run(sim, 10 * TICK_SECOND); /* a MSTNAK comes once in 5 s */
}

/* A neighbour of the node, any; NOBODY. */
static uint32_t any_neighbour(struct sim *sim, uint32_t node)
{
	const struct model *m = &sim->model;
	uint32_t found = NOBODY, count = 0;

	for (uint32_t n = 0; n < m->node_count; n++)
		if (m->path[node][n].there && !model_is_uplink(m, node, n) &&
		    sim_one_in(sim, ++count))
			found = n;
	return found;
}

static void stun(struct sim *sim, uint32_t node, uint32_t neighbour, enum peer_order order)
{
	struct command c = {.kind = COMMAND_PEER, .peer = {.order = order}};
	struct text name = text_make(c.peer.name, sizeof(c.peer.name));

	text_format(&name, "n%u", (unsigned)neighbour);
	sim_film(sim, node, "order peer \"n%" PRIu32 " %s\"", neighbour, peer_order_name(order));
	node_order(sim, node, &c);
}

static void set_shut(struct sim *sim, uint32_t node, uint32_t neighbour, bool stuns, bool shut)
{
	struct model *m = &sim->model;

	sim_say(sim, "%s %" PRIu32 "-%" PRIu32 " %s", stuns ? "stun" : "configuration", node,
	        neighbour, shut ? "off" : "on");
	m->shut[node][neighbour] = m->shut[neighbour][node] = shut;
	sim->node[node].shut[neighbour] = shut && !stuns;
	if (stuns)
		stun(sim, node, neighbour, shut ? PEER_STUN : PEER_CLEAR);
	else
		node_reload(sim, node);
	acts_change(sim);
}

/* A link is stunned, or taken out of the configuration, and put back. A guest with another link
 * would go on there with what has ended, as another call. */
void order_shut(struct sim *sim)
{
	if (sim->model.guest_links > 1)
		return;
	uint32_t node = acts_any_node(sim), neighbour = any_neighbour(sim, node);
	bool stuns = sim_one_in(sim, 2);

	acts_long_call(sim);
	if (neighbour != NOBODY)
		set_shut(sim, node, neighbour, stuns, true);
	acts_finish(sim);
	if (neighbour == NOBODY)
		return;
	set_shut(sim, node, neighbour, stuns, false);
	plan_settle(sim);
}

/* Settings change in mid-call, and nobody hears a difference. */
void order_reload(struct sim *sim)
{
	acts_long_call(sim);
	for (uint32_t times = 1 + sim_draw(sim, 3); times > 0; times--) {
		uint32_t node = acts_any_node(sim);
		sim->node[node].hang_s = 1 + sim_draw(sim, 5);
		sim_say(sim, "reload %" PRIu32, node);
		node_reload(sim, node);
		sim_run(sim, sim_draw(sim, 2000));
	}
	acts_finish(sim);
}

/* A new binary takes over in mid-call, and nobody hears a difference. */
void order_upgrade(struct sim *sim)
{
	acts_long_call(sim);
	for (uint32_t times = 1 + sim_draw(sim, 4); times > 0; times--) {
		uint32_t node = acts_any_node(sim);
		sim_say(sim, "upgrade %" PRIu32, node);
		node_upgrade(sim, node);
		sim_run(sim, sim_draw(sim, 1000));
	}
	acts_finish(sim);
}
