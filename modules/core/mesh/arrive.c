/*
 * Bursts from other servers: which are accepted, and whose copy of a call is used.
 *
 * The first neighbour to send a call holds its claim, first frame included. Copies from others are
 * dropped and quenched (BCSQ) once in 2 s, and the call is not sent to them. If the holder of the
 * claim is silent for a second, the next neighbour with the call takes over. A returning call of
 * our own clients is dropped silently.
 */
#include "core/mesh/arrive.h"

#include "conf/access.h"
#include "core/step/filter.h"
#include "core/step/limit.h"
#include "core/delivery/link.h"
#include "core/delivery/relay.h"
#include "core/delivery/refuse.h"
#include "core/routing/route.h"
#include "core/telling/rows.h"
#include "core/mesh/claim.h"
#include "state/pool.h"
#include "wire/frame.h"

#define AGE_MAX_NS UINT64_C(5000000000)
#define CLOCK_RUNS_MS (300 * TICK_SECOND) /* so that one that was set back catches up with it */
#define STREAMS_RATE 50000 /* thousandths of a token: 50 new calls a second from one peer */
#define STREAMS_DEPTH 200
#define CLUMP_SECONDS 2 /* burst size of that budget */

/* An incoming burst and its sender. */
struct arrival {
	struct peer *peer;
	const struct obp_burst *burst;
	uint8_t version;
	struct source origin;
	const struct endpoint *from;
	bool known;           /* it comes from the neighbour's known address */
	bool fresh;           /* its time stamp is the highest so far */
	struct handle stream; /* the stream it continues; NULL: it begins one */
	uint64_t key;
	struct claim *claim; /* the claim with that key, if one was looked up */
};

static bool begins(const struct arrival *a)
{
	return handle_is_none(a->stream);
}

static bool is_stamped(const struct arrival *a)
{
	return a->version > 1;
}

/* The clock difference from the time stamps; logged once when it starts to matter and once when it
 * no longer does. */
static void note_clock(struct step *step, struct peer *p, uint64_t stamp)
{
	int64_t limit = (int64_t)(AGE_MAX_NS / 1000000);

	p->offset_ms = (int64_t)(step->wall_ns / 1000000) - (int64_t)(stamp / 1000000);
	bool wrong = p->offset_ms > limit || p->offset_ms < -limit;
	if (wrong == p->clock_told)
		return;
	p->clock_told = wrong;
	if (!link_tell(step, p))
		return;
	if (wrong)
		core_log(step, LOG_WARN, "clocks differ peer=%s by %lld ms: %s",
		         peer_conf(step->core, p)->name, (long long)p->offset_ms,
		         p->offset_ms > 0 ? "its calls are refused as stale"
		                          : "it refuses our calls as stale");
	else
		core_log(step, LOG_INFO, "clocks agree again peer=%s stale=%llu",
		         peer_conf(step->core, p)->name, (unsigned long long)p->stale_total);
}

/*
 * The neighbour's clock now, extrapolated from its newest stamp; 0 if unknown. However long the
 * neighbour is silent, this is never below that stamp: what was recorded before stays too old.
 */
static uint64_t clock_of(const struct step *step, const struct peer *p)
{
	tick_t passed = tick_first(step->now - p->newest_at, CLOCK_RUNS_MS);

	return p->newest_ns ? p->newest_ns + (uint64_t)passed * 1000000 : 0;
}

static bool is_ahead(const struct step *step, uint64_t stamp)
{
	return stamp > step->wall_ns && stamp - step->wall_ns > AGE_MAX_NS;
}

/* Not older than 5 s by our clock, or by the neighbour's if that runs ahead. */
static bool is_young(const struct step *step, const struct arrival *a)
{
	uint64_t stamp = a->burst->timestamp_ns;
	uint64_t now = step->wall_ns;

	if (is_ahead(step, stamp) && clock_of(step, a->peer) > now)
		now = clock_of(step, a->peer);
	return !is_stamped(a) || now <= stamp || now - stamp <= AGE_MAX_NS;
}

/* Does its stamp prove that it is not a replay? Version 1 has none. */
static bool is_fresh(const struct step *step, const struct peer *p, const struct obp_message *m)
{
	uint64_t stamp = m->burst.timestamp_ns;

	return stamp > p->newest_ns && (p->newest_ns != 0 || !is_ahead(step, stamp));
}

