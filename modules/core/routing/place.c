/*
 * Where a call goes, decided at its first frame: it runs in its conference, waits while another
 * call speaks there, goes to one radio or to the echo, is a command, or is ignored because nobody
 * may hear it.
 */
#include "core/routing/place.h"

#include "conf/access.h"
#include "core/conference/call.h"
#include "core/conference/dial.h"
#include "core/routing/locate.h"
#include "core/step/number.h"
#include "core/conference/player.h"
#include "core/delivery/link.h"
#include "core/delivery/relay.h"
#include "core/delivery/transit.h"
#include "core/delivery/refuse.h"
#include "core/conference/subscribe.h"
#include "core/step/source.h"
#include "core/telling/decision.h"
#include "state/pool.h"

static enum verdict judge_lists(const struct step *step, const struct session *s,
                                const struct stream *x)
{
	const struct conf_calls *server = &step->core->conf->server.calls;
	const struct conf_listener *listener = listener_conf(step->core, s);
	int slot = x->slot - 1;

	if (blocklist_of_id(&step->core->blocks, x->src))
		return REFUSED_RADIO_BLOCKED;
	if (!access_permits(&server->subscribers, x->src))
		return REFUSED_SERVER_SUBSCRIBERS;
	if (!access_permits(&server->talkgroups[slot], x->dst))
		return slot ? REFUSED_SERVER_TALKGROUPS_2 : REFUSED_SERVER_TALKGROUPS_1;
	if (listener && !access_permits(&listener->calls.subscribers, x->src))
		return REFUSED_LISTENER_SUBSCRIBERS;
	if (listener && !access_permits(&listener->calls.talkgroups[slot], x->dst))
		return slot ? REFUSED_LISTENER_TALKGROUPS_2 : REFUSED_LISTENER_TALKGROUPS_1;
	return ACCEPTED;
}

/* The echo: recorded for the caller only, and played back when the call ends. */
static void place_echo(struct step *step, struct stream *x)
{
	if (x->data)
		return;
	x->conversation = ECHO_TG;
	x->state = CALL_RUNNING;
	player_record(step, x);
	decision_call(step, x,
	              handle_is_none(x->recording) ? "refused: no room for another echo" : "echo",
	              0);
	call_tell(step, x);
}

/* A group call: its conference, and whether it may speak there (decisions 1 and 8). */
static void place_group(struct step *step, struct session *s, struct stream *x)
{
	struct core *core = step->core;

	if (x->dst == ECHO_TG) {
		place_echo(step, x);
		return;
	}
	struct subscription *u =
		x->data ? subscription_find(&core->subscriptions, s, x->slot, x->dst)
			: subscribe_keyed(step, s, x->slot, x->dst);

	const struct conference *c = u ? conference_at(&core->subscriptions, u->conference) : NULL;
	if (!c) {
		refuse_call(step, REFUSED_NO_CONFERENCE, x);
		return;
	}
	uint32_t tg = c->tg;
	if (tg == ECHO_TG) {
		place_echo(step, x);
		return;
	}
	x->conversation = tg;
	/* a copy of the speaking call also waits: its path may be the one that survives */
	bool waits = !x->data && stream_get(&core->streams, c->speaker);
	if (waits || !relay_has(step, x))
		call_join(step, x);
	else
		refuse_call(step, REFUSED_HANDED_BACK, x);
}

/* A repeater does not pass calls between its own slots; an uplink's server does. */
static bool is_where_it_comes_from(const struct stream *x, const struct session *s, uint8_t slot)
{
	return handle_equal(pool_handle(&s->row), x->session) &&
	       (session_is_uplink(s) || x->slot == slot);
}

static bool add_target(const struct core *core, struct stream *x, struct session *s, uint8_t slot)
{
	struct handle h = pool_handle(&s->row);

	slot = s->simplex ? 2 : slot;
	if (s->state != SESSION_CONNECTED || is_where_it_comes_from(x, s, slot) ||
	    (session_is_uplink(s) && !transit_climbs(core, s, x)))
		return false;
	for (size_t i = 0; i < STREAM_TARGETS; i++) { /* never: there is room for each kind */
		if (handle_equal(x->targets[i].session, h))
			return true;
		if (handle_is_none(x->targets[i].session)) {
			x->targets[i] = (struct leg){h, slot};
			return true;
		}
	}
	return false;
}

/* The call goes to a neighbour alone if the radio was last heard there, and it is up and accepts
 * data. */
static bool aim_at_peer(struct step *step, struct stream *x, const struct location *at)
{
	const struct peer *p = source_peer(step->core, at->origin);

	if (!p || source_equal(at->origin, x->origin) ||
	    peer_conf(step->core, p)->protocol != PEER_FBP || !link_may_hear(step, p))
		return false;
	x->peer = p->row.index;
	return true;
}

