/*
 * Links to other servers: identifies and authenticates the sender of a datagram, tracks the state
 * of links, and executes commands of the operator or the neighbour about them. Nothing about a link
 * changes before the MAC is verified (decision 19); bursts go to mesh/arrive.
 *
 * DIFFERS: FreeDMR moves a link to any address a keepalive comes from, and such a keepalive can be
 * replayed forever. Here this requires relaxed = yes, and a silent old address or a fresh burst.
 */
#include "core/mesh.h"

#include <string.h>

#include "core/mesh/arrive.h"
#include "core/event.h"
#include "core/step/expire.h"
#include "core/step/kind.h"
#include "core/step/limit.h"
#include "core/delivery/link.h"
#include "core/delivery/relay.h"
#include "core/delivery/refuse.h"
#include "core/routing/route.h"
#include "core/telling/rows.h"
#include "core/access/uplink.h"
#include "state/pool.h"
#include "wire/obp.h"
#include "wire/parse.h"

#define KEEPALIVE_MS (10 * TICK_SECOND)
#define VERSION_MS (60 * TICK_SECOND)
#define VERSION_OURS 5
#define STUN_AGE_NS UINT64_C(5000000000)
#define UNPROVEN_RATE 1000 /* thousandths of an answer per second and link */
#define UNPROVEN_DEPTH 4
#define STRANGERS_RATE 4000000 /* thousandths of a digest per second, in total */
#define STRANGERS_DEPTH 2048

static void open_peer(struct core *core, uint32_t place, tick_t now)
{
	struct peer *p = peer_add(&core->peers, core->conf, place);

	p->since = now;
	p->up = !link_is_watched(core, p); /* the neighbour's state is unknown */
	expire_at(core, KIND_PEER, p, now);
}

void mesh_open(struct core *core)
{
	for (uint32_t i = 0; i < core->conf->peer_count; i++)
		if (core->conf->peer[i].name[0])
			open_peer(core, i, core->started);
}

static void send_tag(struct step *step, struct peer *p,
                     void (*put)(struct wr *w, const struct obp_key *key))
{
	struct wr w;
	struct send *send = actions_send(step->actions, &w);

	put(&w, &p->key);
	link_send(step, p, send, &w);
}

static void send_version(struct step *step, struct peer *p)
{
	struct wr w;
	struct send *send = actions_send(step->actions, &w);

	obp_write_version(&w, &p->key, VERSION_OURS);
	link_send(step, p, send, &w);
}

static void keep_alive(struct step *step, struct peer *p)
{
	send_tag(step, p, obp_write_keepalive);
	if (p->has_address && step->now >= p->version_due) {
		send_version(step, p);
		p->version_due = step->now + VERSION_MS;
	}
}

/* Reports new errors since the last report, and the end of a stun. */
static void tell_troubles(struct step *step, struct peer *p)
{
	uint64_t troubles = p->lost_total + p->refused_total + p->stale_total +
	                    p->quenches_in_total + p->quenches_out_total;
	bool stun_ends = p->stunned_until != TICK_LONG_AGO && !peer_is_stunned(p, step->now);

	if (stun_ends)
		p->stunned_until = TICK_LONG_AGO;
	if (stun_ends || troubles != p->troubles_told)
		rows_tell(step, KIND_PEER, p, CHANGE_UPDATE, CAUSE_NONE);
	p->troubles_told = troubles;
}

void mesh_expire(struct step *step, void *row)
{
	struct peer *p = row;

	peer_renewal_due(p, step->now);
	bool watched = link_is_watched(step->core, p);
	tick_t down = watched ? link_keep_up(step, p) : TICK_NEVER;
	if (step->now >= p->keepalive_due) {
		tell_troubles(step, p);
		p->keepalive_due = step->now + KEEPALIVE_MS;
		if (watched)
			keep_alive(step, p);
	}
	expire_at(step->core, KIND_PEER, p, tick_first(down, p->keepalive_due));
}

/*
 * Anybody can replay a stun. A stamped one has to be from now and later than the one before. One
 * without a stamp has the same octets each time, so it is accepted only once until the operator
 * resets the link or changes its passphrase.
 */
