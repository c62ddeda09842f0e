#include "mesh/model.h"

#include <stddef.h>
#include <string.h>

#define HEAL_MS 5500 /* decisions 20 and 22: a probe each 3 s, 1 s of silence, 500 ms, the way */
#define HEAL_NOISY_MS 11500  /* two probes may be lost */
#define BEFORE_CHANGE_MS 500 /* and what is under way by so many links: */
#define LINK_MS 65
#define CUT_MS 500                  /* what is on its way when an operator ends a call */
#define LOGIN_MS (75 * TICK_SECOND) /* of an uplink that was away for long */
#define PROBE_FRAMES (3000u / 60u)
#define SEEMS_TO_TALK_MS 1500 /* 1 s, and the next burst A */
#define HOPS_MAX 9            /* received */
#define STALE_MS 5000
#define DATA_NODES_MAX 10u /* what is known of a radio may be old, but leads there by 9 links */
#define SKEW_MAX_MS 2000

static uint64_t bit(uint32_t node)
{
	return UINT64_C(1) << node;
}

/* ---- who is reached from where ---- */

/* Would a frame that `from` has with `hops` be taken by `to`, and with how many? 0 = no. */
static uint8_t step_hops(const struct model *m, uint32_t from, uint32_t to, uint8_t hops, bool data)
{
	const struct path *path = &m->path[from][to];
	int64_t behind = m->place[to].ahead_ms - m->place[from].ahead_ms;

	if (!path->there || path->cut || m->shut[from][to] || !m->place[to].runs ||
	    model_is_uplink(m, from, to))
		return 0;
	if (m->v1[from][to])
		return !data;
	if (behind + path->delay + path->jitter > STALE_MS || hops > HOPS_MAX)
		return 0;
	return (uint8_t)(hops + 1);
}

/* The nodes of the mesh that hear what is said at `origin`; hops: as they would pass it on. */
static uint64_t reach_on_mesh(const struct model *m, uint32_t origin, bool data)
{
	uint8_t hops[NODES_MAX] = {0};
	uint64_t reached = bit(origin);
	bool more = m->place[origin].runs;

	hops[origin] = 1;
	while (more) {
		more = false;
		for (uint32_t a = 0; a < m->node_count; a++) {
			for (uint32_t b = 0; hops[a] && b < m->node_count; b++) {
				uint8_t there = step_hops(m, a, b, hops[a], data);
				if ((a != origin && !m->place[a].transit) || !there ||
				    (hops[b] && hops[b] <= there))
					continue;
				hops[b] = there;
				reached |= bit(b);
				more = true;
			}
		}
	}
	return reached;
}

/* Is the guest's uplink to that node up? */
static bool guest_is_at(const struct model *m, uint32_t node)
{
	return m->guest != NOBODY && m->up[m->guest][node] && !m->path[m->guest][node].cut &&
	       m->place[m->guest].runs && m->place[node].runs;
}

/* Unless it relays, a guest passes on neither what came by an uplink nor what came by the mesh. */
static uint64_t reach_with_uplinks(const struct model *m, uint32_t origin, bool data)
{
	uint64_t reached = reach_on_mesh(m, origin, data), before = 0;

	while (before != reached) {
		before = reached;
		for (uint32_t n = 0; n < m->node_count; n++) {
			if (!guest_is_at(m, n))
				continue;
			if (before & bit(n))
				reached |= m->guest_transit ? reach_on_mesh(m, m->guest, data)
				                            : bit(m->guest);
			if (origin == m->guest || (m->guest_transit && before & bit(m->guest)))
				reached |= reach_on_mesh(m, n, data);
		}
		if (!m->guest_transit)
			break;
	}
	return reached;
}

static bool is_whole(const struct model *m)
{
	for (uint32_t a = 0; a < m->node_count; a++) {
		const struct place *p = &m->place[a];
		if (!p->runs || p->ahead_ms > SKEW_MAX_MS || p->ahead_ms < -SKEW_MAX_MS)
			return false;
		for (uint32_t b = 0; b < m->node_count; b++)
			if (m->path[a][b].cut || m->shut[a][b])
				return false;
	}
	return true;
}

/* ---- when ---- */

void model_change(struct model *m, tick_t now)
{
	struct epoch *e = &m->epoch[m->epoch_count++];

	e->at = now;
	e->whole = is_whole(m);
	e->guest_since = m->guest_since;
	for (uint32_t n = 0; n < m->node_count; n++) {
		for (int data = 0; data < 2; data++) {
			e->reach[data][n] = reach_on_mesh(m, n, data);
			e->up_reach[data][n] = reach_with_uplinks(m, n, data);
		}
	}
}

