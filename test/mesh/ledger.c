/*
 * What was said and who heard it.
 *
 * At once: no rig hears a frame twice, or itself, or data for the radio of another; no frame
 * crosses a link twice in one direction, or in a line of servers in both.
 *
 * At the end: a rig has heard every frame of every accepted call on a talkgroup of its, but those
 *   - said while its node could not be reached, or within HEAL_MS of a change of the network,
 *   - said before the rig was logged in,
 *   - of a call that was contested elsewhere,
 *   - as many as the network spoiled;
 * and none of a call without a path to it; and a call on links that quench crosses each server
 * once, but for the probes. Data has to arrive where every link carries it, and leaves a server by
 * one link at most when everybody knows where the radio is.
 */
#include <inttypes.h>
#include <string.h>

#include "mesh/sim.h"

#define HEAL_MS 5500 /* decisions 20 and 22: a probe each 3 s, 1 s of silence, 500 ms, the way */
#define HEAL_NOISY_MS 11500 /* two probes may be lost */
#define BEFORE_CHANGE_MS 500
#define LOGIN_MS (75 * TICK_SECOND) /* of an uplink that was away for long */
#define QUENCHED_MS 2500            /* the quench has done its work everywhere */
#define PROBE_MS 3000
#define SEEMS_TO_TALK_MS 1500 /* 1 s, and the next burst A */
#define HOPS_MAX 9            /* received */
#define STALE_MS 5000
#define DATA_NODES_MAX 10u /* what is known of a radio may be old, but leads there by 9 links */
#define SKEW_MAX_MS 2000
#define MARK 0x4D
#define VOICE_HALF 108u /* AMBE bits on either side of the middle of a burst */
#define VOICE_GAP 48u

static uint8_t filling(uint32_t call, uint32_t frame, size_t at)
{
	return (uint8_t)(call * 31 + frame * 7 + at * 13);
}

void ledger_mark(uint32_t call, uint32_t frame, uint8_t ambe[static TALK_AMBE_LEN])
{
	ambe[0] = MARK;
	ambe[1] = (uint8_t)call;
	ambe[2] = (uint8_t)(frame >> 8);
	ambe[3] = (uint8_t)frame;
	for (size_t i = 4; i < TALK_AMBE_LEN; i++)
		ambe[i] = filling(call, frame, i);
}

bool ledger_marked(const uint8_t *payload, uint32_t *call, uint32_t *frame)
{
	uint8_t ambe[TALK_AMBE_LEN] = {0};

	for (unsigned i = 0; i < 2 * VOICE_HALF; i++) {
		unsigned from = i < VOICE_HALF ? i : i + VOICE_GAP;
		if (payload[from / 8] >> (7 - from % 8) & 1)
			ambe[i / 8] = (uint8_t)(ambe[i / 8] | 0x80 >> i % 8);
	}
	*call = ambe[1];
	*frame = (uint32_t)ambe[2] << 8 | ambe[3];
	if (ambe[0] != MARK || *call >= CALLS_MAX || *frame >= FRAMES_MAX)
		return false;
	for (size_t i = 4; i < TALK_AMBE_LEN; i++)
		if (ambe[i] != filling(*call, *frame, i))
			return false;
	return true;
}

/* Sets a bit; true when it was set before. */
static bool bit_again(uint64_t *bits, uint32_t at)
{
	uint64_t mask = UINT64_C(1) << at % 64;
	bool again = bits[at / 64] & mask;

	bits[at / 64] |= mask;
	return again;
}

static bool was_set(const uint64_t *bits, uint32_t at)
{
	return bits[at / 64] >> at % 64 & 1;
}

#define STILL_EVERY 5 /* of so many senders one never counts */

/* Numbers on the way are those of the first server, where the sender gives none: one that starts
 * again in mid-call starts counting again, and copies cannot be recognised by its numbers. */
bool ledger_counts(const struct sim *sim, uint32_t stream)
{
	for (uint32_t i = 0; i < sim->call_count; i++) {
		const struct call *c = &sim->call[i];
		if (c->stream == stream)
			return !c->still || c->starts == sim->node[c->node].starts;
	}
	return true;
}

