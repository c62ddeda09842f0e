/*
 * Bursts to other servers: who gets a call next, and who has asked not to.
 *
 * DIFFERS: in FreeDMR a quench holds for as long as the call lasts, so a call stays dead when the
 * way that won breaks. Here one frame in 3 s is sent all the same, as a probe: a neighbour that
 * still has the call by another way quenches again, and when one that is known to do so does not,
 * sending resumes (decision 20).
 */
#include "core/relay.h"

#include "core/filter.h"
#include "core/kind.h"
#include "core/link.h"
#include "core/number.h"
#include "core/rewrite.h"
#include "core/rows.h"
#include "core/transit.h"
#include "wire/obp.h"

#define PROBE_EVERY_MS (3 * TICK_SECOND)
#define PROBE_ANSWER_MS ((tick_t)500)
/* The year this was written: a clock before it has not been set. */
#define CLOCK_SANE_NS UINT64_C(1767225600000000000)

/* One burst on its way out. */
struct departure {
	struct stream *stream;
	const struct hbp_burst *burst; /* as it came */
	struct obp_burst out;          /* with everything but the server id of the link */
	uint32_t tg;
};

void relay_quench(struct step *step, struct peer *p, uint32_t tg, uint32_t stream)
{
	struct control *c = control_make(&step->core->controls, p->row.index, stream, tg);

	count(step, COUNT_MESH_QUENCHES);
	p->quenches_in_total++;
	if (!control_holds(c, step->now))
		c->probed = step->now; /* the first probe is 3 s away */
	else if (c->probing)
		p->answers_probes = true;
	c->held = true;
	c->probing = false;
	c->since = c->touched = step->now;
}

/* Does the neighbour have the call already? One frame in 3 s goes to find out whether it still has.
 */
static bool is_quenched(struct step *step, struct peer *p, const struct departure *d)
{
	struct control *c =
		control_find(&step->core->controls, p->row.index, d->stream->mesh_id, d->tg);

	if (!c || !control_holds(c, step->now))
		return false;
	c->touched = step->now;
	if (c->probing && p->answers_probes && step->now - c->probed >= PROBE_ANSWER_MS) {
		c->held = false;
		count(step, COUNT_MESH_RESUMED);
		return false;
	}
	if (step->now - c->probed >= PROBE_EVERY_MS && !burst_is_terminator(d->burst)) {
		c->probed = step->now;
		c->probing = true;
		count(step, COUNT_MESH_PROBES);
		return false;
	}
	count(step, COUNT_MESH_HELD);
	return true;
}

/* Is this link one that the call may leave by? */
static bool may_leave(const struct core *core, const struct peer *p, const struct departure *d)
{
	const struct stream *x = d->stream;
	const struct conf_peer *c = peer_conf(core, p);

	if (peer_of(core, x) == p || d->out.hops > HOPS_MAX ||
	    (x->peer != PEER_ALL && x->peer != p->row.index))
		return false;
	if (!transit_permits(core, x, &c->transit))
		return false;
	if (x->unit)
		return c->protocol == PEER_FBP && relay_carries_unit(core, x);
	return filter_sends(c->protocol, d->tg) && access_permits(&c->talkgroups, d->tg);
}

static void send_burst(struct step *step, struct peer *p, struct departure *d)
{
	const struct core *core = step->core;
	const struct conf_peer *c = peer_conf(core, p);
	struct wr w;
	struct send *send = link_send(step, p, &w);

	if (!send)
		return;
	d->out.frame.client = c->local_id ? c->local_id : core->conf->server.id;
	if (c->protocol == PEER_FBP)
		obp_write_v5(&w, &p->key, &d->out, step->wall_ns);
	else
		obp_write_v1(&w, &p->key, &d->out.frame);
	link_sent(step, p, send, &w);
	p->frames_out_total++;
	count(step, COUNT_MESH_SENT);
}

/* Told as the call leaves first; its end is that of the call. */
static void tell_leg(struct step *step, const struct peer *p, const struct departure *d)
{
	const struct call_leg leg = {
		.client = ORIGIN_PEER + p->row.index,
		.slot = 1,
		.tg = d->tg,
	};

	if (!d->stream->data && !d->stream->unit)
		rows_leg(step, d->stream, &leg, true);
}

static bool clock_is_sane(struct step *step)
{
	bool sane = step->wall_ns >= CLOCK_SANE_NS;

	if (sane && step->core->clock_wrong)
		core_log(step, LOG_INFO, "the clock is set: calls are sent to the mesh");
	if (!sane && !step->core->clock_wrong)
		core_log(step, LOG_WARN,
		         "the clock is not set, stands at %llu s since 1970: no call is sent to "
		         "the mesh until it is",
		         (unsigned long long)(step->wall_ns / 1000000000u));
	step->core->clock_wrong = !sane;
	return sane;
}