/* The epoch in which a frame that was said then has to be heard; NULL when around a change. */
static const struct epoch *epoch_of(const struct model *m, tick_t said)
{
	uint32_t i = m->epoch_count - 1;

	while (i > 0 && m->epoch[i].at > said)
		i--;
	if (said < m->epoch[i].at + (m->noisy ? HEAL_NOISY_MS : HEAL_MS))
		return NULL;
	tick_t before = BEFORE_CHANGE_MS + LINK_MS * (tick_t)m->node_count;
	if (i + 1 < m->epoch_count && said + before > m->epoch[i + 1].at)
		return NULL;
	return &m->epoch[i];
}

/* ---- by which path ---- */

/* Is it something for the uplinks of the guest? */
static bool crosses(const struct model *m, const struct call *c)
{
	return c->data || c->tg == m->guest_tg[0] || c->tg == m->guest_tg[1];
}

/* Has the call to go by an uplink to be heard there? */
static bool goes_by_uplink(const struct epoch *e, const struct call *c, uint32_t node)
{
	return !(e->reach[c->data][c->node] & bit(node));
}

/* Private voice never crosses the mesh (decision 18). By an uplink it does, if that carries private
 * calls: freedmr.conf(5), private-calls of an uplink. Whether it goes from one uplink to another of
 * a guest that relays is not said. */
static bool private_may_cross(const struct model *m, uint32_t from, uint32_t to)
{
	bool other = m->guest_transit && m->up[m->guest][from] && m->up[m->guest][to];

	return m->guest != NOBODY && m->guest_private && (model_is_uplink(m, from, to) || other);
}

/* Is there a path from the talker to the listener? */
static bool has_path(const struct model *m, const struct epoch *e, const struct call *c,
                     uint32_t node)
{
	if (c->unit && !c->data)
		return node == c->node || private_may_cross(m, c->node, node);
	if (c->tg == LOCAL_TG)
		return node == c->node;
	return !goes_by_uplink(e, c, node) ||
	       (crosses(m, c) && (e->up_reach[c->data][c->node] & bit(node)));
}

static bool was_in(const struct listener *l, tick_t then)
{
	return l->since && l->since + TICK_SECOND < then;
}

/* Has the guest had the time to log in again? */
static bool is_logged_in(const struct epoch *e, tick_t said)
{
	return said >= e->guest_since + LOGIN_MS;
}

bool model_reaches_all(const struct model *m, const struct call *c)
{
	uint64_t all = bit(m->node_count) - 1;
	const struct epoch *e = epoch_of(m, c->said[0]);

	for (uint32_t n = 0; n < m->node_count; n++)
		if (!m->place[n].runs)
			all &= ~bit(n);
	return e && !c->unit && !c->contested && !c->cut && c->tg != LOCAL_TG &&
	       (crosses(m, c) ? e->up_reach : e->reach)[0][c->node] == all &&
	       is_logged_in(e, c->said[0]);
}

bool model_is_known(const struct model *m, const struct call *data)
{
	const struct epoch *now = epoch_of(m, data->said[0]);

	if (now && m->listener[data->to].known == now->at)
		return true;
	for (const struct call *c = m->call; now && c < data; c++)
		if (c->rig == data->to && epoch_of(m, c->said[0]) == now && model_reaches_all(m, c))
			return true;
	return false;
}

/* Did the uplink, the only link of its guest, carry it? */
static bool crossed_uplink(const struct model *m, const struct call *c)
{
	const struct epoch *e = epoch_of(m, c->said[0]);
	bool there = false;

	if (!e || m->guest_links != 1 || c->unit || c->contested || c->cut || !crosses(m, c) ||
	    !is_logged_in(e, c->said[0]))
		return false;
	for (uint32_t n = 0; n < m->node_count; n++)
		there |= m->up[m->guest][n] && (e->up_reach[0][c->node] & bit(n)) &&
		         (e->up_reach[0][c->node] & bit(m->guest));
	return there;
}

/* Has the other side of the uplink heard that radio? */
static bool is_beyond(const struct model *m, const struct epoch *e, const struct call *to)
{
	if (m->guest_links != 1)
		return false;
	for (const struct call *c = m->call; c < to; c++)
		if (c->rig == to->to && epoch_of(m, c->said[0]) == e && crossed_uplink(m, c))
			return true;
	return m->listener[to->to].beyond == e->at;
}

/* A radio that was heard by a path that data cannot take, or takes no longer, is not found; nor is
 * one beyond an uplink that was not heard recently.
 */