struct call *ledger_begin(struct sim *sim, const struct call *plan)
{
	if (sim->call_count == CALLS_MAX || plan->frames > FRAMES_MAX)
		sim_fault(sim, "the plan has too many calls");
	struct call *c = &sim->call[sim->call_count++];
	*c = *plan;
	c->node = sim->rig[c->rig].node;
	c->stream = net_random(&sim->net, UINT32_MAX - FRAMES_MAX) + 1;
	c->still = c->stream % STILL_EVERY == 0;
	c->starts = sim->node[c->node].starts;
	sim_say(sim,
	        "call %" PRIu32 ": rig %" PRIu32 " at node %" PRIu32 " to %" PRIu32
	        "%s, stream %08" PRIx32,
	        sim->call_count - 1, c->rig, c->node, c->tg, c->data ? " (data)" : "", c->stream);
	return c;
}

void ledger_accepted(struct sim *sim, uint32_t client, uint32_t stream)
{
	for (uint32_t i = sim->call_count; i-- > 0;) {
		struct call *c = &sim->call[i];
		if (rig_id(c->rig) == client && c->stream == stream) {
			c->accepted = true;
			return;
		}
	}
}

static bool is_burst(const struct flight *f)
{
	return f->len >= 53 &&
	       (memcmp(f->bytes, "DMRD", 4) == 0 || memcmp(f->bytes, "DMRE", 4) == 0);
}

/* Without its header a call may have to wait for the next superframe. */
static void spoil_other(struct sim *sim, const struct flight *f)
{
	uint32_t stream = (uint32_t)judge_number(f->bytes + 16, 4);

	for (uint32_t i = 0; i < sim->call_count; i++)
		if (sim->call[i].stream == stream)
			sim->call[i].spoiled += 6;
}

/* A guest that logs in again in mid-call goes on under the id its call had, which two servers have
 * ended by now: each gives it a fresh one of its own (decision 10), and so it is two calls. */
static bool is_two_calls(const struct sim *sim, const struct call *c)
{
	return c->node == sim->guest && sim->guest_links > 1 && sim->guest_since > c->said[0];
}

static bool has_old_links(const struct sim *sim)
{
	for (uint32_t a = 0; a < sim->node_count; a++)
		for (uint32_t b = 0; b < sim->node_count; b++)
			if (sim->path[a][b].there && sim->v1[a][b])
				return true;
	return false;
}

void ledger_crossed(struct sim *sim, uint32_t from, uint32_t to, const struct flight *f,
                    enum fate fate)
{
	uint32_t call, frame;

	if (!is_burst(f) || fate == FATE_CUT)
		return;
	bool spoiled = fate == FATE_LOST || fate == FATE_LATE;
	if (!ledger_marked(f->bytes + 20, &call, &frame)) {
		if (spoiled)
			spoil_other(sim, f);
		return;
	}
	struct call *c = &sim->call[call];
	if (bit_again(sim->crossed[from][to][call], frame) && !is_two_calls(sim, c))
		sim_fault(sim,
		          "frame %" PRIu32 " of call %" PRIu32 " left node %" PRIu32 " for %" PRIu32
		          " twice",
		          frame, call, from, to);
	bool fbp = !has_old_links(sim) && sim->guest == NOBODY;
	if (fbp && to == c->node)
		sim_fault(sim,
		          "frame %" PRIu32 " of call %" PRIu32 " left node %" PRIu32 " for %" PRIu32
		          ", where the call began",
		          frame, call, from, to);
	bool no_return = sim->tree || (sim_is_uplink(sim, from, to) && sim->guest_links == 1);
	if (no_return && was_set(sim->crossed[to][from][call], frame))
		sim_fault(sim,
		          "frame %" PRIu32 " of call %" PRIu32 " left node %" PRIu32 " for %" PRIu32
		          ", where it came from",
		          frame, call, from, to);
	c->spoiled += spoiled;
	c->crossings[frame] += !sim->v1[from][to] && !sim_is_uplink(sim, from, to) &&
	                       to != c->node; /* an echo is dropped, not quenched */
}

