/*
 * Links to other servers: who sent this datagram, is it authentic, is the link up, and what the
 * operator or the neighbour says about it. Nothing of a link changes before its MAC has been
 * verified (decision 19); bursts go to relay.
 *
 * DIFFERS: FreeDMR moves a link to whatever address a keepalive comes from, and such a keepalive
 * can be replayed for ever. Here it takes relaxed = yes, and a silent old address or a fresh burst.
 */
#include "core/mesh.h"

#include <string.h>

#include "core/arrive.h"
#include "core/event.h"
#include "core/limit.h"
#include "core/link.h"
#include "core/relay.h"
#include "core/rows.h"
#include "core/uplink.h"
#include "wire/obp.h"

#define KEEPALIVE_MS (10 * TICK_SECOND)
#define VERSION_MS (60 * TICK_SECOND)
#define VERSION_OURS 5

void mesh_open(struct core *core)
{
	struct peer *p;

	peers_fill(&core->peers, core->conf);
	for (uint32_t at = POOL_NONE; (p = pool_next(&core->peers.pool, &at));) {
		p->since = core->started;
		p->up = !link_is_fbp(core, p); /* nothing tells whether an OpenBridge is there */
		expiry_set(&core->expiry, &p->timer, EXPIRE_PEER, pool_handle(&p->row),
		           core->started);
	}
}

static void send_tag(struct step *step, struct peer *p,
                     void (*put)(struct wr *w, const struct obp_key *key))
{
	struct wr w;
	struct send *send = link_send(step, p, &w);

	if (!send)
		return;
	put(&w, &p->key);
	link_sent(step, p, send, &w);
}

static void send_version(struct step *step, struct peer *p)
{
	struct wr w;
	struct send *send = link_send(step, p, &w);

	if (!send)
		return;
	obp_write_version(&w, &p->key, VERSION_OURS);
	link_sent(step, p, send, &w);
}

static void keep_alive(struct step *step, struct peer *p)
{
	link_keep_up(step, p);
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
	if (link_is_fbp(core, p))
		keep_alive(step, p);
	tell_troubles(step, p);
	expire_at(step, &p->timer, EXPIRE_PEER, &p->row, step->now + KEEPALIVE_MS);
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
	if (!link_is_fbp(step->core, p)) {
		count(step, COUNT_FOREIGN);
		return;
	}
	if (!link_speaks_from(step, p, from, false))
		return;
	link_heard(step, p);
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
		link_complain(step, from, COUNT_FOREIGN, "a kind that is not spoken here");
		return;
	case PARSE_BAD:
		link_complain(step, from, COUNT_MALFORMED, reason);
		return;
	case PARSE_OK:
		break;
	}
	switch (find_sender(step, event, &m, &p)) {
	case SENDER_NONE:
		link_complain(step, from, COUNT_MESH_STRANGER, "no such neighbour");
		return;
	case SENDER_FORGED:
		link_complain(step, from, COUNT_MESH_FORGED, "not authentic");
		return;
	case SENDER_WRONG_SERVER:
		link_complain(step, from, COUNT_MESH_WRONG_SERVER,
		              "not the server id of this neighbour");
		return;
	case SENDER_FOUND:
		break;
	}
	if (m.kind != OBP_BURST)
		on_control(step, p, &m, from);
	else if (link_is_fbp(step->core, p) == (m.version > 1))
		arrive_burst(step, p, &m, from);
	else {
		link_complain(step, from, COUNT_MESH_VERSION,
		              "a burst of another version than this link's");
		if (link_is_fbp(step->core, p) && endpoint_same(&p->at, from) &&
		    bucket_take(&p->versions, step->now, 1000, 1))
			send_version(step, p);
	}
}

/* A name has a new address: taken when the link is not alive at the old one. */
void mesh_address(struct step *step, uint32_t index, const struct addr *to)
{
	struct peer *p = peer_at(&step->core->peers, index);

	if (!p || (p->has_address &&
	           (addr_equal(&p->at.to, to) || (link_is_fbp(step->core, p) && p->up))))
		return;
	struct endpoint where = {.to = *to,
	                         .socket = p->at.socket,
	                         .from = *conf_socket_bind(step->core->conf, p->at.socket)};
	link_move(step, p, &where);
	if (link_is_fbp(step->core, p)) {
		p->version_due = step->now;
		expire_at(step, &p->timer, EXPIRE_PEER, &p->row, step->now);
	}
}

static bool is_name(const char *own, const char *name, size_t len)
{
	return strlen(own) == len && memcmp(own, name, len) == 0;
}

/* The peer whose name is the first `len` octets. */
static struct peer *find_by_name(const struct core *core, const char *name, size_t len)
{
	struct peer *p;

	for (uint32_t at = POOL_NONE; (p = pool_next(&core->peers.pool, &at));)
		if (is_name(peer_conf(core, p)->name, name, len))
			return p;
	return NULL;
}

static struct uplink *find_uplink(const struct core *core, const char *name, size_t len)
{
	for (uint32_t i = 0; i < core->conf->uplink_count; i++)
		if (is_name(core->conf->uplink[i].name, name, len))
			return uplink_at(&core->uplinks, i);
	return NULL;
}

/* Until it is cleared, and the neighbour is told. */
static void stun(struct step *step, struct peer *p)
{
	p->stunned_until = TICK_NEVER;
	if (link_is_fbp(step->core, p))
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
	p->newest_ns = 0;
	if (link_is_fbp(step->core, p))
		link_set_up(step, p, false);
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
	struct uplink *u = find_uplink(step->core, c->text, len);

	for (size_t i = 0; p && i < ARRAY_LEN(orders); i++) {
		if (strcmp(orders[i].word, word) != 0)
			continue;
		orders[i].perform(step, p);
		rows_peer(step, p, CHANGE_UPDATE);
		rows_reply(step, c->number, true, orders[i].done);
		return;
	}
	bool reset_uplink = u && strcmp(word, "reset") == 0;
	if (reset_uplink)
		uplink_reset(step, u);
	rows_reply(step, c->number, reset_uplink,
	           reset_uplink ? "it logs in anew"
	           : u          ? "an uplink takes no order but reset"
	           : p          ? "stun, clear or reset?"
	                        : "no such peer");
}