static bool is_new_stun(const struct step *step, struct peer *p, uint64_t stamp)
{
	uint64_t now = step->wall_ns;
	uint64_t apart = now > stamp ? now - stamp : stamp - now;
	bool new = stamp ? apart <= STUN_AGE_NS &&stamp > p->stun_ns : !p->stun_spent;

	if (new &&stamp)
		p->stun_ns = stamp;
	p->stun_spent |= new && !stamp;
	return new;
}

static void say_ignored(struct step *step, const struct peer *p, const char *why)
{
	if (limit_allows(step, LIMIT_LOG, &p->at.to, COUNT_MESH_STUN))
		core_log(step, LOG_REMOTE, "stun ignored peer=%s (%s)",
		         peer_conf(step->core, p)->name, why);
}

static void on_stun(struct step *step, struct peer *p, uint64_t stamp)
{
	const struct conf_peer *c = peer_conf(step->core, p);

	count(step, COUNT_MESH_STUN);
	if (!c->accept_stun) {
		say_ignored(step, p, "accept-stun = no");
		return;
	}
	if (!is_new_stun(step, p, stamp)) {
		say_ignored(step, p, stamp ? "sent again, or the clocks differ" : "sent again");
		return;
	}
	if (p->stunned_until == TICK_NEVER)
		return;
	p->stunned_until = step->now + c->stun_ms;
	if (!link_tell(step, p))
		return;
	char duration[16];
	struct text t = text_make(duration, sizeof(duration));
	text_duration(&t, c->stun_ms);
	core_log(step, LOG_WARN, "link stunned peer=%s for=%s", c->name, duration);
}

/* Versions only rise; 2 and 3 are obsolete, later ones unsupported. */
static enum verdict on_version(struct step *step, struct peer *p, uint8_t version)
{
	if (version != 1 && version != 4 && version != 5)
		return REFUSED_VERSION;
	if (version > p->version) {
		p->version = version;
		rows_tell(step, KIND_PEER, p, CHANGE_UPDATE, CAUSE_NONE);
	}
	return ACCEPTED;
}

/*
 * Anybody can replay a keepalive, so it moves no link. But a neighbour that receives nothing from
 * us sends no calls, and only the stamps of calls prove its address, so we answer with a keepalive.
 */
static void answer_unproven(struct step *step, struct peer *p, const struct endpoint *from)
{
	struct wr w;

	if (!bucket_take(&p->unproven, step->now, UNPROVEN_RATE, UNPROVEN_DEPTH))
		return;
	struct send *send = actions_send(step->actions, &w);
	obp_write_keepalive(&w, &p->key);
	actions_sent(step->actions, send, &w, from, 0);
}

static enum verdict on_control(struct step *step, struct peer *p, const struct obp_message *m,
                               const struct endpoint *from)
{
	if (!link_is_fbp(step->core, p))
		return REFUSED_FOREIGN;
	if (!link_may_speak_from(step, p, from, false)) {
		if (m->kind == OBP_KEEPALIVE && link_is_lost(step, p))
			answer_unproven(step, p, from);
		return REFUSED_ADDRESS;
	}
	link_speaks_from(step, p, from);
	link_heard(step, p);
	switch (m->kind) {
	case OBP_KEEPALIVE:
		break;
	case OBP_STUN:
		on_stun(step, p, m->stun_ns);
		break;
	case OBP_VERSION:
		return on_version(step, p, m->version);
	case OBP_QUENCH:
		relay_quench(step, p, m->quench.tg, m->quench.stream);
		break;
	case OBP_BURST: /* never: on_burst has it */
	case OBP_KINDS:
		break;
	}
	return ACCEPTED;
}

bool mesh_knows(const struct core *core, const struct endpoint *from)
{
	POOL_EACH(const struct peer *, p, &core->peers.pool)
		if (p->has_address && endpoint_same(&p->at, from))
			return true;
	return false;
}

/* A burst contains the ID of its server. */
static bool is_of_another(const struct conf_peer *c, const struct obp_message *m)
{
	return m->kind == OBP_BURST && c->remote_id && c->remote_id != m->burst.frame.client;
}