void ledger_heard(struct sim *sim, uint32_t rig, const struct seen *seen)
{
	uint32_t call, frame;

	if (!ledger_marked(seen->burst, &call, &frame)) {
		if (judge_voice(seen))
			sim_fault(sim, "rig %" PRIu32 " hears voice nobody said", rig);
		return;
	}
	const struct call *c = &sim->call[call];
	if (call >= sim->call_count || c->tg != seen->dst || c->data != seen->unit ||
	    c->data == judge_voice(seen))
		sim_fault(sim, "rig %" PRIu32 " hears call %" PRIu32 " as tg %" PRIu32, rig, call,
		          seen->dst);
	if (c->data && c->to != rig)
		sim_fault(sim, "rig %" PRIu32 " hears data for another, call %" PRIu32, rig, call);
	if (c->rig == rig)
		sim_fault(sim, "rig %" PRIu32 " hears itself", rig);
	if (bit_again(sim->heard[call][rig], frame) && ledger_counts(sim, c->stream))
		sim_fault(sim, "rig %" PRIu32 " hears frame %" PRIu32 " of call %" PRIu32 " twice",
		          rig, frame, call);
}

/* It has restarted, and may pass on what it passed on before. */
void ledger_forget_node(struct sim *sim, uint32_t node)
{
	memset(sim->crossed[node], 0, sizeof(sim->crossed[node]));
}

/* Would a frame that `from` has with `hops` be taken by `to`, and with how many? 0 = no. */
static uint8_t step_hops(const struct sim *sim, uint32_t from, uint32_t to, uint8_t hops, bool data)
{
	const struct path *path = &sim->path[from][to];
	int64_t behind = sim->node[to].ahead_ms - sim->node[from].ahead_ms;

	if (!path->there || path->cut || !sim->node[to].core || sim_is_uplink(sim, from, to))
		return 0;
	if (sim->v1[from][to])
		return !data;
	if (behind + path->delay + path->jitter > STALE_MS || hops > HOPS_MAX)
		return 0;
	return (uint8_t)(hops + 1);
}

/* The nodes of the mesh that hear what is said at `origin`; hops: as they would pass it on. */
static uint64_t reach_on_mesh(const struct sim *sim, uint32_t origin, bool data)
{
	uint8_t hops[NODES_MAX] = {0};
	uint64_t reached = UINT64_C(1) << origin;
	bool more = sim->node[origin].core != NULL;

	hops[origin] = 1;
	while (more) {
		more = false;
		for (uint32_t a = 0; a < sim->node_count; a++) {
			for (uint32_t b = 0; hops[a] && b < sim->node_count; b++) {
				uint8_t there = step_hops(sim, a, b, hops[a], data);
				if ((a != origin && !sim->node[a].transit) || !there ||
				    (hops[b] && hops[b] <= there))
					continue;
				hops[b] = there;
				reached |= UINT64_C(1) << b;
				more = true;
			}
		}
	}
	return reached;
}

/* Is the guest's uplink to that node up? */
static bool guest_is_at(const struct sim *sim, uint32_t node)
{
	return sim->guest != NOBODY && sim->up[sim->guest][node] &&
	       !sim->path[sim->guest][node].cut && sim->node[sim->guest].core &&
	       sim->node[node].core;
}

/* A guest passes nothing on that came by an uplink. */
static uint64_t reach_with_uplinks(const struct sim *sim, uint32_t origin, bool data)
{
	uint64_t on_mesh = reach_on_mesh(sim, origin, data), reached = on_mesh;

	for (uint32_t n = 0; n < sim->node_count; n++) {
		if (!guest_is_at(sim, n))
			continue;
		if (origin == sim->guest)
			reached |= reach_on_mesh(sim, n, data);
		else if (on_mesh >> n & 1)
			reached |= UINT64_C(1) << sim->guest;
	}
	return reached;
}

static bool is_whole(const struct sim *sim)
{
	for (uint32_t a = 0; a < sim->node_count; a++) {
		const struct node *n = &sim->node[a];
		if (!n->core || n->ahead_ms > SKEW_MAX_MS || n->ahead_ms < -SKEW_MAX_MS)
			return false;
		for (uint32_t b = 0; b < sim->node_count; b++)
			if (sim->path[a][b].cut)
				return false;
	}
	return true;
}

void ledger_epoch(struct sim *sim)
{
	if (sim->epoch_count == EPOCHS_MAX)
		sim_fault(sim, "the plan has too many changes");
	struct epoch *e = &sim->epoch[sim->epoch_count++];
	e->at = sim->now;
	e->whole = is_whole(sim);
	e->guest_since = sim->guest_since;
	for (uint32_t n = 0; n < sim->node_count; n++) {
		for (int data = 0; data < 2; data++) {
			e->reach[data][n] = reach_on_mesh(sim, n, data);
			e->up_reach[data][n] = reach_with_uplinks(sim, n, data);
		}
	}
}

