/*
 * Bursts from other servers: which are taken, and whose copy of a call counts.
 *
 * The first that brings a call has the claim to it, first frame included; the others are dropped
 * and asked to be quiet (BCSQ), once in 2 s. When who has the claim is silent for a second the next
 * that carries the call takes over. A call of our own clients that comes back is dropped without a
 * word.
 */
#include "core/arrive.h"

#include "core/filter.h"
#include "core/kind.h"
#include "core/limit.h"
#include "core/link.h"
#include "core/route.h"
#include "core/rows.h"
#include "core/way.h"
#include "core/why.h"

#define AGE_MAX_NS UINT64_C(5000000000)
#define QUENCH_EVERY_MS (2 * TICK_SECOND)
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
	struct send *send = link_send(step, p, &w);
	if (!send)
		return;
	c->told = step->now;
	obp_write_quench(&w, &p->key, tg, stream);
	link_sent(step, p, send, &w);
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
	else if (is_stamped(a) && !filter_is_server(a->burst->source_server,
	                                                &peer_conf(step->core, a->peer)->servers))
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
	const struct hbp_burst *b = &a->burst->frame;
	struct claim *c;

	if (way_counts(step, a->key, a->origin, &c))
		return c;
	if (c->origin < ORIGIN_UPLINK) {
		refuse_copy(step, a, COUNT_MESH_ECHO, c->origin);
		return NULL;
	}
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

void arrive_burst(struct step *step, struct peer *p, const struct obp_message *m,
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
	bool fresh = is_stamped(&a) && m->burst.timestamp_ns > p->newest_ns;
	if (!is_young(step, &a, from) || !link_speaks_from(step, p, from, fresh))
		return;
	if (fresh)
		p->newest_ns = m->burst.timestamp_ns;
	if (!is_acceptable(step, &a))
		return;
	link_heard(step, p);
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