/* Takes a digest from the budgets of senders at unknown addresses, per address and in total. */
static bool take_digest(struct step *step, const struct endpoint *from)
{
	bool taken =
		limit_allows(step, LIMIT_STRANGER, &from->to, 0) &&
		bucket_take(&step->core->strangers, step->now, STRANGERS_RATE, STRANGERS_DEPTH);

	step->core->counter[COUNT_MESH_DIGESTS] += taken;
	return taken;
}

/* Is the datagram from this peer? A known, fixed address excludes other senders. */
static enum verdict judge_sender(struct step *step, const struct peer *p, const struct event *event,
                                 const struct obp_message *m, bool here)
{
	const struct conf_peer *c = peer_conf(step->core, p);
	bool same = p->has_address && endpoint_same(&p->at, &event->datagram.from);

	if (c->socket != event->datagram.from.socket || same != here ||
	    (!same && peer_knows_address(p) && !c->relaxed &&
	     !link_is_target(p, &event->datagram.from)))
		return REFUSED_STRANGER;
	if (!same && is_of_another(c, m))
		return REFUSED_STRANGER;
	if (!same && !take_digest(step, &event->datagram.from))
		return REFUSED_STRANGER_TOO_OFTEN;
	if (!judged(step,
	            peer_is_authentic(p, step->now, event->datagram.bytes, event->datagram.len, m)))
		return REFUSED_FORGED;
	if (is_of_another(c, m))
		return REFUSED_WRONG_SERVER;
	return ACCEPTED;
}

/*
 * First the peer known at that address, then peers that may come from any address. If it is none of
 * them, the verdict is of the one that passed most checks; the reasons are in that order.
 */
static enum verdict find_sender(struct step *step, const struct event *event,
                                const struct obp_message *m, struct peer **found)
{
	enum verdict most = REFUSED_STRANGER;

	for (int here = 1; here >= 0; here--)
		POOL_EACH(struct peer *, p, &step->core->peers.pool) {
			enum verdict verdict = judge_sender(step, p, event, m, here);
			if (verdict > most)
				most = verdict;
			if (verdict != ACCEPTED)
				continue;
			*found = p;
			return ACCEPTED;
		}
	return most;
}

/* Accepts bursts of the link's version only, and tells the neighbour that version. */
static enum verdict on_burst(struct step *step, struct peer *p, const struct obp_message *m,
                             const struct endpoint *from)
{
	bool fbp = link_is_fbp(step->core, p);

	if (fbp == (m->version > 1)) {
		arrive_burst(step, p, m, from);
		return ACCEPTED;
	}
	if (fbp && endpoint_same(&p->at, from) && bucket_take(&p->versions, step->now, 1000, 1))
		send_version(step, p);
	return REFUSED_BURST_VERSION;
}

void mesh_datagram(struct step *step, const struct event *event)
{
	const struct endpoint *from = &event->datagram.from;
	struct obp_message m;
	struct peer *p = NULL;
	const char *reason = "";

	count(step, COUNT_DATAGRAMS);
	switch (obp_parse(event->datagram.bytes, event->datagram.len, &m, &reason)) {
	case PARSE_IGNORE:
		refuse_datagram(step, REFUSED_MESH_FOREIGN, from);
		return;
	case PARSE_BAD:
		refuse(step, REFUSED_MESH_MALFORMED,
		       &(struct subject){.from = from, .words = reason});
		return;
	case PARSE_OK:
		break;
	}
	enum verdict verdict = find_sender(step, event, &m, &p);
	if (p) {
		if (judged(step,
		           peer_signs_anew(p, event->datagram.bytes, event->datagram.len, &m)))
			peer_take_key(p);
		verdict = m.kind == OBP_BURST ? on_burst(step, p, &m, from)
		                              : on_control(step, p, &m, from);
	}
	if (verdict != ACCEPTED)
		refuse_datagram(step, verdict, from);
}

/* A name has a new address: used if the link is not alive at the old one. */
void mesh_address(struct step *step, uint32_t index, const struct addr *to)
{
	struct peer *p = peer_at(&step->core->peers, index);

	if (!p)
		return;
	p->target = *to;
	if ((p->has_address &&
	     (addr_equal(&p->at.to, to) || (link_is_watched(step->core, p) && p->up))))
		return;
	struct endpoint where = {.to = *to,
	                         .socket = p->at.socket,
	                         .from = *conf_socket_bind(step->core->conf, p->at.socket)};
	link_move(step, p, &where);
	if (link_is_watched(step->core, p)) {
		p->version_due = p->keepalive_due = step->now;
		expire_at(step->core, KIND_PEER, p, step->now);
	}
}

