/*
 * Links to other servers: who sent this datagram, is it authentic, is the link up, and what the
 * operator or the neighbour says about it. Nothing of a link changes before its MAC has been
 * verified (decision 19); bursts go to relay.
 *
 * DIFFERS: FreeDMR moves a link to whatever address a keepalive comes from, and such a keepalive
 * can be replayed for ever. Here it takes relaxed = yes, and a silent old address or a fresh burst.
 */
#include <string.h>

#include "core/inside.h"

#define KEEPALIVE_MS (10 * TICK_SECOND)
#define VERSION_MS (60 * TICK_SECOND)
#define LINK_SILENCE_MS (60 * TICK_SECOND) /* nothing heard for so long: down */
#define VERSION_OURS 5
/* The year this was written: a clock before it has not been set. */
#define CLOCK_SANE_NS UINT64_C(1767225600000000000)

const struct conf_peer *peer_conf(const struct core *core, const struct peer *p)
{
	return &core->conf->peer[p->row.index];
}

struct peer *peer_of(const struct core *core, const struct stream *x)
{
	return stream_is_from_peer(x) ? peer_at(&core->peers, x->origin - ORIGIN_PEER) : NULL;
}

static bool is_fbp(const struct core *core, const struct peer *p)
{
	return peer_conf(core, p)->protocol == PEER_FBP;
}

void mesh_open(struct core *core)
{
	struct peer *p;

	peers_fill(&core->peers, core->conf);
	for (uint32_t at = POOL_NONE; (p = pool_next(&core->peers.pool, &at));) {
		p->since = core->started;
		p->up = !is_fbp(core, p); /* nothing tells whether an OpenBridge is there */
		expiry_set(&core->expiry, &p->timer, EXPIRE_PEER, pool_handle(&p->row),
		           core->started);
	}
}

bool clock_is_sane(struct step *step)
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

/* A keepalive link hears us while it is alive, and in the first minute, when it cannot have spoken
 * yet. */
bool peer_may_hear(const struct step *step, const struct peer *p)
{
	bool alive =
		step->now - p->heard < LINK_SILENCE_MS ||
		(p->heard == TICK_LONG_AGO && step->now - step->core->started < LINK_SILENCE_MS);

	return p->has_address && peer_is_admitted(p) && !peer_is_stunned(p, step->now) &&
	       (alive || !is_fbp(step->core, p));
}

/* A datagram for the peer: write into `w`, then peer_sent. NULL when the actions are full. */
struct send *peer_send(struct step *step, struct peer *p, struct wr *w)
{
	struct send *send = p->has_address ? actions_send(step->actions) : NULL;

	if (send)
		*w = wr_make(send->bytes, sizeof(send->bytes));
	return send;
}

void peer_sent(struct step *step, struct peer *p, struct send *send, const struct wr *w)
{
	send->len = (uint16_t)wr_len(w);
	actions_target(step->actions, send, &p->at, 0);
}

static void send_tag(struct step *step, struct peer *p,
                     void (*put)(struct wr *w, const struct obp_key *key))
{
	struct wr w;
	struct send *send = peer_send(step, p, &w);

	if (!send)
		return;
	put(&w, &p->key);
	peer_sent(step, p, send, &w);
}

static void send_version(struct step *step, struct peer *p)
{
	struct wr w;
	struct send *send = peer_send(step, p, &w);

	if (!send)
		return;
	obp_write_version(&w, &p->key, VERSION_OURS);
	peer_sent(step, p, send, &w);
}

static void set_up(struct step *step, struct peer *p, bool up)
{
	char text[ADDR_TEXT_MAX];

	if (p->up == up)
		return;
	p->up = up;
	p->since = step->now;
	rows_peer(step, p, CHANGE_UPDATE);
	core_log(step, up ? LOG_INFO : LOG_WARN, "link %s peer=%s at=%s", up ? "up" : "down",
	         peer_conf(step->core, p)->name, addr_format(&p->at.to, text));
}

void peer_heard(struct step *step, struct peer *p)
{
	p->heard = step->now;
	set_up(step, p, true);
}

static void keep_alive(struct step *step, struct peer *p)
{
	if (p->up && step->now - p->heard >= LINK_SILENCE_MS)
		set_up(step, p, false);
	send_tag(step, p, obp_write_keepalive);
	if (p->has_address && step->now >= p->version_due) {
		send_version(step, p);
		p->version_due = step->now + VERSION_MS;
	}
}

/* What has gone wrong since the last time, if anything has; and the end of a stun. */
static void tell_troubles(struct step *step, struct peer *p)
{
	uint64_t troubles = p->lost_total + p->refused_total + p->stale_total +
	                    p->quenches_in_total + p->quenches_out_total;
	bool stun_ends = p->stunned_until != TICK_LONG_AGO && !peer_is_stunned(p, step->now);

	if (stun_ends)
		p->stunned_until = TICK_LONG_AGO;
	if (stun_ends || troubles != p->troubles_told)
		rows_peer(step, p, CHANGE_UPDATE);
	p->troubles_told = troubles;
}