/* Is it a frame of a call that we accept on this link (decision 20)? */
static bool is_taken(const struct step *step, const struct arrival *a)
{
	return link_brings(step->core, a->peer, a->burst->frame.dst, a->burst->frame.stream);
}

static bool is_permitted(const struct step *step, const struct arrival *a)
{
	const struct conf_calls *ours = &step->core->conf->server.calls;
	const struct conf_peer *c = peer_conf(step->core, a->peer);
	const struct hbp_burst *b = &a->burst->frame;

	return !blocklist_of_id(&step->core->blocks, b->src) &&
	       access_permits(&ours->subscribers, b->src) &&
	       access_permits(&c->subscribers, b->src) &&
	       (b->unit || (access_permits(&ours->talkgroups[0], b->dst) &&
	                    access_permits(&c->talkgroups, b->dst)));
}

/* All checks of the burst by itself. */
static enum verdict judge_burst(const struct step *step, const struct arrival *a)
{
	const struct conf_server *ours = &step->core->conf->server;
	const struct conf_peer *c = peer_conf(step->core, a->peer);
	const struct hbp_burst *b = &a->burst->frame;
	uint32_t source = a->burst->source_server;

	if ((a->burst->slot_bit && !is_stamped(a)) || !burst_is_carried(b))
		return REFUSED_TYPE;
	if (is_stamped(a) && !filter_is_server(source, &c->servers))
		return REFUSED_SOURCE;
	if (a->burst->hops >= HOPS_MAX)
		return is_taken(step, a) ? REFUSED_HOPS_FRAME : REFUSED_HOPS;
	if (b->unit && !burst_is_data(b))
		return REFUSED_UNIT_VOICE;
	if (!b->unit && !filter_takes(c->protocol, b->dst, source, ours->id, ours->home_first))
		return REFUSED_FILTERED;
	return is_permitted(step, a) ? ACCEPTED : REFUSED_BY_LIST;
}

/* Does its number not advance the stream? */
static bool is_behind(const struct arrival *a, const struct stream *x)
{
	return (uint8_t)(a->burst->frame.seq - x->sequence.last - 1) >= 127;
}

/*
 * Is this frame a replay? For the first frame of a stream the time stamp has to rise, and for data
 * it must not fall, because some senders give simultaneous frames the same stamp. Nor may it fall
 * for a voice frame whose number does not advance: several would restart the sequence. Version 1
 * has no stamp and can be replayed: a known limit.
 */
static bool is_replayed(const struct step *step, const struct arrival *a, const struct claim *c)
{
	const struct stream *x = stream_get(&step->core->streams, a->stream);
	uint64_t stamp = a->burst->timestamp_ns;

	if (!is_stamped(a) || stamp > c->newest_ns)
		return false;
	return !x || (stamp < c->newest_ns && (burst_is_data(&a->burst->frame) || is_behind(a, x)));
}

/* Is it within the neighbour's budget for all its calls? */
static bool take_share(struct step *step, const struct arrival *a)
{
	int64_t rate = peer_conf(step->core, a->peer)->frames_per_second;

	return rate == 0 || step->core->conf->limits.frames_per_second == 0 ||
	       bucket_take(&a->peer->frames, step->now, rate * 1000, rate * CLUMP_SECONDS);
}

/* A call that takes a claim, or restarts under its own, is charged; a losing copy is not. */
static bool take_beginning(struct step *step, const struct arrival *a)
{
	const struct claim *c = claim_find(&step->core->claims, a->key, step->now);

	return !begins(a) || (c && claim_outranks(c, a->origin, step->now)) ||
	       bucket_take(&a->peer->streams, step->now, STREAMS_RATE, STREAMS_DEPTH);
}

/* Does this copy of the call count? */
static enum verdict judge_copy(struct step *step, struct arrival *a)
{
	if (claim_counts(step, &a->burst->frame, a->key, a->origin, &a->claim))
		return is_replayed(step, a, a->claim) ? REFUSED_REPLAYED : ACCEPTED;
	if (!a->claim)
		return REFUSED_CLAIMS_FULL;
	return a->claim->origin.kind == SOURCE_CLIENT ? REFUSED_ECHO : REFUSED_LOST_RACE;
}

static void learn_version(struct step *step, const struct arrival *a)
{
	if (a->version <= a->peer->version)
		return;
	a->peer->version = a->version;
	rows_tell(step, KIND_PEER, a->peer, CHANGE_UPDATE, CAUSE_NONE);
}