static bool is_found(const struct model *m, const struct epoch *e, const struct call *c,
                     uint32_t rig)
{
	uint32_t node = m->listener[rig].node;
	bool by_guest = c->node == m->guest || node == m->guest;

	if (!c->data)
		return node == c->node || (model_is_uplink(m, c->node, node) && is_beyond(m, e, c));
	return node == c->node || (e->whole && !m->old && m->node_count <= DATA_NODES_MAX &&
	                           (!by_guest || model_is_known(m, c)));
}

/* ---- the verdicts ---- */

/* Numbers on the way are those of the first server, where the sender gives none: one that starts
 * again in mid-call starts counting again, and copies cannot be recognised by its numbers. */
bool model_counts(const struct model *m, const struct call *c)
{
	return !c->still || c->starts == m->place[c->node].starts;
}

/* Until a second after its last frame a slot belongs to its own radio, whose terminator was lost.
 */
static bool seems_to_talk(const struct model *m, uint32_t rig, tick_t then)
{
	for (const struct call *c = m->call; c < m->call + m->call_count; c++)
		if (c->rig == rig && c->unended && then >= c->said[0] &&
		    then < c->said[c->frames - 1] + SEEMS_TO_TALK_MS)
			return true;
	return false;
}

bool model_is_cut(const struct call *c, uint32_t frame)
{
	return c->cut && c->said[frame] + CUT_MS >= c->cut;
}

bool model_is_due(const struct model *m, const struct call *c, uint32_t rig, uint32_t frame)
{
	tick_t said = c->said[frame];
	const struct epoch *e = said ? epoch_of(m, said) : NULL;

	return e && !model_is_cut(c, frame) && model_counts(m, c) &&
	       has_path(m, e, c, m->listener[rig].node) && !seems_to_talk(m, rig, said) &&
	       (!c->unit || is_found(m, e, c, rig)) &&
	       (!goes_by_uplink(e, c, m->listener[rig].node) || is_logged_in(e, said)) &&
	       was_in(&m->listener[rig], said) && was_in(&m->listener[c->rig], said);
}

bool model_is_forbidden(const struct model *m, const struct call *c, uint32_t rig, uint32_t frame)
{
	const struct epoch *e = epoch_of(m, c->said[frame]);

	if (c->cut && !c->resumes && c->said[frame] > c->cut)
		return true;
	return e && !has_path(m, e, c, m->listener[rig].node);
}

bool model_may_have(const struct model *m, const struct call *c, uint32_t node, uint32_t frame)
{
	const struct epoch *e = epoch_of(m, c->said[frame]);

	return !e || has_path(m, e, c, node);
}

/* Each frame once to each server but the first, and a probe on each link every 3 s. */
uint32_t model_crossings(const struct model *m, const struct call *c)
{
	uint32_t links = 0, frames = c->frames - MODEL_QUENCHED_FRAMES;

	if (m->old || m->slow || m->noisy || c->node == m->guest || c->cut || c->forged ||
	    c->frames <= MODEL_QUENCHED_FRAMES)
		return UINT32_MAX;
	for (uint32_t f = MODEL_QUENCHED_FRAMES; f < c->frames; f++)
		if (!c->said[f] || !epoch_of(m, c->said[f]))
			return UINT32_MAX;
	for (uint32_t a = 0; a < m->node_count; a++)
		for (uint32_t b = 0; b < m->node_count; b++)
			links += m->path[a][b].there;
	return frames * (m->node_count - 1) + links * (1 + frames / PROBE_FRAMES);
}

bool model_has_end(const struct model *m, const struct call *c, uint32_t to)
{
	tick_t last = c->said[c->frames - 1];
	const struct epoch *e = last ? epoch_of(m, last) : NULL;

	return e && e->whole && !c->data && !c->unended && !c->contested && !c->cut && !c->forged &&
	       !c->spoiled && ((e->reach[0][c->node] | e->up_reach[0][c->node]) & bit(to));
}

void model_forget_calls(struct model *m)
{
	for (uint32_t i = 0; i < m->call_count; i++) {
		const struct call *c = &m->call[i];
		if (model_reaches_all(m, c))
			m->listener[c->rig].known = epoch_of(m, c->said[0])->at;
		if (crossed_uplink(m, c))
			m->listener[c->rig].beyond = epoch_of(m, c->said[0])->at;
	}
	memset(m->call, 0, m->call_count * sizeof(m->call[0]));
	m->call_count = 0;
	if (m->epoch_count > 1)
		m->epoch[0] = m->epoch[m->epoch_count - 1];
	m->epoch_count = 1;
}