void peer_expire(struct step *step, const struct expiry_entry *e)
{
	struct core *core = step->core;
	struct peer *p = pool_get(&core->peers.pool, e->row);

	if (!p || !expiry_due(&core->expiry, &p->timer, e, step->now))
		return;
	if (is_fbp(core, p))
		keep_alive(step, p);
	tell_troubles(step, p);
	expire_at(step, &p->timer, EXPIRE_PEER, &p->row, step->now + KEEPALIVE_MS);
}

static void complain(struct step *step, const struct endpoint *from, enum counter reason,
                     const char *why)
{
	char text[ADDR_TEXT_MAX];

	count(step, reason);
	if (limit_allows(step, LIMIT_LOG, &from->to, reason))
		core_log(step, LOG_REMOTE, "refused on the mesh from=%s reason=\"%s\"",
		         addr_format(&from->to, text), why);
}

static void move(struct step *step, struct peer *p, const struct endpoint *from)
{
	char before[ADDR_TEXT_MAX], after[ADDR_TEXT_MAX];

	count(step, COUNT_MESH_MOVED);
	core_log(step, LOG_INFO, "link moved peer=%s from=%s to=%s", peer_conf(step->core, p)->name,
	         p->has_address ? addr_format(&p->at.to, before) : "-",
	         addr_format(&from->to, after));
	p->at = *from;
	p->has_address = true;
	rows_peer(step, p, CHANGE_UPDATE);
}

/* May the peer speak from there? Called for authentic datagrams only; `fresh`: with a time stamp
 * that is young. */
bool peer_speaks_from(struct step *step, struct peer *p, const struct endpoint *from, bool fresh)
{
	bool relaxed = peer_conf(step->core, p)->relaxed;

	if (p->has_address && endpoint_same(&p->at, from))
		return true;
	if (!p->has_address || (relaxed && (fresh || step->now - p->heard > ADDRESS_SILENCE_MS))) {
		move(step, p, from);
		return true;
	}
	complain(step, from, COUNT_MESH_ADDRESS, "not the address of this neighbour");
	return false;
}

static void on_stun(struct step *step, struct peer *p)
{
	const struct conf_peer *c = peer_conf(step->core, p);

	count(step, COUNT_MESH_STUN);
	if (!c->accept_stun) {
		if (limit_allows(step, LIMIT_LOG, &p->at.to, COUNT_MESH_STUN))
			core_log(step, LOG_REMOTE, "stun refused peer=%s", c->name);
		return;
	}
	if (p->stunned_until == TICK_NEVER)
		return;
	p->stunned_until = step->now + c->stun_ms;
	rows_peer(step, p, CHANGE_UPDATE);
	core_log(step, LOG_WARN, "stunned by peer=%s for %lu s", c->name,
	         (unsigned long)(c->stun_ms / 1000));
}

/* Versions only rise; 2 and 3 are dead and later ones are not ours. */
static void on_version(struct step *step, struct peer *p, uint8_t version)
{
	bool known = version == 1 || version == 4 || version == 5;

	if (known && version > p->version) {
		p->version = version;
		rows_peer(step, p, CHANGE_UPDATE);
	} else if (!known) {
		count(step, COUNT_MESH_VERSION);
	}
}

static void on_control(struct step *step, struct peer *p, const struct obp_message *m,
                       const struct endpoint *from)
{
	if (!is_fbp(step->core, p)) {
		count(step, COUNT_FOREIGN);
		return;
	}
	if (!peer_speaks_from(step, p, from, false))
		return;
	peer_heard(step, p);
	switch (m->kind) {
	case OBP_KEEPALIVE:
		break;
	case OBP_STUN:
		on_stun(step, p);
		break;
	case OBP_VERSION:
		on_version(step, p, m->version);
		break;
	case OBP_QUENCH:
		relay_quench(step, p, m->quench.tg, m->quench.stream);
		break;
	case OBP_BURST:
	case OBP_KINDS:
		break;
	}
}

/* What the search for a sender has found out. */
enum sender { SENDER_NONE, SENDER_FORGED, SENDER_WRONG_SERVER, SENDER_FOUND };

/* Is it of this peer? A peer whose address we know and hold to is not asked about others. */
static enum sender is_of(const struct step *step, const struct peer *p, const struct event *event,
                         const struct obp_message *m, bool here)
{
	const struct conf_peer *c = peer_conf(step->core, p);
	bool same = p->has_address && endpoint_same(&p->at, &event->datagram.from);

	if (c->socket != event->datagram.from.socket || same != here ||
	    (!same && p->has_address && !c->relaxed))
		return SENDER_NONE;
	if (!obp_authentic(&p->key, event->datagram.bytes, event->datagram.len, m))
		return SENDER_FORGED;
	if (m->kind == OBP_BURST && c->remote_id && c->remote_id != m->burst.frame.client)
		return SENDER_WRONG_SERVER;
	return SENDER_FOUND;
}

