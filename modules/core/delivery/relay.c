/*
 * Bursts to other servers: which neighbours get a call, and which have quenched it.
 *
 * DIFFERS: in FreeDMR a quench lasts as long as the call, so a call stays dead if its path fails.
 * Here one frame every 3 s is still sent as a probe: a neighbour that has the call by another path
 * quenches it again; if a neighbour known to answer probes does not, sending resumes (decision 20).
 */
#include "core/delivery/relay.h"

#include "conf/access.h"
#include "core/step/filter.h"
#include "core/delivery/link.h"
#include "core/step/number.h"
#include "core/delivery/rewrite.h"
#include "core/telling/rows.h"
#include "core/step/sequence.h"
#include "core/delivery/transit.h"
#include "state/pool.h"
#include "wire/frame.h"
#include "wire/obp.h"

#define PROBE_EVERY_MS (3 * TICK_SECOND)
#define PROBE_ANSWER_MS ((tick_t)500)
#define COPIES_APART_MS (2 * TICK_SECOND)  /* copies this far apart are probes of the neighbour */
#define STAMP_FALL_NS UINT64_C(5000000000) /* clock set back by more is followed */
/* The year this was written: an earlier clock has not been set. */
#define CLOCK_SANE_NS UINT64_C(1767225600000000000)

/* A burst to send. */
struct departure {
	struct stream *stream;
	const struct hbp_burst *burst; /* as it came */
	struct obp_burst out;          /* complete except for the link's server ID */
	uint32_t tg;
};

/* The talkgroup of the call on the mesh: its conference's, whatever the radio shows. */
static uint32_t mesh_number(const struct stream *x)
{
	return x->unit ? x->dst : x->conversation;
}

static uint64_t key_of(const struct stream *x)
{
	return claim_key(x->mesh_id, x->src, mesh_number(x), x->unit, x->data);
}

void relay_quench(struct step *step, struct peer *p, uint32_t tg, uint32_t stream)
{
	struct quench *c = quench_make(&step->core->quenches, p->row.index, stream, tg);

	count(step, COUNT_MESH_QUENCHES);
	p->quenches_in_total++;
	if (!quench_holds(c, step->now))
		c->probed = step->now; /* the first probe is 3 s away */
	else if (c->asked && c->probing)
		p->answers_probes = true;
	c->held = c->asked = true;
	c->probing = false;
	c->since = c->touched = step->now;
}

/*
 * A copy from a neighbour counts as a quench (decision 33) and as a probe: while copies come every
 * 3 s the neighbour has the call. When they stop, a probe of ours finds out.
 */
void relay_brought(struct step *step, struct peer *p, uint64_t key, const struct hbp_burst *b)
{
	struct quench *c = quench_make(&step->core->quenches, p->row.index, b->stream, b->dst);
	bool goes_on = step->now - c->touched < CLAIM_SILENCE_MS;

	if (goes_on && c->brought != TICK_LONG_AGO && step->now - c->brought >= COPIES_APART_MS)
		p->answers_probes = true;
	c->held = true;
	c->probing = false;
	c->copy = key;
	c->since = c->touched = c->probed = c->brought = step->now;
}

/* Decides about a frame of a call that the neighbour has or had. */
enum hold {
	HOLD_NOT,    /* it never had it */
	HOLD_ENDED,  /* after a pause it may have lost it */
	HOLD_RESUME, /* it no longer answers our probes */
	HOLD_PROBE,  /* this frame is the probe */
	HOLD_BACK,
};

/* A neighbour without control packets neither quenches nor probes: if it has the call, it keeps
 * sending copies. */
static bool has_call(const struct step *step, const struct peer *p, const struct quench *c)
{
	return c->asked || link_is_watched(step->core, p)
	               ? step->now - c->touched < CLAIM_SILENCE_MS
	               : step->now - c->brought < PROBE_EVERY_MS;
}

/* What was brought under the ID may be another call. */
static bool is_for(const struct quench *c, const struct stream *x)
{
	return c->asked || c->copy == key_of(x);
}

static enum hold judge_hold(const struct step *step, const struct peer *p, const struct quench *c,
                            const struct departure *d)
{
	if (!quench_holds(c, step->now) || !is_for(c, d->stream))
		return HOLD_NOT;
	if (!has_call(step, p, c))
		return HOLD_ENDED;
	if (c->probing && p->answers_probes && step->now - c->probed >= PROBE_ANSWER_MS)
		return HOLD_RESUME;
	if (step->now - c->probed >= PROBE_EVERY_MS && d->burst->class != BURST_TERMINATOR)
		return HOLD_PROBE;
	return HOLD_BACK;
}