/* The epoch in which a frame that was said then has to be heard; NULL when around a change. */
static const struct epoch *epoch_of(const struct sim *sim, tick_t said)
{
	uint32_t i = sim->epoch_count - 1;

	while (i > 0 && sim->epoch[i].at > said)
		i--;
	if (i > 0 && said < sim->epoch[i].at + (sim->noisy ? HEAL_NOISY_MS : HEAL_MS))
		return NULL;
	if (i + 1 < sim->epoch_count && said + BEFORE_CHANGE_MS > sim->epoch[i + 1].at)
		return NULL;
	return &sim->epoch[i];
}

/* Is it something for the uplinks of the guest? */
static bool crosses(const struct sim *sim, const struct call *c)
{
	return c->data || c->tg == sim->guest_tg[0] || c->tg == sim->guest_tg[1];
}

/* Has the call to go by an uplink to be heard there? */
static bool goes_by_uplink(const struct epoch *e, const struct call *c, uint32_t node)
{
	return !(e->reach[c->data][c->node] >> node & 1);
}

/* Is there a path from the talker to the rig? */
static bool has_way(const struct sim *sim, const struct epoch *e, const struct call *c,
                    uint32_t rig)
{
	uint32_t node = sim->rig[rig].node;
	if (c->tg == LOCAL_TG)
		return node == c->node;
	return !goes_by_uplink(e, c, node) ||
	       (crosses(sim, c) && (e->up_reach[c->data][c->node] >> node & 1));
}

static bool was_in(const struct rig *r, tick_t then)
{
	return r->since + TICK_SECOND < then;
}

/* Has the guest had the time to log in again? */
static bool is_logged_in(const struct epoch *e, tick_t said)
{
	return e->guest_since == START_TICK || said >= e->guest_since + LOGIN_MS;
}

/* Have all nodes heard that radio since the network last changed? */
static bool is_known_to_all(const struct sim *sim, const struct call *data)
{
	uint64_t all = sim->node_count == 64 ? UINT64_MAX : (UINT64_C(1) << sim->node_count) - 1;
	const struct epoch *now = epoch_of(sim, data->said[0]);

	for (const struct call *c = sim->call; c < data; c++)
		if (now && !c->data && c->rig == data->to && !c->contested && c->tg != LOCAL_TG &&
		    epoch_of(sim, c->said[0]) == now &&
		    (crosses(sim, c) ? now->up_reach : now->reach)[0][c->node] == all &&
		    is_logged_in(now, c->said[0]))
			return true;
	return false;
}

/* A radio that was heard by a path that data cannot take, or takes no longer, is not found; nor is
 * one beyond an uplink that was not heard recently. */
static bool is_found(const struct sim *sim, const struct epoch *e, const struct call *c,
                     uint32_t rig)
{
	uint32_t node = sim->rig[rig].node;
	bool by_guest = c->node == sim->guest || node == sim->guest;

	return node == c->node ||
	       (e->whole && !has_old_links(sim) && sim->node_count <= DATA_NODES_MAX &&
	        (!by_guest || is_known_to_all(sim, c)));
}

/* Until a second after its last frame a slot belongs to its own radio, whose terminator was lost.
 */
static bool seems_to_talk(const struct sim *sim, uint32_t rig, tick_t then)
{
	for (const struct call *c = sim->call; c < sim->call + sim->call_count; c++)
		if (c->rig == rig && c->unended && then >= c->said[0] &&
		    then < c->said[c->frames - 1] + SEEMS_TO_TALK_MS)
			return true;
	return false;
}

static bool must_hear(const struct sim *sim, const struct call *c, uint32_t rig, uint32_t frame)
{
	tick_t said = c->said[frame];
	const struct epoch *e = said ? epoch_of(sim, said) : NULL;

	return e && ledger_counts(sim, c->stream) && has_way(sim, e, c, rig) &&
	       !seems_to_talk(sim, rig, said) && (!c->data || is_found(sim, e, c, rig)) &&
	       (!goes_by_uplink(e, c, sim->rig[rig].node) || is_logged_in(e, said)) &&
	       was_in(&sim->rig[rig], said) && was_in(&sim->rig[c->rig], said);
}

