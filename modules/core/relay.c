/*
 * Bursts from and to other servers: which are taken, whose copy of a call counts, who gets it next,
 * and who has asked not to.
 *
 * The first that brings a call has the claim to it, first frame included; the others are dropped
 * and asked to be quiet (BCSQ), once in 2 s. When who has the claim is silent for a second the next
 * that carries the call takes over. A call of our own clients that comes back is dropped without a
 * word.
 *
 * DIFFERS: in FreeDMR a quench holds for as long as the call lasts, so a call stays dead when the
 * way that won breaks. Here one frame in 3 s is sent all the same, as a probe: a neighbour that
 * still has the call by another way quenches again, and when one that is known to do so does not,
 * sending resumes (decision 20).
 */
#include "core/inside.h"

#define QUENCH_EVERY_MS (2 * TICK_SECOND)
#define PROBE_EVERY_MS (3 * TICK_SECOND)
#define PROBE_ANSWER_MS ((tick_t)500)
#define STREAMS_RATE 50000 /* thousandths of a token: 50 new calls a second from one peer */
#define STREAMS_DEPTH 200

/* A burst on its way in, and whose it is. */
struct arrival {
	struct peer *peer;
	const struct obp_burst *burst;
	uint8_t version;
	uint32_t origin;
	uint64_t key; /* of its claim */
};

/* One burst on its way out. */
struct departure {
	struct stream *stream;
	const struct hbp_burst *burst; /* as it came */
	struct obp_burst out;          /* with everything but the server id of the link */
	uint32_t tg;
};

static bool is_stamped(const struct arrival *a)
{
	return a->version > 1;
}

static void quench(struct step *step, struct peer *p, uint32_t tg, uint32_t stream)
{
	struct wr w;

	if (peer_conf(step->core, p)->protocol != PEER_FBP)
		return;
	struct control *c = control_make(&step->core->controls, p->row.index, stream, tg);
	if (step->now - c->told < QUENCH_EVERY_MS)
		return;
	struct send *send = peer_send(step, p, &w);
	if (!send)
		return;
	c->told = step->now;
	obp_write_quench(&w, &p->key, tg, stream);
	peer_sent(step, p, send, &w);
	p->quenches_out_total++;
	count(step, COUNT_MESH_QUENCHES_SENT);
}

static void refuse(struct step *step, const struct arrival *a, enum counter reason)
{
	a->peer->refused_total++;
	count(step, reason);
}

/* Refuses a call that will not be taken whatever follows. */
static void refuse_call(struct step *step, const struct arrival *a, enum counter reason,
                        const char *words)
{
	const struct hbp_burst *b = &a->burst->frame;

	refuse(step, a, reason);
	why_note(step, (struct decision){.radio = b->src, .tg = b->dst, .words = words});
	if (!b->unit)
		quench(step, a->peer, b->dst, b->stream);
}

/* Refuses one frame; the call itself when it is not one that we take from this link (decision 20).
 */
static void refuse_frame(struct step *step, const struct arrival *a, enum counter reason)
{
	const struct claim *c = claim_find(&step->core->claims, a->key, step->now);

	if (c && c->origin == a->origin && step->now - c->last < CLAIM_SILENCE_MS)
		refuse(step, a, reason);
	else
		refuse_call(step, a, reason, "not taken from the mesh: too old, or too many hops");
}

/* What the stamps say about the two clocks, told once when it begins to matter and once when it no
 * longer does. */
static void judge_clock(struct step *step, struct peer *p, uint64_t stamp)
{
	int64_t limit = (int64_t)(AGE_MAX_NS / 1000000);

	p->offset_ms = (int64_t)(step->wall_ns / 1000000) - (int64_t)(stamp / 1000000);
	bool wrong = p->offset_ms > limit || p->offset_ms < -limit;
	if (wrong == p->clock_told)
		return;
	p->clock_told = wrong;
	if (wrong)
		core_log(step, LOG_WARN, "clocks differ peer=%s by %lld ms: %s",
		         peer_conf(step->core, p)->name, (long long)p->offset_ms,
		         p->offset_ms > 0 ? "its calls are refused as stale"
		                          : "it refuses our calls as stale");
	else
		core_log(step, LOG_INFO, "clocks agree again peer=%s stale=%llu",
		         peer_conf(step->core, p)->name, (unsigned long long)p->stale_total);
	rows_peer(step, p, CHANGE_UPDATE);
}

/* Not older than 5 s. No bound above: clocks that run ahead are common, and said. */
static bool is_young(struct step *step, const struct arrival *a, const struct endpoint *from)
{
	uint64_t stamp = a->burst->timestamp_ns;

	if (!is_stamped(a))
		return true;
	if (endpoint_same(&a->peer->at, from))
		judge_clock(step, a->peer, stamp);
	if (step->wall_ns <= stamp || step->wall_ns - stamp <= AGE_MAX_NS)
		return true;
	a->peer->stale_total++;
	if (endpoint_same(&a->peer->at, from))
		refuse_frame(step, a, COUNT_MESH_STALE);
	else
		refuse(step, a, COUNT_MESH_STALE); /* sent again by a stranger, perhaps */
	return false;
}