static void send_to_all(struct step *step, struct departure *d, bool first)
{
	struct peer *p;

	for (uint32_t at = POOL_NONE; (p = pool_next(&step->core->peers.pool, &at));) {
		if (!link_may_hear(step, p) || !may_leave(step->core, p, d) ||
		    is_quenched(step, p, d))
			continue;
		if (first)
			tell_leg(step, p, d);
		if (peer_conf(step->core, p)->protocol == PEER_FBP && !clock_is_sane(step))
			count(step, COUNT_MESH_NO_CLOCK);
		else
			send_burst(step, p, d);
	}
}

/* The number the call has on the mesh: that of its conference, whatever the radio shows. */
static uint32_t mesh_number(const struct stream *x)
{
	return x->unit ? x->dst : x->topic;
}

static struct departure departure_of(struct stream *x, const struct hbp_burst *b)
{
	return (struct departure){
		.stream = x,
		.burst = b,
		.tg = mesh_number(x),
		.out = {.source_server = x->server,
	                .source_repeater = x->repeater,
	                .hops = x->hops},
	};
}

bool relay_carries_unit(const struct core *core, const struct stream *x)
{
	return x->data && number_is_radio(x->dst) && core->peers.pool.used > 0;
}

/* Is this something for other servers, so that its copies are to be known? Data is not remapped, so
 * it leaves only under the conference's own number. */
static bool is_for_others(const struct core *core, const struct stream *x)
{
	if (core->peers.pool.used == 0 && core->uplinks.pool.used == 0)
		return false;
	return x->unit || (x->conference != POOL_NONE && (!x->data || x->dst == x->topic));
}

/*
 * A call of ours claims its stream id before it leaves. Hotspots use an id again, and neighbours
 * drop what comes after a terminator, so such a call gets a fresh one (decision 10).
 */
static void claim_ours(struct step *step, struct stream *x)
{
	struct core *core = step->core;
	uint64_t key = claim_key(x->id, mesh_number(x), x->unit);
	const struct claim *c = claim_find(&core->claims, key, step->now);

	if (c && (c->ended || c->origin != x->origin)) {
		x->mesh_id = core_random(core);
		key = claim_key(x->mesh_id, mesh_number(x), x->unit);
	}
	claim_take(&core->claims, key, x->origin, step->now);
	x->server = core->conf->server.id;
	x->repeater = x->origin <= ORIGIN_CLIENT_MAX ? x->origin : 0;
	x->hops = 1;
}

/* The claim of another to the call; NULL when nobody else has one. */
static const struct claim *claim_of_another(const struct step *step, const struct stream *x)
{
	const struct claim *c = claim_find(&step->core->claims,
	                                   claim_key(x->id, mesh_number(x), x->unit), step->now);

	return c && c->origin != x->origin ? c : NULL;
}

bool relay_has(const struct step *step, const struct stream *x)
{
	const struct claim *c = claim_of_another(step, x);

	return c && (x->data || step->now - c->last < CLAIM_SILENCE_MS);
}

bool relay_is_over(const struct step *step, const struct stream *x)
{
	const struct claim *c = claim_of_another(step, x);

	return c && claim_is_over(c, step->now);
}

static struct claim *claim_of(const struct step *step, const struct stream *x)
{
	return claim_find(&step->core->claims, claim_key(x->mesh_id, mesh_number(x), x->unit),
	                  step->now);
}

void relay_deliver(struct step *step, struct stream *x, const struct hbp_burst *b)
{
	if (!is_for_others(step->core, x))
		return;
	bool first = !x->meshed;
	if (first && !stream_is_from_peer(x))
		claim_ours(step, x);
	x->meshed = true;
	if (!stream_is_from_peer(x)) {
		struct claim *c = claim_of(step, x);
		if (c)
			c->last = c->seen = step->now;
	}
	struct departure d = departure_of(x, b);
	d.out.frame = *b;
	rewrite_burst(x, &d.out.frame, d.tg);
	d.out.frame.stream = x->mesh_id;
	send_to_all(step, &d, first);
}

void relay_end(struct step *step, struct stream *x, enum cause cause)
{
	if (!x->meshed)
		return;
	x->meshed = false;
	if (cause == CAUSE_TIMEOUT || cause == CAUSE_NONE)
		return;
	struct claim *c = claim_of(step, x);
	if (c)
		c->ended = true;
	if (cause == CAUSE_TERMINATOR || x->data)
		return;
	struct departure d = departure_of(x, NULL);
	rewrite_make(x, &d.out.frame, DMR_TERMINATOR, d.tg);
	d.out.frame.seq = (uint8_t)(x->sequence.last + 1);
	d.out.frame.stream = x->mesh_id;
	d.burst = &d.out.frame;
	send_to_all(step, &d, false);
}
