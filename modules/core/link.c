#include "core/link.h"

#include "core/limit.h"
#include "core/rows.h"

#define LINK_SILENCE_MS (60 * TICK_SECOND) /* nothing heard for so long: down */
/* Of the old address, before a keepalive moves the link. */
#define ADDRESS_SILENCE_MS (30 * TICK_SECOND)

bool link_is_fbp(const struct core *core, const struct peer *p)
{
	return peer_conf(core, p)->protocol == PEER_FBP;
}

/* A keepalive link hears us while it is alive, and in the first minute, when it cannot have spoken
 * yet. */
bool link_may_hear(const struct step *step, const struct peer *p)
{
	bool alive =
		step->now - p->heard < LINK_SILENCE_MS ||
		(p->heard == TICK_LONG_AGO && step->now - step->core->started < LINK_SILENCE_MS);

	return p->has_address && peer_is_admitted(p) && !peer_is_stunned(p, step->now) &&
	       (alive || !link_is_fbp(step->core, p));
}

struct send *link_send(struct step *step, struct peer *p, struct wr *w)
{
	struct send *send = p->has_address ? actions_send(step->actions) : NULL;

	if (send)
		*w = wr_make(send->bytes, sizeof(send->bytes));
	return send;
}

void link_sent(struct step *step, struct peer *p, struct send *send, const struct wr *w)
{
	send->len = (uint16_t)wr_len(w);
	actions_target(step->actions, send, &p->at, 0);
}

void link_set_up(struct step *step, struct peer *p, bool up)
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

void link_keep_up(struct step *step, struct peer *p)
{
	if (p->up && step->now - p->heard >= LINK_SILENCE_MS)
		link_set_up(step, p, false);
}

void link_heard(struct step *step, struct peer *p)
{
	p->heard = step->now;
	link_set_up(step, p, true);
}

void link_complain(struct step *step, const struct endpoint *from, enum counter reason,
                   const char *why)
{
	char text[ADDR_TEXT_MAX];

	count(step, reason);
	if (limit_allows(step, LIMIT_LOG, &from->to, reason))
		core_log(step, LOG_REMOTE, "refused on the mesh from=%s reason=\"%s\"",
		         addr_format(&from->to, text), why);
}

void link_move(struct step *step, struct peer *p, const struct endpoint *to)
{
	char before[ADDR_TEXT_MAX], after[ADDR_TEXT_MAX];

	count(step, COUNT_MESH_MOVED);
	core_log(step, LOG_INFO, "link moved peer=%s from=%s to=%s", peer_conf(step->core, p)->name,
	         p->has_address ? addr_format(&p->at.to, before) : "-",
	         addr_format(&to->to, after));
	p->at = *to;
	p->has_address = true;
	rows_peer(step, p, CHANGE_UPDATE);
}

bool link_speaks_from(struct step *step, struct peer *p, const struct endpoint *from, bool fresh)
{
	bool relaxed = peer_conf(step->core, p)->relaxed;

	if (p->has_address && endpoint_same(&p->at, from)) {
		if (!addr_is_any(&p->at.from))
			p->at.from = from->from; /* our own address may be another by now */
		return true;
	}
	if (!p->has_address || (relaxed && (fresh || step->now - p->heard > ADDRESS_SILENCE_MS))) {
		link_move(step, p, from);
		return true;
	}
	link_complain(step, from, COUNT_MESH_ADDRESS, "not the address of this neighbour");
	return false;
}