/* The call goes to this slot and no neighbour. */
static bool aim_at(const struct core *core, struct stream *x, struct session *s, uint8_t slot)
{
	if (!add_target(core, x, s, slot))
		return false;
	x->peer = PEER_NONE;
	return true;
}

/* The radio was never heard: tries the uplinks. */
static bool climb(const struct core *core, struct stream *x)
{
	for (uint32_t i = 0; i < core->conf->uplink_count; i++)
		if (core->conf->uplink[i].default_route &&
		    add_target(core, x, source_session(core, (struct source){SOURCE_UPLINK, i}),
		               x->slot))
			return true;
	return false;
}

/* Where the radio is, and its own hotspot if that is elsewhere: the hotspot alone if where the
 * radio is is unknown or an uplink this call may not use. */
static bool locate_radio(struct step *step, struct stream *x)
{
	const struct core *core = step->core;
	const struct location *at = locate_find(step, x->dst);
	struct session *s = at ? source_session(core, at->origin) : NULL;

	struct session *own = locate_own(core, x->dst);

	if (s && aim_at(core, x, s, at->slot)) {
		if (own && !locate_is_own(at->origin, x->dst))
			(void)add_target(core, x, own, 2);
		return true;
	}
	if (s ? !session_is_uplink(s) : at && aim_at_peer(step, x, at))
		return false;
	if (own)
		return aim_at(core, x, own, 2);
	return !s && climb(core, x);
}

/*
 * Gives a call to one radio its targets (decision 18): the client and slot where that radio is,
 * else a client whose id is the radio's with a suffix; a copy of data goes to the
 * gateway. False if the radio was never heard.
 */
static bool locate(struct step *step, struct stream *x)
{
	uint32_t gateway = step->core->conf->server.data_gateway;
	struct session *s =
		x->data && gateway ? session_find(&step->core->sessions, gateway) : NULL;
	bool found = x->dst != DATA_NUMBER && locate_radio(step, x);

	return (s && add_target(step->core, x, s, x->slot)) || found ||
	       relay_carries_unit(step->core, x);
}

/* A private call from an uplink goes to where the radio was heard (decision 18). Some servers send
 * back calls that already run here (decision 23). */
static enum verdict judge_unit(struct step *step, struct stream *x, bool private_calls)
{
	if (relay_has(step, x))
		return REFUSED_HANDED_BACK;
	if (!x->data && !private_calls)
		return REFUSED_PRIVATE_CALL;
	return locate(step, x) ? ACCEPTED : REFUSED_RADIO_UNKNOWN;
}

static void place_unit(struct step *step, struct stream *x, bool private_calls)
{
	x->conversation = CONVERSATION_PAIR | (x->src ^ x->dst);
	enum verdict verdict = judge_unit(step, x, private_calls);
	if (verdict != ACCEPTED) {
		refuse_call(step, verdict, x);
		return;
	}
	decision_call(step, x, "carried to where the radio was last heard", 0);
	x->state = CALL_RUNNING;
	call_tell(step, x);
}

/* A client's call: its subscriptions determine the conference, and it may be a command. */
static void place_from_client(struct step *step, struct session *s, struct stream *x)
{
	if (dial_is_command(x)) {
		decision_call(step, x, "command", x->dst);
		if (x->dst == ECHO_TG)
			player_record(step, x);
	} else if (x->unit) {
		place_unit(step, x, s->private_calls);
	} else {
		place_group(step, s, x);
	}
}

/* An uplink's call: the map determines the conference, and it is never a command. */
static void place_from_uplink(struct step *step, const struct session *s, struct stream *x)
{
	const struct subscriptions *t = &step->core->subscriptions;
	const struct subscription *u = subscription_find(t, s, x->slot, x->dst);
	const struct uplink *from = source_uplink(step->core, x->origin);

	if (x->unit) {
		place_unit(step, x, uplink_conf(step->core, from)->private_calls);
		return;
	}
	if (!u) {
		refuse_call(step, REFUSED_NOT_IN_MAP, x);
		return;
	}
	x->conversation = subscription_tg(t, u);
	call_join(step, x);
}

/* A call from the mesh: its number alone determines the conference. */
static void place_from_peer(struct step *step, struct stream *x)
{
	if (x->unit) {
		place_unit(step, x, false);
		return;
	}
	x->conversation = x->dst;
	call_join(step, x);
}

void place(struct step *step, struct stream *x)
{
	struct session *s = session_get(&step->core->sessions, x->session);
	enum verdict verdict = s ? judge_lists(step, s, x) : ACCEPTED; /* checked by mesh/arrive */

	x->state = CALL_IGNORED;
	if (!x->data)
		count(step, COUNT_CALLS);
	if (verdict != ACCEPTED) {
		refuse_call(step, verdict, x);
		x->denied = true;
	} else if (!s) {
		place_from_peer(step, x);
	} else if (session_is_uplink(s)) {
		place_from_uplink(step, s, x);
	} else {
		place_from_client(step, s, x);
	}
}
