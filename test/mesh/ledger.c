/*
 * What was said and who heard it, frame by frame, against what the model says.
 *
 * At once: no rig hears a frame twice, or itself, or data for the radio of another; no frame
 * crosses a link twice in one direction, or in a line of servers in both.
 *
 * After each act: a rig has heard every frame that was due to it, but as many as the network
 * spoiled of that call; and none that was forbidden. A call on links that quench crosses each
 * server once, but for the probes. Data leaves a server by one link at most when everybody knows
 * where the radio is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mesh/sim.h"

#define MARK 0x4D
#define STILL_EVERY 5  /* of so many senders one never counts */
#define VOICE_HALF 13u /* octets, and a half */
#define VOICE_GAP 6u

static uint8_t filling(uint32_t number, uint32_t frame, size_t at)
{
	return (uint8_t)(number * 31 + frame * 7 + at * 13);
}

void ledger_mark(const struct sim *sim, const struct call *c, uint32_t frame,
                 uint8_t ambe[static TALK_AMBE_LEN])
{
	uint32_t number = sim->judged + (uint32_t)(c - sim->model.call);

	ambe[0] = MARK;
	for (unsigned i = 0; i < 4; i++)
		ambe[1 + i] = (uint8_t)(number >> (24 - 8 * i));
	ambe[5] = (uint8_t)(frame >> 8);
	ambe[6] = (uint8_t)frame;
	for (size_t i = 7; i < TALK_AMBE_LEN; i++)
		ambe[i] = filling(number, frame, i);
}

/* The AMBE bits stand on either side of the middle of a burst, which ends six octets later than it
 * begins, in the middle of one. */
static uint8_t voice_octet(const uint8_t *payload, unsigned at)
{
	if (at < VOICE_HALF)
		return payload[at];
	if (at == VOICE_HALF)
		return (uint8_t)((payload[at] & 0xF0) | (payload[at + VOICE_GAP] & 0x0F));
	return payload[at + VOICE_GAP];
}