/* Holds the frame back if the neighbour already has the call, except one probe every 3 s. */
static bool hold_back(struct step *step, struct peer *p, const struct departure *d)
{
	struct quench *c =
		quench_find(&step->core->quenches, p->row.index, d->stream->mesh_id, d->tg);

	if (!c)
		return false;
	enum hold hold = judge_hold(step, p, c, d);
	if (hold > HOLD_ENDED)
		c->touched = step->now;
	switch (hold) {
	case HOLD_NOT:
		break;
	case HOLD_ENDED:
		c->held = c->asked = c->probing = false;
		break;
	case HOLD_RESUME:
		c->held = c->asked = false;
		count(step, COUNT_MESH_RESUMED);
		break;
	case HOLD_PROBE:
		c->probed = step->now;
		c->probing = true;
		count(step, COUNT_MESH_PROBES);
		break;
	case HOLD_BACK:
		count(step, COUNT_MESH_HELD);
		return true;
	}
	return false;
}

/* Did the call enter the mesh there? */
static bool is_source(const struct peer *p, const struct stream *x)
{
	return stream_is_from_peer(x) && p->server && p->server == x->server;
}

/* May the call leave by this link? */
static bool may_leave(const struct core *core, const struct peer *p, const struct departure *d)
{
	const struct stream *x = d->stream;
	const struct conf_peer *c = peer_conf(core, p);

	if (source_equal(x->origin, peer_source(p)) || is_source(p, x) ||
	    (x->peer != PEER_ALL && x->peer != p->row.index))
		return false;
	if (!transit_permits(core, x, &c->transit))
		return false;
	if (x->unit)
		return c->protocol == PEER_FBP && relay_carries_unit(core, x);
	return filter_sends(c->protocol, d->tg) && access_permits(&c->talkgroups, d->tg);
}

/* Receivers drop frames that are not later than the one before, so simultaneous frames differ by
 * nanoseconds. A clock that is set back is followed. */
static uint64_t next_stamp(struct step *step, struct peer *p)
{
	bool set_back = p->sent_ns > step->wall_ns + STAMP_FALL_NS;

	p->sent_ns = step->wall_ns > p->sent_ns || set_back ? step->wall_ns : p->sent_ns + 1;
	return p->sent_ns;
}

static void send_burst(struct step *step, struct peer *p, struct departure *d)
{
	const struct core *core = step->core;
	const struct conf_peer *c = peer_conf(core, p);
	struct wr w;
	struct send *send = actions_send(step->actions, &w);

	d->out.frame.client = c->local_id ? c->local_id : core->conf->server.id;
	if (c->protocol == PEER_FBP)
		obp_write_v5(&w, &p->key, &d->out, next_stamp(step, p));
	else
		obp_write_v1(&w, &p->key, &d->out.frame);
	link_send(step, p, send, &w);
	p->frames_out_total++;
	if (p->frames_out_total == 1)
		rows_tell(step, KIND_PEER, p, CHANGE_UPDATE, CAUSE_NONE);
	count(step, COUNT_MESH_SENT);
}

/* Reported when the call first leaves; it ends with the call. */
static void tell_leg(struct step *step, const struct peer *p, const struct departure *d)
{
	const struct call_leg leg = {
		.to = peer_source(p),
		.slot = 1,
		.tg = d->tg,
	};

	if (!d->stream->data) /* private calls do not leave */
		rows_leg(step, d->stream, &leg, true);
}

static bool clock_is_sane(const struct step *step)
{
	return step->wall_ns >= CLOCK_SANE_NS;
}

/* Logged once when the clock is wrong and once when it is right again. */
static void tell_clock(struct step *step, bool sane)
{
	if (sane != step->core->clock_wrong)
		return;
	step->core->clock_wrong = !sane;
	if (sane)
		core_log(step, LOG_INFO, "clock is set: calls are sent to the mesh again");
	else
		core_log(step, LOG_WARN,
		         "clock is not set (%llu s since 1970): calls are not sent to the mesh "
		         "until it is",
		         (unsigned long long)(step->wall_ns / 1000000000u));
}