static struct peer *find_by_name(const struct core *core, const char *name)
{
	POOL_EACH(struct peer *, p, &core->peers.pool)
		if (strcmp(peer_conf(core, p)->name, name) == 0)
			return p;
	return NULL;
}

static struct uplink *find_uplink(const struct core *core, const char *name)
{
	for (uint32_t i = 0; i < core->conf->uplink_count; i++)
		if (strcmp(core->conf->uplink[i].name, name) == 0)
			return uplink_at(&core->uplinks, i);
	return NULL;
}

/* Lasts until it is cleared; the neighbour is notified. */
static void stun(struct step *step, struct peer *p)
{
	struct wr w;

	p->stunned_until = TICK_NEVER;
	if (!link_is_fbp(step->core, p))
		return;
	struct send *send = actions_send(step->actions, &w);
	obp_write_stun(&w, &p->key,
	               step->wall_ns ? step->wall_ns : 1); /* not one without a time limit */
	link_send(step, p, send, &w);
}

static void clear(struct step *step, struct peer *p)
{
	(void)step;
	p->stunned_until = TICK_LONG_AGO;
}

/* Forgets what was learned of the neighbour, and its stun with it. */
static void reset(struct step *step, struct peer *p)
{
	quenches_forget(&step->core->quenches, p->row.index);
	if (!peer_conf(step->core, p)->host[0]) /* keeps an address that was resolved */
		peer_reset_address(p, step->core->conf);
	p->version = 0;
	p->heard = p->stunned_until = p->version_due = p->keepalive_due = TICK_LONG_AGO;
	p->answers_probes = p->stun_spent = false;
	p->offset_ms = 0;
	p->newest_ns = 0;
	p->server = peer_conf(step->core, p)->remote_id;
	if (link_is_watched(step->core, p))
		link_set_up(step, p, false);
	expire_at(step->core, KIND_PEER, p, step->now);
}

static const struct {
	void (*perform)(struct step *step, struct peer *p);
	const char *done;
} orders[PEER_ORDERS] = {
	[PEER_STUN] = {stun, "link stunned: no traffic until cleared"},
	[PEER_CLEAR] = {clear, "link cleared: traffic resumes"},
	[PEER_RESET] = {reset, "link reset"},
};

static void command_uplink(struct step *step, struct uplink *u, const struct command *c)
{
	bool done = u && c->peer.order == PEER_RESET;

	if (done)
		uplink_reset(step, u);
	rows_reply(step, c->number, done,
	           done ? "uplink reset: logging in again"
	           : u  ? "an uplink can only be reset"
	                : "no such peer");
}

void mesh_command(struct step *step, const struct command *c)
{
	struct peer *p = find_by_name(step->core, c->peer.name);

	if (!p) {
		command_uplink(step, find_uplink(step->core, c->peer.name), c);
		return;
	}
	orders[c->peer.order].perform(step, p);
	rows_tell(step, KIND_PEER, p, CHANGE_UPDATE, CAUSE_NONE);
	rows_reply(step, c->number, true, orders[c->peer.order].done);
}

/* The same neighbour at the same socket? */
static bool stays(const struct conf *conf, const struct conf_peer *before, uint32_t place)
{
	const struct conf_peer *c = &conf->peer[place];

	return place < conf->peer_count && strcmp(c->name, before->name) == 0 &&
	       c->socket == before->socket && addr_equal(&c->bind, &before->bind) &&
	       c->protocol == before->protocol;
}

static void close_peer(struct step *step, struct peer *p)
{
	struct core *core = step->core;

	stream_forget_source(step, peer_source(p));
	quenches_forget(&core->quenches, p->row.index);
	core_log(step, LOG_INFO, "link removed peer=%s", peer_conf(core, p)->name);
	rows_tell(step, KIND_PEER, p, CHANGE_END, CAUSE_NONE);
	pool_give(&core->peers.pool, p);
}

