/*
 * State from before a restart or a reconnect, sent by the reporter (decision 27). Applied if it
 * still fits the configuration and the client's options; there is no reply.
 */
#include "core/routing/restore.h"

#include "core/conference/dial.h"
#include "core/conference/subscribe.h"
#include "core/step/expire.h"
#include "core/telling/rows.h"

#include <string.h>

#define SECONDS_MAX (366u * 24 * 3600)

/* The dialled talkgroup replaces the default reflector, as it did when dialled. */
static struct subscription *restore_dialled(struct step *step, struct session *s, uint32_t tg)
{
	struct subscription *x = subscribe_link_of(step, s);

	if (x && x->mode != SUBSCRIPTION_DEFAULT)
		return x;
	if (!dial_is_link(tg) || !dial_link(step, s, tg))
		return NULL;
	return subscribe_link_of(step, s);
}

static struct subscription *restore_keyed(struct step *step, struct session *s, uint8_t slot,
                                          uint32_t tg)
{
	struct subscription *x = subscription_find(&step->core->subscriptions, s, slot, tg);

	if (x || tg_is_prohibited(tg))
		return x;
	return subscribe_begin(step, s, slot, tg, tg, SUBSCRIPTION_USER);
}

void restore_subscription(struct step *step, const struct command *c)
{
	struct session *s = session_find(&step->core->sessions, c->restore.client);
	enum subscription_mode mode = c->restore.mode;
	struct subscription *x = NULL;

	if (!s || s->state != SESSION_CONNECTED || c->restore.seconds > SECONDS_MAX)
		return;
	uint8_t slot = session_slot_number(s, session_slot(s, c->restore.slot));
	if (mode == SUBSCRIPTION_DIAL)
		x = restore_dialled(step, s, c->restore.conference);
	if (mode == SUBSCRIPTION_USER)
		x = restore_keyed(step, s, slot, c->restore.tg);
	if (x && x->mode == mode)
		subscribe_resume_timer(step, s, x, (tick_t)c->restore.seconds * TICK_SECOND);
}

void restore_location(struct step *step, const struct command *c)
{
	if (c->locate.seconds <= SECONDS_MAX &&
	    !location_find(&step->core->locations, c->locate.radio))
		location_learn(&step->core->locations, c->locate.radio,
		               source_client(c->locate.client), c->locate.slot == 1 ? 1 : 2,
		               step->now - (tick_t)c->locate.seconds * TICK_SECOND);
}

/* A configured target outranks it, and so does what was heard since. */
static void restore_address(struct step *step, struct peer *p, const struct addr *at)
{
	char text[ADDR_TEXT_MAX];

	if (p->has_address || peer_conf(step->core, p)->target[0] || !at->port)
		return;
	p->at.to = *at;
	p->has_address = p->remembered = true;
	p->version_due = p->keepalive_due = step->now;
	expire_at(step->core, KIND_PEER, p, step->now);
	rows_tell(step, KIND_PEER, p, CHANGE_UPDATE, CAUSE_NONE);
	core_log(step, LOG_INFO, "link remembered peer=%s at=%s", peer_conf(step->core, p)->name,
	         addr_format(at, text));
}

void restore_neighbour(struct step *step, const struct command *c)
{
	POOL_EACH(struct peer *, p, &step->core->peers.pool) {
		if (strcmp(peer_conf(step->core, p)->name, c->neighbour.name) != 0)
			continue;
		p->stun_spent |= c->neighbour.stunned;
		restore_address(step, p, &c->neighbour.at);
	}
}