/* Is it from the neighbour, and not a replay? */
static void note_sender(struct step *step, const struct arrival *a)
{
	link_speaks_from(step, a->peer, a->from);
	a->peer->remembered &= is_stamped(a) && !a->fresh;
	if (is_stamped(a) && a->burst->timestamp_ns > a->peer->newest_ns) {
		a->peer->newest_ns = a->burst->timestamp_ns;
		a->peer->newest_at = step->now;
	}
}

/* May the neighbour send it? */
static void note_burst(struct step *step, const struct arrival *a)
{
	link_heard(step, a->peer);
	learn_version(step, a);
	a->peer->frames_in_total++;
	a->peer->server = a->burst->frame.client;
}

/* May it pass? Each check relies on the ones above it, and a burst updates our state only after the
 * checks that come before. */
static enum verdict judge(struct step *step, struct arrival *a)
{
	struct peer *p = a->peer;

	if (peer_is_stunned(p, step->now))
		return REFUSED_STUNNED;
	if (is_stamped(a) && a->known)
		note_clock(step, p, a->burst->timestamp_ns);
	if (!is_young(step, a)) /* anyone may replay it */
		return a->known && !is_taken(step, a) ? REFUSED_STALE : REFUSED_STALE_FRAME;
	if (!link_may_speak_from(step, p, a->from, a->fresh))
		return REFUSED_ADDRESS;
	note_sender(step, a);
	if (!take_share(step, a))
		return REFUSED_TOO_FAST;
	if (a->burst->slot_bit)
		count(step, COUNT_MESH_SLOT_BIT);
	enum verdict verdict = judge_burst(step, a);
	if (verdict != ACCEPTED)
		return verdict;
	note_burst(step, a);
	const struct stream *x = stream_of(step->core, a->origin, 1, &a->burst->frame);
	if (x)
		a->stream = pool_handle(&x->row);
	if (!take_beginning(step, a))
		return REFUSED_MESH_TOO_MANY;
	return judge_copy(step, a);
}

static void refuse_burst(struct step *step, enum verdict verdict, const struct arrival *a)
{
	const struct hbp_burst *b = &a->burst->frame;
	struct subject subject = {.who = a->origin,
	                          .radio = b->src,
	                          .tg = b->dst,
	                          .peer = a->peer,
	                          .burst = b,
	                          .call = a->key};

	if (a->claim)
		subject.winner = a->claim->origin;
	if (verdict == REFUSED_STALE || verdict == REFUSED_STALE_FRAME)
		a->peer->stale_total++;
	refuse(step, verdict, &subject);
	if (a->claim && verdict == REFUSED_LOST_RACE && !b->unit && !a->claim->ended) {
		relay_brought(step, a->peer, a->key, b);
		link_quench(step, a->peer, b->dst, b->stream);
	}
}

static void accept(struct step *step, const struct arrival *a)
{
	const struct obp_burst *m = a->burst;
	int64_t delay_ms = a->peer->offset_ms;

	if (m->timestamp_ns > a->claim->newest_ns)
		a->claim->newest_ns = m->timestamp_ns;
	claim_carry(a->claim, &m->frame, begins(a), step->now);
	route_burst(step, &(struct inbound){
				  .burst = &m->frame,
				  .origin = a->origin,
				  .likely = a->stream,
				  .server = is_stamped(a) ? m->source_server
	                                                  : step->core->conf->server.id,
				  .repeater = m->source_repeater,
				  .delay_ms = delay_ms > 0 ? (uint32_t)delay_ms : 0,
				  .hops = is_stamped(a) ? (uint8_t)(m->hops + 1) : 1,
			  });
}

void arrive_burst(struct step *step, struct peer *p, const struct obp_message *m,
                  const struct endpoint *from)
{
	const struct hbp_burst *b = &m->burst.frame;
	struct arrival a = {
		.peer = p,
		.burst = &m->burst,
		.version = m->version,
		.origin = peer_source(p),
		.from = from,
		.known = endpoint_same(&p->at, from),
		.fresh = is_fresh(step, p, m),
		.key = claim_key(b->stream, b->src, b->dst, b->unit, burst_is_data(b)),
	};
	enum verdict verdict = judge(step, &a);

	if (verdict == ACCEPTED)
		accept(step, &a);
	else if (verdict == REFUSED_ADDRESS)
		refuse_datagram(step, verdict, from);
	else
		refuse_burst(step, verdict, &a);
}