static bool is_permitted(const struct step *step, const struct arrival *a)
{
	const struct conf_calls *ours = &step->core->conf->server.calls;
	const struct conf_peer *c = peer_conf(step->core, a->peer);
	const struct hbp_burst *b = &a->burst->frame;

	return !block_of_radio(&step->core->blocks, b->src) &&
	       access_permits(&ours->subscribers, b->src) &&
	       access_permits(&c->subscribers, b->src) &&
	       (b->unit || (access_permits(&ours->talkgroups[0], b->dst) &&
	                    access_permits(&c->talkgroups, b->dst)));
}

/* Everything that can be said about the burst by itself. */
static bool is_acceptable(struct step *step, const struct arrival *a)
{
	const struct conf_server *ours = &step->core->conf->server;
	const struct hbp_burst *b = &a->burst->frame;
	enum peer_protocol protocol = peer_conf(step->core, a->peer)->protocol;

	if (a->burst->slot_bit)
		count(step, COUNT_MESH_SLOT_BIT);
	if ((a->burst->slot_bit && !is_stamped(a)) || !burst_is_carried(b))
		refuse(step, a, COUNT_NOT_CARRIED_TYPE);
	else if (is_stamped(a) && !filter_is_server(a->burst->source_server))
		refuse_call(step, a, COUNT_MESH_SOURCE, "not taken from the mesh: its server id");
	else if (a->burst->hops >= HOPS_MAX)
		refuse_frame(step, a, COUNT_MESH_HOPS);
	else if (b->unit && !burst_is_data(b))
		refuse(step, a, COUNT_MESH_UNIT_VOICE);
	else if (!b->unit && !filter_takes(protocol, b->dst, a->burst->source_server, ours->id,
	                                   ours->home_first))
		refuse_call(step, a, COUNT_MESH_FILTERED,
		            "not taken from the mesh: this number stays home");
	else if (!is_permitted(step, a))
		refuse_call(step, a, COUNT_DENIED, "denied: by a list, or blocked");
	else
		return true;
	return false;
}

/* The claim passes on: the call ends here softly, and begins anew from the next. */
static struct claim *take_over(struct step *step, const struct arrival *a, struct claim *c)
{
	struct stream *x = stream_find(&step->core->streams, c->origin, a->burst->frame.stream);

	if (x)
		stream_end(step, x, CAUSE_TIMEOUT);
	count(step, COUNT_MESH_TAKEN_OVER);
	return claim_take(&step->core->claims, a->key, a->origin, step->now);
}

/* A copy too many: no frame of it is taken, and who looks on is told so once. */
static void refuse_copy(struct step *step, const struct arrival *a, enum counter reason,
                        uint32_t winner)
{
	const struct peer *p = a->peer;

	refuse(step, a, reason);
	if (limit_allows(step, LIMIT_LOOP, &p->at.to, a->key + p->row.index))
		rows_loop(step, p, &a->burst->frame, winner);
}

/* Ours, or NULL when another way of the call counts. */
static struct claim *win(struct step *step, const struct arrival *a)
{
	struct claims *t = &step->core->claims;
	const struct hbp_burst *b = &a->burst->frame;
	struct claim *c = claim_find(t, a->key, step->now);
	tick_t unseen = c ? step->now - c->seen : 0;

	if (!c)
		return claim_take(t, a->key, a->origin, step->now);
	c->seen = step->now;
	if (c->origin == a->origin)
		return c;
	if (c->origin < ORIGIN_PEER) {
		refuse_copy(step, a, COUNT_MESH_ECHO, c->origin);
		return NULL;
	}
	if (c->ended ? unseen >= CLAIM_SILENCE_MS : step->now - c->last >= CLAIM_SILENCE_MS)
		return take_over(step, a, c);
	refuse_copy(step, a, COUNT_MESH_LOST_RACE, c->origin);
	if (!b->unit && !c->ended)
		quench(step, a->peer, b->dst, b->stream);
	return NULL;
}

/*
 * Has this very frame been here before? The sequence tells while a stream runs; for its first
 * frame, and for data, the time stamp has to rise. Version 1 has none: it can be replayed, and that
 * is known.
 */
static bool is_replayed(const struct step *step, const struct arrival *a, const struct claim *c)
{
	const struct hbp_burst *b = &a->burst->frame;
	bool running = stream_find(&step->core->streams, a->origin, b->stream) != NULL;

	return is_stamped(a) && a->burst->timestamp_ns <= c->newest_ns &&
	       (!running || burst_is_data(b));
}

static bool is_new(const struct step *step, const struct arrival *a)
{
	return !stream_find(&step->core->streams, a->origin, a->burst->frame.stream);
}

static void learn_version(struct step *step, const struct arrival *a)
{
	if (a->version <= a->peer->version)
		return;
	a->peer->version = a->version;
	rows_peer(step, a->peer, CHANGE_UPDATE);
}