void mesh_mend(struct step *step, struct peer *p)
{
	const struct conf *conf = step->core->conf;
	uint32_t place = p->row.index;

	if (place >= conf->peer_count || !conf->peer[place].name[0]) {
		close_peer(step, p);
		return;
	}
	if (p->admission.state > ADMISSION_RENEWED)
		p->admission = (struct admission){.state = ADMISSION_BY_KEY};
	p->timer.deadline = TICK_NEVER;
	peer_reset_address(p, conf);
	reset(step, p);
}

bool mesh_leave(struct step *step, const struct conf *conf)
{
	POOL_EACH(struct peer *, p, &step->core->peers.pool) {
		if (stays(conf, peer_conf(step->core, p), p->row.index))
			continue;
		if (!actions_have_room(step->actions))
			return false;
		close_peer(step, p);
	}
	return true;
}

static void follow(struct step *step, struct peer *p, const struct conf_peer *before)
{
	const struct conf_peer *c = peer_conf(step->core, p);
	const struct obp_key key = obp_key_make(c->passphrase, c->full_key);

	if (peer_renew(p, step->now, &key)) {
		core_log(step, LOG_INFO,
		         "new passphrase peer=%s: the old one is still accepted for %d min",
		         c->name, (int)(ADMISSION_GRACE / TICK_MINUTE));
	}
	if (strcmp(c->target, before->target) != 0)
		peer_reset_address(p, step->core->conf);
	if (c->remote_id != before->remote_id)
		p->server = c->remote_id;
	if (!link_is_watched(step->core, p))
		link_set_up(step, p, true);
	expire_at(step->core, KIND_PEER, p, step->now);
}

void mesh_follow(struct step *step, const struct conf *before)
{
	struct core *core = step->core;

	for (uint32_t i = 0; i < core->conf->peer_count; i++) {
		struct peer *p = peer_at(&core->peers, i);
		if (p) {
			follow(step, p, &before->peer[i]);
		} else if (core->conf->peer[i].name[0]) {
			open_peer(core, i, step->now);
			rows_tell(step, KIND_PEER, peer_at(&core->peers, i), CHANGE_BEGIN,
			          CAUSE_NONE);
		}
	}
}

/* One row of the answer to `quenches`; false: this entry has none. */
static bool fill_quench(struct quench_record *r, const struct quench *q, tick_t now)
{
	bool theirs = quench_holds(q, now);
	tick_t ours_until = q->told + QUENCH_KEEP_MS;

	if (!theirs && (q->told == TICK_LONG_AGO || now >= ours_until))
		return false;
	r->tg = quench_tg(q);
	r->stream = quench_stream(q);
	r->reason = theirs && !q->asked ? QUENCH_BROUGHT : QUENCH_ASKED;
	r->issuer = theirs ? ISSUER_NEIGHBOUR : ISSUER_SERVER;
	r->until = theirs ? quench_until(q) : ours_until;
	return true;
}

#define QUENCHES_TOLD_MAX 100u /* in one answer */

void mesh_quenches(struct step *step, const struct command *c)
{
	const char *only = c->quenches.peer;
	const struct quench *q;
	uint32_t more = 0, count = 0;
	bool known = !*only || find_by_name(step->core, only);
	char text[32] = "";
	struct text t = text_make(text, sizeof(text));

	POOL_EACH(struct peer *, p, &step->core->peers.pool)
		for (uint32_t i = 0; i < QUENCHES_PER_PEER; i++) {
			const char *name = peer_conf(step->core, p)->name;
			struct quench_record row = {.number = c->number};
			if ((*only && strcmp(only, name) != 0) ||
			    !(q = quench_at(&step->core->quenches, p->row.index, i)) ||
			    !fill_quench(&row, q, step->now))
				continue;
			struct record *r = count++ < QUENCHES_TOLD_MAX
			                           ? actions_record(step->actions, RECORD_QUENCH,
			                                            CHANGE_SNAPSHOT, step->now)
			                           : NULL;
			more += !r;
			if (!r)
				continue;
			text_copy(row.peer, sizeof(row.peer), name);
			r->quench = row;
		}
	if (more)
		text_format(&t, "and %lu more", (unsigned long)more);
	rows_reply(step, c->number, known, known ? text : "no such peer");
}