/* Which frame of which call this is; a call of an earlier act is long over. */
static bool is_marked(struct sim *sim, const uint8_t *payload, uint32_t *call, uint32_t *frame)
{
	uint8_t ambe[TALK_AMBE_LEN];

	if (payload[0] != MARK)
		return false;
	for (unsigned i = 0; i < TALK_AMBE_LEN; i++)
		ambe[i] = voice_octet(payload, i);
	uint32_t number = (uint32_t)judge_number(ambe + 1, 4);
	*frame = (uint32_t)judge_number(ambe + 5, 2);
	for (size_t i = 7; i < TALK_AMBE_LEN; i++)
		if (ambe[i] != filling(number, *frame, i))
			return false;
	*call = number - sim->judged;
	if (*call >= sim->model.call_count || *frame >= FRAMES_MAX)
		sim_fault(sim, "a frame of call %" PRIu32 " moves, which is long over", number);
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

static bool is_burst(const struct flight *f)
{
	return f->len >= 53 &&
	       (memcmp(f->bytes, "DMRD", 4) == 0 || memcmp(f->bytes, "DMRE", 4) == 0);
}

bool ledger_frame(struct sim *sim, const struct flight *f, uint32_t *call, uint32_t *frame)
{
	bool found = is_burst(f) && is_marked(sim, f->bytes + 20, call, frame);

	*call += found ? sim->judged : 0;
	return found;
}

/* ---- who is at fault ---- */

/* Of that call `rig` hears less than it should from its server, or more. */
static void blame_for_rig(struct sim *sim, const struct call *c, uint32_t rig)
{
	sim_blame(sim, sim->model.listener[rig].node);
	struct blame *b = &sim->blame;
	b->heard_by = BLAME_CLIENT;
	b->listener = rig_id(rig);
	b->call = sim->judged + (uint32_t)(c - sim->model.call);
	b->tg = c->tg;
	b->src = rig_id(c->rig);
	b->unit = c->unit;
	b->data = c->data;
	for (uint32_t f = 0; f < c->frames; f++)
		if (c->said[f] && model_is_due(&sim->model, c, rig, f))
			bit_again(b->due, f);
}

/* ... or the server `to` from the server `from`. */
static void blame_for_link(struct sim *sim, const struct call *c, uint32_t from, uint32_t to,
                           bool due)
{
	const struct model *m = &sim->model;

	blame_for_rig(sim, c, c->rig);
	struct blame *b = &sim->blame;
	b->node = from;
	b->heard_by = model_is_uplink(m, from, to) ? BLAME_CLIENT : BLAME_PEER;
	b->listener = m->up[from][to]   ? GUEST_CLIENT + to
	              : m->up[to][from] ? GUEST_CLIENT + from
	                                : to;
	memset(b->due, 0, sizeof(b->due));
	for (uint32_t f = 0; due && f < c->frames; f++)
		if (!model_is_cut(c, f))
			bit_again(b->due, f);
}

static bool came(const struct sim *sim, uint32_t call, uint32_t frame, uint32_t node)
{
	bool any = sim->model.call[call].node == node;

	for (uint32_t a = 0; a < sim->model.node_count && !any; a++)
		any = was_set(sim->crossed[call][a][node], frame);
	return any;
}

/* The frame did not come to that rig: the server at fault is the nearest one that it came to. */
static void blame_missing(struct sim *sim, const struct call *c, uint32_t rig, uint32_t frame)
{
	uint32_t call = (uint32_t)(c - sim->model.call), start = sim->model.listener[rig].node;
	uint32_t queue[NODES_MAX] = {start}, count = 1;
	uint64_t seen = UINT64_C(1) << start;

	blame_for_rig(sim, c, rig);
	for (uint32_t i = 0; i < count && !came(sim, call, frame, start); i++)
		for (uint32_t n = 0; n < sim->model.node_count; n++) {
			if (!sim->model.path[n][queue[i]].there || (seen >> n & 1))
				continue;
			if (came(sim, call, frame, n)) {
				blame_for_link(sim, c, n, queue[i], true);
				return;
			}
			seen |= UINT64_C(1) << n;
			queue[count++] = n;
		}
}

/* That rig must not hear it: the server at fault is the one that sent it to the first that must not
 * have it, on the way back. */
static void blame_forbidden(struct sim *sim, const struct call *c, uint32_t rig, uint32_t frame)
{
	uint32_t call = (uint32_t)(c - sim->model.call), node = sim->model.listener[rig].node;

	blame_for_rig(sim, c, rig);
	if (c->cut)
		return;
	for (uint32_t steps = 0, a = 0; steps < NODES_MAX && a < sim->model.node_count; steps++) {
		a = 0;
		while (a < sim->model.node_count && !was_set(sim->crossed[call][a][node], frame))
			a++;
		if (a == sim->model.node_count)
			return;
		blame_for_link(sim, c, a, node, false);
		if (model_may_have(&sim->model, c, a, frame))
			return;
		node = a;
	}
}

static struct call *call_of_stream(struct sim *sim, uint32_t stream)
{
	for (uint32_t i = sim->model.call_count; i-- > 0;)
		if (sim->model.call[i].stream == stream)
			return &sim->model.call[i];
	return NULL;
}

bool ledger_counts(struct sim *sim, uint32_t stream)
{
	const struct call *c = call_of_stream(sim, stream);

	return !c || model_counts(&sim->model, c);
}

struct call *ledger_begin(struct sim *sim, const struct call *plan)
{
	struct model *m = &sim->model;

	if (m->call_count == CALLS_MAX || plan->frames > FRAMES_MAX)
		sim_fault(sim, "the act has too many calls");
	struct call *c = &m->call[m->call_count++];
	*c = *plan;
	c->node = m->listener[c->rig].node;
	c->stream = sim_draw(sim, UINT32_MAX - FRAMES_MAX) + 1;
	c->still = c->stream % STILL_EVERY == 0;
	c->starts = m->place[c->node].starts;
	sim->tally.calls++;
	sim_say(sim,
	        "call %" PRIu32 ": rig %" PRIu32 " at node %" PRIu32 " to %" PRIu32 "%s, %" PRIu32
	        " frames, stream %08" PRIx32,
	        sim->judged + m->call_count - 1, c->rig, c->node, c->tg,
	        c->data   ? " (data)"
	        : c->unit ? " (private)"
	                  : "",
	        c->frames, c->stream);
	return c;
}

void ledger_accepted(struct sim *sim, const struct record *record)
{
	const struct call_row *r = &record->call;
	struct call *c = call_of_stream(sim, r->stream);

	if (c && rig_id(c->rig) == source_number(r->origin)) {
		c->accepted = true;
		sim->key = (struct call_key){r->origin, r->stream, r->generation};
	}
}

/* Without its header a call may have to wait for the next superframe. */
static void spoil_other(struct sim *sim, const struct flight *f)
{
	struct call *c = call_of_stream(sim, (uint32_t)judge_number(f->bytes + 16, 4));

	if (c)
		c->spoiled += 6;
}

static void note_end(struct sim *sim, uint32_t from, uint32_t to, const struct flight *f)
{
	uint32_t stream = (uint32_t)judge_number(f->bytes + 16, 4);

	if ((f->bytes[15] & 0x3F) != 0x22)
		return;
	for (uint32_t c = 0; c < sim->model.call_count; c++)
		sim->leg[c][from][to].ended |= sim->leg[c][from][to].stream == stream;
}

/* A guest that logs in again in mid-call goes on under the id its call had, which two servers have
 * ended by now: each gives it a fresh one of its own (decision 10), and so it is two calls. */
static bool is_two_calls(const struct model *m, const struct call *c)
{
	return m->guest_links > 1 && m->guest_since > c->said[0] &&
	       (c->node == m->guest || m->guest_transit);
}

/* May the frame go back to where it came from, or to the server it began at? */
static bool may_return(const struct model *m, uint32_t from, uint32_t to, const struct call *c)
{
	bool alone = m->tree || (model_is_uplink(m, from, to) && m->guest_links == 1);

	return !alone && (to != c->node || m->old || m->guest != NOBODY);
}

void ledger_crossed(struct sim *sim, uint32_t from, uint32_t to, const struct flight *f,
                    enum fate fate)
{
	struct model *m = &sim->model;
	bool spoiled = fate == FATE_LOST || fate == FATE_LATE;
	uint32_t call, frame;

	if (!is_burst(f) || fate == FATE_CUT)
		return;
	if (!is_marked(sim, f->bytes + 20, &call, &frame)) {
		note_end(sim, from, to, f);
		if (spoiled)
			spoil_other(sim, f);
		return;
	}
	sim->leg[call][from][to] = (struct leg){(uint32_t)judge_number(f->bytes + 16, 4), false};
	struct call *c = &m->call[call];
	if (c->unit && !c->data && !model_is_uplink(m, from, to)) {
		blame_for_link(sim, c, from, to, false);
		sim_fault(sim,
		          "private call %" PRIu32 " left node %" PRIu32 " for %" PRIu32
		          " by the mesh",
		          sim->judged + call, from, to);
	}
	if (bit_again(sim->crossed[call][from][to], frame) && !is_two_calls(m, c)) {
		blame_for_link(sim, c, from, to, true);
		sim_fault(sim,
		          "frame %" PRIu32 " of call %" PRIu32 " left node %" PRIu32 " for %" PRIu32
		          " twice",
		          frame, sim->judged + call, from, to);
	}
	if (!may_return(m, from, to, c) &&
	    (to == c->node || was_set(sim->crossed[call][to][from], frame))) {
		blame_for_link(sim, c, from, to, false);
		sim_fault(sim,
		          "frame %" PRIu32 " of call %" PRIu32 " left node %" PRIu32 " for %" PRIu32
		          ", where it came from",
		          frame, sim->judged + call, from, to);
	}
	c->spoiled += spoiled;
	/* an echo is dropped, not quenched */
	if (frame >= MODEL_QUENCHED_FRAMES && !m->v1[from][to] && !model_is_uplink(m, from, to) &&
	    to != c->node)
		sim->crossings[call]++;
}

/* As it was said, to the slot that listens to it. */
static bool is_as_said(const struct call *c, const struct seen *seen)
{
	return c->tg == seen->dst && c->unit == seen->unit && c->data != judge_voice(seen) &&
	       seen->src == rig_id(c->rig);
}

void ledger_heard(struct sim *sim, uint32_t rig, const struct seen *seen)
{
	const struct model *m = &sim->model;
	uint32_t call, frame;

	if (!is_marked(sim, seen->burst, &call, &frame)) {
		if (judge_voice(seen))
			sim_fault(sim, "rig %" PRIu32 " hears voice nobody said", rig);
		return;
	}
	const struct call *c = &m->call[call];
	sim->tally.heard++;
	if ((c->unit && c->to != rig && !(c->data && m->listener[rig].gateway)) || c->rig == rig)
		blame_for_rig(sim, c, rig);
	if (!is_as_said(c, seen))
		sim_fault(sim, "rig %" PRIu32 " hears call %" PRIu32 " as tg %" PRIu32, rig,
		          sim->judged + call, seen->dst);
	if (c->unit && c->to != rig && !(c->data && m->listener[rig].gateway))
		sim_fault(sim, "rig %" PRIu32 " hears call %" PRIu32 ", which is for another", rig,
		          sim->judged + call);
	if (c->rig == rig)
		sim_fault(sim, "rig %" PRIu32 " hears itself", rig);
	if (bit_again(sim->heard[call][rig], frame) && model_counts(m, c))
		sim_fault(sim, "rig %" PRIu32 " hears frame %" PRIu32 " of call %" PRIu32 " twice",
		          rig, frame, sim->judged + call);
}

/* It has restarted, and may pass on what it passed on before. */
void ledger_forget_node(struct sim *sim, uint32_t node)
{
	for (uint32_t c = 0; c < sim->model.call_count; c++)
		memset(sim->crossed[c][node], 0, sizeof(sim->crossed[c][node]));
}

static void close_rig(struct sim *sim, uint32_t call, uint32_t rig)
{
	const struct model *m = &sim->model;
	const struct call *c = &m->call[call];
	uint32_t missing = 0, first = 0, last = 0, due = 0;

	for (uint32_t f = 0; f < c->frames; f++) {
		bool heard = was_set(sim->heard[call][rig], f);
		if (heard && model_is_forbidden(m, c, rig, f)) {
			blame_forbidden(sim, c, rig, f);
			sim_fault(sim,
			          "rig %" PRIu32 " at node %" PRIu32 " hears frame %" PRIu32
			          " of call %" PRIu32 " from node %" PRIu32 ", which is forbidden",
			          rig, m->listener[rig].node, f, sim->judged + call, c->node);
		}
		if (!model_is_due(m, c, rig, f))
			continue;
		due++;
		if (!heard) {
			first = missing++ ? first : f;
			last = f;
		}
	}
	sim->tally.due += due;
	if (missing > c->spoiled) {
		blame_missing(sim, c, rig, first);
		sim_fault(sim,
		          "rig %" PRIu32 " at node %" PRIu32 " misses %" PRIu32 " of %" PRIu32
		          " frames of call %" PRIu32 " from node %" PRIu32 ", the last is %" PRIu32
		          " of %" PRIu32 " (said at %" PRId64 "); %" PRIu32 " were spoiled",
		          rig, m->listener[rig].node, missing, due, sim->judged + call, c->node,
		          last, c->frames, c->said[last] - START_TICK, c->spoiled);
	}
}

/* By how many links did the frame come there? */
static uint32_t ways_of(const struct sim *sim, uint32_t call, uint32_t frame, uint32_t node)
{
	uint32_t ways = 0;

	for (uint32_t a = 0; a < sim->model.node_count; a++)
		ways += was_set(sim->crossed[call][a][node], frame);
	return ways;
}

/* A link that was the only one to bring the last frame brings the terminator as well. */
static void close_links(struct sim *sim, uint32_t call)
{
	const struct model *m = &sim->model;
	const struct call *c = &m->call[call];
	uint32_t last = c->frames - 1;

	for (uint32_t a = 0; a < m->node_count; a++)
		for (uint32_t b = 0; b < m->node_count; b++) {
			if (!was_set(sim->crossed[call][a][b], last) || b == c->node ||
			    !model_has_end(m, c, b) || sim->leg[call][a][b].ended ||
			    ways_of(sim, call, last, b) != 1)
				continue;
			blame_for_link(sim, c, a, b, true);
			sim_fault(sim,
			          "node %" PRIu32 " did not end call %" PRIu32 " from node %" PRIu32
			          " for node %" PRIu32,
			          a, sim->judged + call, c->node, b);
		}
}

/* Whoever hears a call hears its end. */
static void close_slots(struct sim *sim)
{
	for (uint32_t r = 0; r < sim->model.rig_count; r++)
		for (int slot = 0; slot < 2; slot++) {
			const struct judge *j = &sim->rig[r].judge[slot];
			const struct call *c = call_of_stream(sim, j->stream);
			if (!j->open || sim->rig[r].state != RIG_IN)
				continue;
			if (c)
				blame_for_rig(sim, c, r);
			sim_fault(sim,
			          "rig %" PRIu32 " at node %" PRIu32
			          " hears a call that does not end",
			          r, sim->model.listener[r].node);
		}
}

static void close_data(struct sim *sim, uint32_t call)
{
	const struct model *m = &sim->model;
	const struct call *c = &m->call[call];

	if (c->to == NOBODY || m->noisy || m->old || !model_is_known(m, c))
		return;
	for (uint32_t f = 0; f < c->frames; f++)
		for (uint32_t a = 0; a < m->node_count; a++) {
			uint32_t links = 0;
			for (uint32_t b = 0; b < m->node_count; b++)
				links += was_set(sim->crossed[call][a][b], f);
			if (links > 1)
				sim_fault(sim,
				          "frame %" PRIu32 " of call %" PRIu32 " left node %" PRIu32
				          " by %" PRIu32 " links: the radio was heard by one",
				          f, sim->judged + call, a, links);
		}
}

/* All receivers: one radio and the gateway of its server, or the listeners of the talkgroup. */
static bool is_for(const struct model *m, const struct call *c, uint32_t rig)
{
	const struct listener *l = &m->listener[rig];

	if (c->unit)
		return rig == c->to || (c->data && l->gateway && l->node == c->node);
	return l->tg[0] == c->tg || l->tg[1] == c->tg;
}

static void close_call(struct sim *sim, uint32_t call)
{
	const struct model *m = &sim->model;
	const struct call *c = &m->call[call];
	uint32_t most = model_crossings(m, c);

	if (!c->contested && !c->unit && !c->accepted) {
		sim_blame(sim, c->node);
		snprintf(sim->blame.expect, sizeof(sim->blame.expect),
		         "record call begin stream %08" PRIx32, c->stream);
		sim_fault(sim, "call %" PRIu32 " from rig %" PRIu32 " was refused",
		          sim->judged + call, c->rig);
	}
	for (uint32_t r = 0; r < m->rig_count && !c->contested; r++)
		if (r != c->rig && is_for(m, c, r))
			close_rig(sim, call, r);
	close_links(sim, call);
	if (c->data)
		close_data(sim, call);
	else if (!c->contested && sim->crossings[call] > most)
		sim_fault(sim,
		          "call %" PRIu32 " crossed links %" PRIu32 " times, %" PRIu32
		          " at most are due",
		          sim->judged + call, sim->crossings[call], most);
}

void ledger_close(struct sim *sim)
{
	struct model *m = &sim->model;
	uint32_t count = m->call_count;

	for (uint32_t i = 0; i < count; i++)
		close_call(sim, i);
	close_slots(sim);
	memset(sim->leg, 0, count * sizeof(sim->leg[0]));
	memset(sim->heard, 0, count * sizeof(sim->heard[0]));
	memset(sim->crossed, 0, count * sizeof(sim->crossed[0]));
	memset(sim->crossings, 0, count * sizeof(sim->crossings[0]));
	model_forget_calls(m);
	sim->judged += count;
}