/* First who is known at that address, then who may come from anywhere. */
static enum sender find_sender(const struct step *step, const struct event *event,
                               const struct obp_message *m, struct peer **found)
{
	enum sender most = SENDER_NONE;
	struct peer *p;

	for (int here = 1; here >= 0; here--)
		for (uint32_t at = POOL_NONE; (p = pool_next(&step->core->peers.pool, &at));) {
			enum sender s = is_of(step, p, event, m, here);
			if (s > most)
				most = s;
			if (s != SENDER_FOUND)
				continue;
			*found = p;
			return s;
		}
	return most;
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
		complain(step, from, COUNT_FOREIGN, "a kind that is not spoken here");
		return;
	case PARSE_BAD:
		complain(step, from, COUNT_MALFORMED, reason);
		return;
	case PARSE_OK:
		break;
	}
	switch (find_sender(step, event, &m, &p)) {
	case SENDER_NONE:
		complain(step, from, COUNT_MESH_STRANGER, "no such neighbour");
		return;
	case SENDER_FORGED:
		complain(step, from, COUNT_MESH_FORGED, "not authentic");
		return;
	case SENDER_WRONG_SERVER:
		complain(step, from, COUNT_MESH_WRONG_SERVER,
		         "not the server id of this neighbour");
		return;
	case SENDER_FOUND:
		break;
	}
	if (m.kind != OBP_BURST)
		on_control(step, p, &m, from);
	else if (is_fbp(step->core, p) == (m.version > 1))
		relay_burst(step, p, &m, from);
	else {
		complain(step, from, COUNT_MESH_VERSION,
		         "a burst of another version than this link's");
		if (is_fbp(step->core, p) && endpoint_same(&p->at, from) &&
		    bucket_take(&p->versions, step->now, 1000, 1))
			send_version(step, p);
	}
}

/* A name has a new address: taken when the link is not alive at the old one. */
void mesh_address(struct step *step, uint32_t index, const struct addr *to)
{
	struct peer *p = peer_at(&step->core->peers, index);

	if (!p ||
	    (p->has_address && (addr_equal(&p->at.to, to) || (is_fbp(step->core, p) && p->up))))
		return;
	struct endpoint where = {.to = *to,
	                         .socket = p->at.socket,
	                         .from = *conf_socket_bind(step->core->conf, p->at.socket)};
	move(step, p, &where);
	if (is_fbp(step->core, p)) {
		p->version_due = step->now;
		expire_at(step, &p->timer, EXPIRE_PEER, &p->row, step->now);
	}
}

/* The peer whose name is the first `len` octets. */
static struct peer *find_by_name(const struct core *core, const char *name, size_t len)
{
	struct peer *p;

	for (uint32_t at = POOL_NONE; (p = pool_next(&core->peers.pool, &at));) {
		const char *own = peer_conf(core, p)->name;
		if (strlen(own) == len && memcmp(own, name, len) == 0)
			return p;
	}
	return NULL;
}

/* Until it is cleared, and the neighbour is told. */
static void stun(struct step *step, struct peer *p)
{
	p->stunned_until = TICK_NEVER;
	if (is_fbp(step->core, p))
		send_tag(step, p, obp_write_stun);
}

static void clear(struct step *step, struct peer *p)
{
	(void)step;
	p->stunned_until = TICK_LONG_AGO;
}

/* Forgets what was learned of the neighbour, and its stun with it. */
static void reset(struct step *step, struct peer *p)
{
	controls_forget(&step->core->controls, p->row.index);
	if (!peer_conf(step->core, p)->host[0]) /* a name was resolved before and will be again */
		peer_reset_address(p, step->core->conf);
	p->version = 0;
	p->heard = p->stunned_until = p->version_due = TICK_LONG_AGO;
	p->answers_probes = false;
	p->offset_ms = 0;
	if (is_fbp(step->core, p))
		set_up(step, p, false);
	expire_at(step, &p->timer, EXPIRE_PEER, &p->row, step->now);
}

static const struct {
	const char *word;
	void (*perform)(struct step *step, struct peer *p);
	const char *done;
} orders[] = {
	{"stun", stun, "no traffic with this peer until cleared"},
	{"clear", clear, "traffic with this peer again"},
	{"reset", reset, "what was learned of this peer is forgotten"},
};

void mesh_command(struct step *step, const struct command *c)
{
	size_t len = strcspn(c->text, " ");
	const char *word = c->text + len + strspn(c->text + len, " ");
	struct peer *p = find_by_name(step->core, c->text, len);

	for (size_t i = 0; p && i < ARRAY_LEN(orders); i++) {
		if (strcmp(orders[i].word, word) != 0)
			continue;
		orders[i].perform(step, p);
		rows_peer(step, p, CHANGE_UPDATE);
		rows_reply(step, c->number, true, orders[i].done);
		return;
	}
	rows_reply(step, c->number, false, p ? "stun, clear or reset?" : "no such peer");
}
