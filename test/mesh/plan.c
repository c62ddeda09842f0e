/*
 * What a simulation is made of, drawn from its seed: topology, kinds of links, clocks, who listens
 * to what.
 */
#include <inttypes.h>
#include <string.h>

#include "mesh/sim.h"

#define SETTLE_MS (12 * TICK_SECOND)       /* a keepalive each 10 s makes a link known again; */
#define SETTLE_NOISY_MS (32 * TICK_SECOND) /* two of them may be lost */
#define SETTLE_GUEST_MS (80 * TICK_SECOND) /* an uplink tries once a minute */
#define SLOW_MS (4 * TICK_SECOND)          /* a slow link takes so long at most */
#define SLOW_LINKS 2u
#define HANG_S 5u
#define RELAYING_NODES_MAX 9u /* an uplink forgets the hops: no way may be too long by them */

static const uint32_t conferences[] = {91, 2350, 3100};

static bool is_absent(const struct sim *sim, uint32_t node)
{
	return sim->story->without >> node & 1;
}

static void join(struct sim *sim, uint32_t a, uint32_t b, bool v1)
{
	struct model *m = &sim->model;
	struct path path = {.there = true,
	                    .delay = 5 + sim_draw(sim, 40),
	                    .jitter = sim_draw(sim, 20),
	                    .lost = m->noisy ? 10 : 0,
	                    .twice = m->noisy ? 10 : 0,
	                    .late = m->noisy ? 5 : 0};

	if (a == b || m->path[a][b].there)
		return;
	if (story_is_calm(sim->story, CALM_JITTER))
		path.jitter = 0;
	m->path[a][b] = m->path[b][a] = path;
	m->v1[a][b] = m->v1[b][a] = v1 && !story_is_calm(sim->story, CALM_OLD);
}

/* Slow in one direction or in both. */
static void slow_down(struct sim *sim)
{
	struct model *m = &sim->model;

	for (uint32_t tries = 0, slow = 0; tries < 1000 && slow < SLOW_LINKS; tries++) {
		uint32_t a = sim_draw(sim, m->node_count), b = sim_draw(sim, m->node_count);
		if (!m->path[a][b].there || model_is_uplink(m, a, b))
			continue;
		m->path[a][b].delay = 300 + sim_draw(sim, SLOW_MS - 300);
		if (sim_one_in(sim, 2))
			m->path[b][a].delay = 300 + sim_draw(sim, SLOW_MS - 300);
		slow++;
	}
}

/* `old`: of how many links one speaks v1; 0 = none. */
static void join_all(struct sim *sim, uint32_t old)
{
	enum topology topology = sim->story->topology;
	uint32_t n = sim->model.node_count;

	for (uint32_t b = 1; b < n; b++) {
		uint32_t first = topology == TOPOLOGY_LINE || topology == TOPOLOGY_RING ? b - 1 : 0;
		if (topology == TOPOLOGY_RANDOM)
			first = sim_draw(sim, b);
		for (uint32_t a = first; a < b; a++) {
			join(sim, a, b, old && sim_one_in(sim, old));
			if (topology == TOPOLOGY_RANDOM)
				break;
		}
	}
	if (topology == TOPOLOGY_RING && n > 2)
		join(sim, n - 1, 0, old && sim_one_in(sim, old));
	for (uint32_t i = 0; topology == TOPOLOGY_RANDOM && i < 3 * n / 2; i++) {
		bool v1 = old && sim_one_in(sim, old);
		uint32_t b = sim_draw(sim, n), a = sim_draw(sim, n);
		join(sim, a, b, v1);
	}
}

/* A server that is a client of others, and a neighbour of one at most. */
static void place_guest(struct sim *sim)
{
	struct model *m = &sim->model;
	uint32_t guest = m->node_count, first = sim_draw(sim, ARRAY_LEN(conferences));
	struct path path = {.there = true, .delay = 5 + sim_draw(sim, 40)};

	path.jitter = sim_draw(sim, 20);
	if (story_is_calm(sim->story, CALM_JITTER))
		path.jitter = 0;
	m->guest_tg[0] = conferences[first];
	m->guest_tg[1] = conferences[(first + 1) % ARRAY_LEN(conferences)];
	for (uint32_t i = 1 + sim_draw(sim, UPLINKS_MAX); i > 0; i--) {
		uint32_t n = sim_draw(sim, guest);
		m->up[guest][n] = true;
		m->path[guest][n] = m->path[n][guest] = path;
	}
	uint32_t neighbour = sim_draw(sim, guest);
	if (sim_one_in(sim, 2) && !m->up[guest][neighbour])
		join(sim, guest, neighbour, false);
	m->guest_transit = sim_one_in(sim, 2) && guest < RELAYING_NODES_MAX;
	m->guest_private = !sim_one_in(sim, 3);
	m->guest = guest;
	m->node_count++;
}