/* What route is to know of it: hops counted, and where version 1 does not say it, us as the source.
 */
static struct obp_burst counted(const struct core *core, const struct arrival *a)
{
	struct obp_burst b = *a->burst;

	b.hops = is_stamped(a) ? (uint8_t)(b.hops + 1) : 1;
	if (!is_stamped(a))
		b.source_server = core->conf->server.id; /* who runs the link answers for it */
	return b;
}

void relay_burst(struct step *step, struct peer *p, const struct obp_message *m,
                 const struct endpoint *from)
{
	const struct hbp_burst *b = &m->burst.frame;
	struct arrival a = {
		.peer = p,
		.burst = &m->burst,
		.version = m->version,
		.origin = ORIGIN_PEER + p->row.index,
		.key = claim_key(b->stream, b->dst, b->unit),
	};

	if (!peer_is_admitted(p) || peer_is_stunned(p, step->now)) {
		refuse(step, &a, COUNT_MESH_STUNNED);
		return;
	}
	if (!is_young(step, &a, from) || !peer_speaks_from(step, p, from, is_stamped(&a)))
		return;
	if (!is_acceptable(step, &a))
		return;
	peer_heard(step, p);
	learn_version(step, &a);
	p->frames_in_total++;
	struct claim *c = win(step, &a);
	if (!c)
		return;
	if (is_replayed(step, &a, c)) {
		refuse(step, &a, COUNT_MESH_REPLAYED);
		return;
	}
	if (is_new(step, &a) && !bucket_take(&p->streams, step->now, STREAMS_RATE, STREAMS_DEPTH)) {
		refuse(step, &a, COUNT_MESH_TOO_MANY);
		return;
	}
	if (a.burst->timestamp_ns > c->newest_ns)
		c->newest_ns = a.burst->timestamp_ns;
	c->last = step->now;
	c->ended = burst_is_terminator(b);
	struct obp_burst meta = counted(step->core, &a);
	route_peer_burst(step, p, &meta);
}

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

const struct access *relay_transit_of(const struct core *core, const struct stream *x)
{
	const struct peer *p = peer_of(core, x);
	const struct uplink *u = uplink_of(core, x);

	return p ? &peer_conf(core, p)->transit : u ? &uplink_conf(core, u)->transit : NULL;
}

/* Is this link one that the call may leave by? */
static bool may_leave(const struct core *core, const struct peer *p, const struct departure *d)
{
	const struct stream *x = d->stream;
	const struct conf_peer *c = peer_conf(core, p);
	const struct access *transit = relay_transit_of(core, x);

	if (peer_of(core, x) == p || d->out.hops > HOPS_MAX ||
	    (x->peer != PEER_ALL && x->peer != p->row.index))
		return false;
	if (x->unit)
		return c->protocol == PEER_FBP &&
		       (!transit || (c->transit.count && transit->count));
	if (transit &&
	    (!access_permits(&c->transit, d->tg) || !access_permits(transit, d->tg)))
		return false;
	return filter_sends(c->protocol, d->tg) && access_permits(&c->talkgroups, d->tg);
}

static void send_burst(struct step *step, struct peer *p, struct departure *d)
{
	const struct core *core = step->core;
	const struct conf_peer *c = peer_conf(core, p);
	struct wr w;
	struct send *send = peer_send(step, p, &w);

	if (!send)
		return;
	d->out.frame.client = c->local_id ? c->local_id : core->conf->server.id;
	if (c->protocol == PEER_FBP)
		obp_write_v5(&w, &p->key, &d->out, step->wall_ns);
	else
		obp_write_v1(&w, &p->key, &d->out.frame);
	peer_sent(step, p, send, &w);
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

static void send_to_all(struct step *step, struct departure *d, bool first)
{
	struct peer *p;

	for (uint32_t at = POOL_NONE; (p = pool_next(&step->core->peers.pool, &at));) {
		if (!peer_may_hear(step, p) || !may_leave(step->core, p, d) ||
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

/* Data for a radio may be for one of another server. */
bool relay_carries_unit(const struct core *core, const struct stream *x)
{
	return x->data && dial_is_radio(x->dst) && core->peers.pool.used > 0;
}

/* Is this something for the mesh? Data is not remapped, so it leaves only under the conference's
 * own number. */
static bool is_for_mesh(const struct core *core, const struct stream *x)
{
	if (core->peers.pool.used == 0 && core->uplinks.pool.used == 0)
		return false;
	return x->unit ? x->peer != PEER_NONE && relay_carries_unit(core, x)
	               : x->conference != POOL_NONE && (!x->data || x->dst == x->topic);
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

static struct claim *claim_of(const struct step *step, const struct stream *x)
{
	return claim_find(&step->core->claims, claim_key(x->mesh_id, mesh_number(x), x->unit),
	                  step->now);
}

void relay_deliver(struct step *step, struct stream *x, const struct hbp_burst *b)
{
	if (!is_for_mesh(step->core, x))
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

/* What ends the call here for good ends it for the neighbours too; what only fell silent may go on
 * elsewhere. */
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