static bool must_not_hear(const struct sim *sim, const struct call *c, uint32_t rig, uint32_t frame)
{
	const struct epoch *e = epoch_of(sim, c->said[frame]);

	return e && !has_way(sim, e, c, rig);
}

static void close_rig(struct sim *sim, uint32_t call, uint32_t rig)
{
	const struct call *c = &sim->call[call];
	uint32_t missing = 0, last = 0, due = 0;

	for (uint32_t f = 0; f < c->frames; f++) {
		bool heard = was_set(sim->heard[call][rig], f);
		if (heard && must_not_hear(sim, c, rig, f))
			sim_fault(sim,
			          "rig %" PRIu32 " at node %" PRIu32 " hears frame %" PRIu32
			          " of call %" PRIu32 " from node %" PRIu32 ": there is no way",
			          rig, sim->rig[rig].node, f, call, c->node);
		if (!must_hear(sim, c, rig, f))
			continue;
		due++;
		if (!heard) {
			missing++;
			last = f;
		}
	}
	if (missing > c->spoiled)
		sim_fault(sim,
		          "rig %" PRIu32 " at node %" PRIu32 " misses %" PRIu32 " of %" PRIu32
		          " frames of call %" PRIu32 " from node %" PRIu32 ", the last is %" PRIu32
		          " of %" PRIu32 " (said at %" PRId64 "); %" PRIu32 " were spoiled",
		          rig, sim->rig[rig].node, missing, due, call, c->node, last, c->frames,
		          c->said[last] - START_TICK, c->spoiled);
}

/* One crossing for each server but the first, and one for each probe. */
static void close_quench(struct sim *sim, uint32_t call)
{
	const struct call *c = &sim->call[call];
	uint32_t links = 0, crossings = 0, frames = 0;

	if (has_old_links(sim) || sim->slow || c->node == sim->guest)
		return;
	for (uint32_t a = 0; a < sim->node_count; a++)
		for (uint32_t b = 0; b < sim->node_count; b++)
			links += sim->path[a][b].there;
	for (uint32_t f = QUENCHED_MS / DMR_BURST_MS; f < c->frames; f++) {
		if (!c->said[f] || epoch_of(sim, c->said[f]) == NULL)
			return;
		crossings += c->crossings[f];
		frames++;
	}
	uint32_t probes = links * (1 + frames * DMR_BURST_MS / PROBE_MS);
	if (!sim->noisy && crossings > frames * (sim->node_count - 1) + probes)
		sim_fault(sim,
		          "%" PRIu32 " frames of call %" PRIu32 " crossed %" PRIu32
		          " times: %" PRIu32 " servers, %" PRIu32 " probes at most",
		          frames, call, crossings, sim->node_count, probes);
}

static void close_data(struct sim *sim, uint32_t call)
{
	const struct call *c = &sim->call[call];

	if (c->to != NOBODY && !c->contested)
		close_rig(sim, call, c->to);
	if (c->to == NOBODY || sim->noisy || has_old_links(sim) || !is_known_to_all(sim, c))
		return;
	for (uint32_t f = 0; f < c->frames; f++)
		for (uint32_t a = 0; a < sim->node_count; a++) {
			uint32_t links = 0;
			for (uint32_t b = 0; b < sim->node_count; b++)
				links += was_set(sim->crossed[a][b][call], f);
			if (links > 1)
				sim_fault(sim,
				          "frame %" PRIu32 " of call %" PRIu32 " left node %" PRIu32
				          " by %" PRIu32 " links: the radio was heard by one",
				          f, call, a, links);
		}
}

static void close_voice(struct sim *sim, uint32_t call)
{
	const struct call *c = &sim->call[call];

	if (c->contested)
		return;
	if (!c->accepted)
		sim_fault(sim, "call %" PRIu32 " from rig %" PRIu32 " was refused", call, c->rig);
	for (uint32_t r = 0; r < sim->rig_count; r++)
		if (r != c->rig && (sim->rig[r].tg[0] == c->tg || sim->rig[r].tg[1] == c->tg))
			close_rig(sim, call, r);
	close_quench(sim, call);
}

void ledger_close(struct sim *sim)
{
	for (uint32_t i = 0; i < sim->call_count; i++)
		(sim->call[i].data ? close_data : close_voice)(sim, i);
}