/* Cables to servers that are not there. */
static void remove_absent(struct sim *sim)
{
	struct model *m = &sim->model;

	if (m->guest != NOBODY &&
	    (is_absent(sim, m->guest) || story_is_calm(sim->story, CALM_GUEST)))
		m->guest = NOBODY;
	for (uint32_t a = 0; a < m->node_count; a++)
		for (uint32_t b = 0; b < m->node_count; b++)
			if (is_absent(sim, a) || is_absent(sim, b) ||
			    (m->guest == NOBODY && model_is_uplink(m, a, b))) {
				m->path[a][b] = m->path[b][a] = (struct path){.there = false};
				m->up[a][b] = m->up[b][a] = false;
			}
	for (uint32_t n = 0; m->guest != NOBODY && n < m->node_count; n++)
		m->guest_links += m->path[m->guest][n].there;
	for (uint32_t a = 0; a < m->node_count; a++)
		for (uint32_t b = 0; b < m->node_count; b++)
			m->old |= m->path[a][b].there && m->v1[a][b];
}

static void add_rig(struct sim *sim, uint32_t node, uint32_t tg1, uint32_t tg2)
{
	uint32_t rig = sim->model.rig_count++;

	sim->model.listener[rig] = (struct listener){.node = node, .tg = {tg1, tg2}};
	sim->rig[rig].next = sim->now + sim_draw(sim, 1000);
}

static void place_rigs(struct sim *sim)
{
	struct model *m = &sim->model;
	uint32_t each = m->node_count > 12 ? 1 : 2;

	for (uint32_t i = 0; i < each * m->node_count; i++) {
		uint32_t first = sim_draw(sim, ARRAY_LEN(conferences));
		uint32_t tg = conferences[(first + 1) % ARRAY_LEN(conferences)];
		bool local = sim_one_in(sim, 6);
		if (!is_absent(sim, i / each))
			add_rig(sim, i / each, local ? LOCAL_TG : tg, conferences[first]);
	}
}

/* The last rig belongs to no radio: it gets copies of its server's data. */
static void place_gateway(struct sim *sim)
{
	uint32_t node = sim_draw(sim, sim->model.node_count);

	if (is_absent(sim, node))
		return;
	add_rig(sim, node, 0, 0);
	sim->model.listener[sim->model.rig_count - 1].gateway = true;
}

static void start_all(struct sim *sim)
{
	struct model *m = &sim->model;

	for (uint32_t n = 0; n < m->node_count; n++) {
		int64_t ahead = m->slow ? (int64_t)sim_draw(sim, 600) - 300
		                        : (int64_t)sim_draw(sim, 3000) - 1500;
		bool relays = sim->story->topology != TOPOLOGY_RANDOM || !sim_one_in(sim, 6);
		m->place[n].ahead_ms = story_is_calm(sim->story, CALM_CLOCKS) ? 0 : ahead;
		m->place[n].transit = relays || story_is_calm(sim->story, CALM_LOCAL);
		sim->node[n].hang_s = HANG_S;
		if (!is_absent(sim, n))
			node_start(sim, n);
	}
}

