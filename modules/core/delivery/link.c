#include "core/delivery/link.h"

#include "core/step/limit.h"
#include "core/telling/rows.h"

#define LINK_DOWN_MS                                                                               \
	(22 * TICK_SECOND) /* silence until a link is down; allows for a lost keepalive */
#define LINK_SILENCE_MS (60 * TICK_SECOND) /* silence until we stop sending */
/* Silence of the old address before a keepalive moves the link. */
#define ADDRESS_SILENCE_MS (30 * TICK_SECOND)
#define QUENCH_EVERY_MS (2 * TICK_SECOND)
#define LINK (UINT64_C(1) << 32) /* no client has such an ID */

bool link_is_fbp(const struct core *core, const struct peer *p)
{
	return peer_conf(core, p)->protocol == PEER_FBP;
}

bool link_is_watched(const struct core *core, const struct peer *p)
{
	return link_is_fbp(core, p) && peer_conf(core, p)->keepalive;
}

/* A link with keepalives receives calls while it is alive, and in its first minute, before its
 * first keepalive. */
bool link_may_hear(const struct step *step, const struct peer *p)
{
	bool alive = step->now - p->heard < LINK_SILENCE_MS ||
	             (p->heard == TICK_LONG_AGO && step->now - p->since < LINK_SILENCE_MS);

	return p->has_address && !peer_is_stunned(p, step->now) &&
	       (alive || !link_is_watched(step->core, p));
}

void link_send(struct step *step, const struct peer *p, struct send *send, const struct wr *w)
{
	if (p->has_address)
		actions_sent(step->actions, send, w, &p->at, 0);
}

void link_set_up(struct step *step, struct peer *p, bool up)
{
	char text[ADDR_TEXT_MAX];

	if (p->up == up)
		return;
	p->up = up;
	p->since = step->now;
	rows_tell(step, KIND_PEER, p, CHANGE_UPDATE, CAUSE_NONE);
	core_log(step, up ? LOG_INFO : LOG_WARN, "link %s peer=%s at=%s", up ? "up" : "down",
	         peer_conf(step->core, p)->name, addr_format(&p->at.to, text));
}

tick_t link_keep_up(struct step *step, struct peer *p)
{
	if (p->up && step->now - p->heard >= LINK_DOWN_MS)
		link_set_up(step, p, false);
	return p->up ? p->heard + LINK_DOWN_MS : TICK_NEVER;
}

void link_heard(struct step *step, struct peer *p)
{
	bool first = p->heard == TICK_LONG_AGO;

	p->heard = step->now;
	if (first && p->up)
		rows_tell(step, KIND_PEER, p, CHANGE_UPDATE, CAUSE_NONE);
	link_set_up(step, p, true);
}

bool link_tell(struct step *step, struct peer *p)
{
	bool now = limit_allows(step, LIMIT_LINES, &(struct addr){0}, LINK | p->row.index);

	if (now)
		rows_tell(step, KIND_PEER, p, CHANGE_UPDATE, CAUSE_NONE);
	else
		p->troubles_told = UINT64_MAX;
	return now;
}

void link_move(struct step *step, struct peer *p, const struct endpoint *to)
{
	char before[ADDR_TEXT_MAX] = "-", after[ADDR_TEXT_MAX];

	count(step, COUNT_MESH_MOVED);
	if (p->has_address)
		addr_format(&p->at.to, before);
	p->at = *to;
	p->has_address = true;
	if (link_tell(step, p))
		core_log(step, LOG_INFO, "link moved peer=%s from=%s to=%s",
		         peer_conf(step->core, p)->name, before, addr_format(&to->to, after));
}

static bool is_at(const struct peer *p, const struct endpoint *from)
{
	return p->has_address && endpoint_same(&p->at, from);
}

/* Has the link been silent for long? Without any datagram, counts from our start. */
static bool is_silent(const struct step *step, const struct peer *p)
{
	tick_t since = p->heard > step->core->started ? p->heard : step->core->started;

	return step->now - since > ADDRESS_SILENCE_MS;
}

bool link_is_lost(const struct step *step, const struct peer *p)
{
	return !peer_knows_address(p) || is_silent(step, p);
}

bool link_is_target(const struct peer *p, const struct endpoint *from)
{
	return p->target.port && addr_equal(&p->target, &from->to);
}

bool link_may_speak_from(const struct step *step, const struct peer *p, const struct endpoint *from,
                         bool fresh)
{
	if (is_at(p, from) || link_is_target(p, from))
		return true;
	if (link_is_fbp(step->core, p))
		return fresh;
	return link_is_lost(step, p); /* version 1 has no stamps to be fresh by */
}

void link_speaks_from(struct step *step, struct peer *p, const struct endpoint *from)
{
	if (is_at(p, from))
		p->at.from = from->from; /* our address it sent to: we answer from there */
	else
		link_move(step, p, from);
}

bool link_brings(const struct core *core, const struct peer *p, uint32_t tg, uint32_t stream)
{
	struct stream_key key = {.origin = peer_source(p), .id = stream, .dst = tg, .slot = 1};

	for (unsigned kind = 0; kind < 4; kind++) {
		key.unit = kind & 1;
		key.data = kind & 2;
		const struct stream *x = stream_find(&core->streams, &key);
		if (x && x->state != CALL_IGNORED)
			return true;
	}
	return false;
}

void link_quench(struct step *step, struct peer *p, uint32_t tg, uint32_t stream)
{
	struct wr w;

	if (!link_is_fbp(step->core, p) || link_brings(step->core, p, tg, stream))
		return;
	struct quench *c = quench_make(&step->core->quenches, p->row.index, stream, tg);
	if (step->now - c->told < QUENCH_EVERY_MS)
		return;
	struct send *send = actions_send(step->actions, &w);
	c->told = step->now;
	obp_write_quench(&w, &p->key, tg, stream);
	link_send(step, p, send, &w);
	p->quenches_out_total++;
	count(step, COUNT_MESH_QUENCHES_SENT);
}
