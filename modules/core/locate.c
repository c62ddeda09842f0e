/*
 * Where a call to one radio goes (decision 18): to the client and slot where that radio was last
 * heard, else to a client whose id is the radio's with a suffix; a copy of data to the gateway.
 */
#include "core/locate.h"

#include "core/link.h"
#include "core/number.h"
#include "core/relay.h"
#include "core/transit.h"

#define LOCATION_AGE_MS (24 * 60 * TICK_MINUTE)
#define DATA_NUMBER 900999u /* position reports: for the gateway alone */

static bool add_target(const struct core *core, struct stream *x, struct session *s, uint8_t slot)
{
	struct handle h = pool_handle(&s->row);

	if (s->state != SESSION_CONNECTED || handle_equal(h, x->session) ||
	    (session_is_uplink(s) && !transit_climbs(core, s, x)))
		return false;
	for (size_t i = 0; i < STREAM_TARGETS; i++) {
		if (handle_equal(x->targets[i].session, h))
			return true;
		if (handle_is_none(x->targets[i].session)) {
			x->targets[i] = (struct leg){h, s->simplex ? 2 : slot};
			return true;
		}
	}
	return false;
}

/* The radio's own hotspot: its id, or its id with one of the suffixes 01..99 or 1..9. */
static struct session *own_hotspot(const struct core *core, uint32_t radio)
{
	struct session *s = session_find(&core->sessions, radio);

	for (uint32_t i = 0; !s && i < 100; i++)
		s = session_find(&core->sessions, radio * 100 + i);
	for (uint32_t i = 0; !s && i < 10; i++)
		s = session_find(&core->sessions, radio * 10 + i);
	return s;
}

/* Was it heard from a neighbour that is there and takes data? Then it goes that way alone. */
static bool is_behind_peer(struct step *step, struct stream *x, const struct location *at)
{
	const struct peer *p = at->client >= ORIGIN_PEER
	                               ? peer_at(&step->core->peers, at->client - ORIGIN_PEER)
	                               : NULL;

	if (!p || at->client == x->origin || step->now - at->at >= LOCATION_AGE_MS ||
	    peer_conf(step->core, p)->protocol != PEER_FBP || !link_may_hear(step, p))
		return false;
	x->peer = p->row.index;
	return true;
}

static struct session *session_at(const struct core *core, uint32_t client)
{
	struct session *s = uplink_session(core, client);

	return s ? s : session_find(&core->sessions, client);
}

/* It is there, and so nowhere else. */
static bool is_at(const struct core *core, struct stream *x, struct session *s, uint8_t slot)
{
	if (!add_target(core, x, s, slot))
		return false;
	x->peer = PEER_NONE;
	return true;
}

/* It was heard nowhere: perhaps a server above knows more. */
static bool climb(const struct core *core, struct stream *x)
{
	for (uint32_t i = 0; i < core->conf->uplink_count; i++)
		if (core->conf->uplink[i].default_route &&
		    add_target(core, x, uplink_session(core, ORIGIN_UPLINK + i), x->slot))
			return true;
	return false;
}

/* Where it was heard; its own hotspot when that is an uplink this call may not take, or unknown. */
static bool locate_radio(struct step *step, struct stream *x)
{
	const struct core *core = step->core;
	const struct location *at = location_find(&core->locations, x->dst);
	struct session *s = at && step->now - at->at < LOCATION_AGE_MS
	                            ? session_at(core, at->client)
	                            : NULL;

	if (s && is_at(core, x, s, at->slot))
		return true;
	if (s ? !session_is_uplink(s) : at && is_behind_peer(step, x, at))
		return false;
	struct session *own = number_is_radio(x->dst) ? own_hotspot(core, x->dst) : NULL;
	if (own)
		return is_at(core, x, own, 2);
	return !s && climb(core, x);
}

bool locate(struct step *step, struct stream *x)
{
	uint32_t gateway = step->core->conf->server.data_gateway;
	struct session *s =
		x->data && gateway ? session_find(&step->core->sessions, gateway) : NULL;
	bool found = x->dst != DATA_NUMBER && locate_radio(step, x);

	return (s && add_target(step->core, x, s, x->slot)) || found ||
	       relay_carries_unit(step->core, x);
}