void plan_make(struct sim *sim)
{
	static const uint32_t olds[] = {0, 0, 1, 2, 4};
	const struct story *story = sim->story;
	struct model *m = &sim->model;
	bool guest = story->nodes > 2 && sim_one_in(sim, 3);

	m->guest = NOBODY;
	m->node_count = story->nodes - guest;
	m->noisy = sim_one_in(sim, 3) && !story_is_calm(story, CALM_NOISE);
	join_all(sim, olds[sim_draw(sim, ARRAY_LEN(olds))]);
	if (guest)
		place_guest(sim);
	m->slow = sim_one_in(sim, 3) && !story_is_calm(story, CALM_SLOW);
	if (m->slow)
		slow_down(sim);
	remove_absent(sim);
	m->tree = story->topology == TOPOLOGY_LINE && m->guest_links < 2;
	place_rigs(sim);
	place_gateway(sim);
	sim->madman = acts_any_node(sim);
	start_all(sim);
	model_change(m, sim->now - TICK_MINUTE);
	sim_say(sim, "%s of %" PRIu32 "%s%s, %" PRIu32 " links of a guest%s",
	        topology_name(story->topology), story->nodes, m->noisy ? ", noisy" : "",
	        m->slow ? ", slow" : "", m->guest_links,
	        m->guest != NOBODY && m->guest_transit ? " that relays" : "");
}

void plan_settle(struct sim *sim)
{
	const struct model *m = &sim->model;

	sim_run(sim, m->guest != NOBODY ? SETTLE_GUEST_MS : m->noisy ? SETTLE_NOISY_MS : SETTLE_MS);
}

/* ---- configuration ---- */

static void uplink_config(const struct model *m, uint32_t to, struct text *out)
{
	char where[ADDR_TEXT_MAX];
	struct addr at = node_address(to, LISTENER_PORT);
	unsigned one = m->guest_tg[0], two = m->guest_tg[1];

	text_format(out,
	            "[uplink u%u]\ntarget = %s\nid = %u\npassphrase = " PASSPHRASE
	            "\noptions = TS1=%u;TS2=%u\nmap = 1:%u=%u, 2:%u=%u\ntransit = %s\n"
	            "private-calls = %s\n",
	            (unsigned)to, addr_format(&at, where), (unsigned)(GUEST_CLIENT + to), one, two,
	            one, one, two, two, m->guest_transit ? "all" : "none",
	            m->guest_private ? "yes" : "no");
}

uint32_t plan_link(uint32_t a, uint32_t b)
{
	return a < b ? a * NODES_MAX + b : b * NODES_MAX + a;
}

static void peer_config(const struct model *m, uint32_t node, uint32_t to, struct text *out)
{
	char here[ADDR_TEXT_MAX], there[ADDR_TEXT_MAX];
	struct addr us = node_address(node, MESH_PORT), them = node_address(to, MESH_PORT);

	text_format(out, "[peer n%u]\nprotocol = %s\nbind = %s\ntarget = %s\n", (unsigned)to,
	            m->v1[node][to] ? "obp" : "fbp", addr_format(&us, here),
	            addr_format(&them, there));
	text_format(out, "passphrase = link %u\nremote-id = %u\ntransit = %s\n",
	            (unsigned)plan_link(node, to), (unsigned)(FIRST_SERVER + to),
	            m->place[node].transit ? "all" : "none");
}

static void server_config(const struct sim *sim, uint32_t node, struct text *out)
{
	const struct model *m = &sim->model;
	const struct listener *last = &m->listener[m->rig_count - 1];
	uint32_t hang_s = sim->node[node].hang_s;
	char where[ADDR_TEXT_MAX];
	struct addr at = node_address(node, LISTENER_PORT);

	text_format(out, "[server]\nid = %u\n", (unsigned)(FIRST_SERVER + node));
	if (last->gateway && last->node == node)
		text_format(out, "data-gateway = %u\n", (unsigned)rig_id(m->rig_count - 1));
	text_format(out,
	            "[limits]\nsessions = 8\nsubscriptions = 64\nstreams = 64\n[listener l]\n"
	            "bind = %s\npassphrase = " PASSPHRASE
	            "\nsingle = no\nprivate-calls = yes\nhang-time = %us\n",
	            addr_format(&at, where), (unsigned)hang_s);
}

void plan_config(const struct sim *sim, uint32_t node, bool changed, struct text *out)
{
	const struct model *m = &sim->model;

	server_config(sim, node, out);
	for (uint32_t n = 0; n < m->node_count; n++) {
		if (m->up[node][n])
			uplink_config(m, n, out);
		if (m->path[node][n].there && !model_is_uplink(m, node, n) &&
		    !(changed && sim->node[node].shut[n]))
			peer_config(m, node, n, out);
	}
	if (node == sim->madman)
		foes_config(sim, out);
}