static void send_to_all(struct step *step, struct departure *d, bool first)
{
	bool sane = clock_is_sane(step);

	POOL_EACH(struct peer *, p, &step->core->peers.pool) {
		if (!link_may_hear(step, p) || !may_leave(step->core, p, d) ||
		    hold_back(step, p, d))
			continue;
		if (first)
			tell_leg(step, p, d);
		bool stamped = peer_conf(step->core, p)->protocol == PEER_FBP;
		if (stamped)
			tell_clock(step, sane);
		if (stamped && !sane)
			count(step, COUNT_MESH_NO_CLOCK);
		else
			send_burst(step, p, d);
	}
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

/* Does this go to other servers, so that we must recognise copies? Data is not remapped, so it
 * leaves only under the conference's own number. */
static bool is_for_others(const struct core *core, const struct stream *x)
{
	if (core->peers.pool.used == 0 && core->uplinks.pool.used == 0)
		return false;
	return x->unit || (x->conference != POOL_NONE && (!x->data || x->dst == x->conversation));
}

static struct claim *claim_of(const struct step *step, const struct stream *x)
{
	return claim_find(&step->core->claims, key_of(x), step->now);
}

/* Neighbours know a call by its ID alone, and drop what follows its terminator. */
static bool is_id_used(const struct step *step, const struct stream *x)
{
	const struct claims *t = &step->core->claims;
	const struct claim *c = claim_of(step, x);
	const struct claim *id = claim_find(t, claim_key_of_id(x->mesh_id), step->now);

	return (c && (c->ended || c->used)) || (id && id->user != key_of(x));
}

/* At the start of a call, and at its end, from when on neighbours remember it. */
static void note_id(struct step *step, const struct stream *x)
{
	struct claims *t = &step->core->claims;
	struct claim *id = claim_take(t, claim_key_of_id(x->mesh_id), x->origin, step->now);

	if (id)
		id->user = key_of(x);
}

/*
 * A call of ours claims its stream id before it leaves. Some hotspots use one for several calls,
 * one after another or at once; each of them then gets one of its own (decision 10). A call that
 * takes over from a silent path keeps its ID.
 */
static void claim_ours(struct step *step, struct stream *x)
{
	struct core *core = step->core;

	if (is_id_used(step, x))
		x->mesh_id = core_random(core);
	claim_take(&core->claims, key_of(x), x->origin, step->now);
	note_id(step, x);
	x->server = core->conf->server.id;
	x->repeater = x->origin.kind == SOURCE_CLIENT ? x->origin.index : 0;
	x->hops = 1;
}

/* Another origin's claim to the call; NULL if none. */
static const struct claim *claim_of_another(const struct step *step, const struct stream *x)
{
	uint64_t key = claim_key(x->id, x->src, mesh_number(x), x->unit, x->data);
	const struct claim *c = claim_find(&step->core->claims, key, step->now);

	return c && !source_equal(c->origin, x->origin) ? c : NULL;
}

bool relay_has(const struct step *step, const struct stream *x)
{
	const struct claim *c = claim_of_another(step, x);

	return c && (x->data || claim_outranks(c, x->origin, step->now));
}

bool relay_is_over(const struct step *step, const struct stream *x)
{
	const struct claim *c = claim_of_another(step, x);

	return c && c->ended;
}

/* Has the entry point already recorded the frame in its claim? */
static bool is_noted(const struct stream *x)
{
	return stream_is_from_peer(x) || (x->origin.kind == SOURCE_UPLINK && x->mesh_id == x->id);
}

void relay_deliver(struct step *step, struct stream *x, const struct hbp_burst *b)
{
	if (!is_for_others(step->core, x))
		return;
	bool first = !x->meshed;
	if (first && !stream_is_from_peer(x))
		claim_ours(step, x);
	x->meshed = true;
	if (!is_noted(x)) {
		struct claim *c = claim_of(step, x);
		if (c)
			claim_carry(c, b, first, step->now);
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
	if (!stream_is_from_peer(x))
		note_id(step, x);
	if (cause == CAUSE_TIMEOUT || cause == CAUSE_NONE || cause == CAUSE_TERMINATOR)
		return; /* the claim tells what a terminator means */
	if (cause == CAUSE_SESSION_END && x->origin.kind != SOURCE_CLIENT)
		return; /* a path is lost: its talker may continue on another */
	struct claim *c = claim_of(step, x);
	if (c)
		c->ended = true;
	if (x->data)
		return;
	struct departure d = departure_of(x, NULL);
	rewrite_make(x, &d.out.frame, DMR_TERMINATOR, d.tg);
	d.out.frame.seq = sequence_next(&x->sequence);
	d.out.frame.stream = x->mesh_id;
	d.burst = &d.out.frame;
	send_to_all(step, &d, false);
}
