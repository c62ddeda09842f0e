/*
 * Where a call goes, decided at its first frame: it runs in its conference, waits because somebody
 * else speaks there, goes to one radio or to the echo, is a command, or is ignored because nobody
 * may hear it.
 */
#include "core/place.h"

#include "core/call.h"
#include "core/dial.h"
#include "core/locate.h"
#include "core/number.h"
#include "core/player.h"
#include "core/relay.h"
#include "core/subscribe.h"
#include "core/why.h"

/* The lists of the server, then those of the listener. */
static const char *refused_by_list(const struct step *step, const struct session *s,
                                   const struct stream *x)
{
	static const char *const subscribers[] = {"denied: subscribers of the server",
	                                          "denied: subscribers of the listener"};
	static const char *const talkgroups[][2] = {
		{"denied: talkgroups-1 of the server", "denied: talkgroups-2 of the server"},
		{"denied: talkgroups-1 of the listener", "denied: talkgroups-2 of the listener"},
	};
	const struct conf *conf = step->core->conf;
	const struct conf_calls *lists[] = {
		&conf->server.calls,
		session_is_uplink(s) ? NULL : &conf->listener[s->at.socket].calls};
	int slot = x->slot - 1;

	if (block_of_radio(&step->core->blocks, x->src))
		return "denied: blocked";
	for (size_t i = 0; i < ARRAY_LEN(lists) && lists[i]; i++) {
		if (!access_permits(&lists[i]->subscribers, x->src))
			return subscribers[i];
		if (!access_permits(&lists[i]->talkgroups[slot], x->dst))
			return talkgroups[i][slot];
	}
	return NULL;
}

/* Heard by nobody else: recorded, and played back when it ends. */
static void place_echo(struct step *step, struct stream *x)
{
	if (x->data)
		return;
	x->topic = ECHO_TG;
	x->state = CALL_RUNNING;
	player_record(step, x);
	why_call(step, x, handle_is_none(x->recording) ? "refused: the echo has no room" : "echo",
	         0);
	call_tell(step, x);
}

/* Does it hand back what runs here already (decision 23)? */
static bool is_copy(struct step *step, const struct stream *x)
{
	if (!relay_has(step, x))
		return false;
	count(step, COUNT_MESH_ECHO);
	why_call(step, x, "not carried: a copy of a call that came another way", 0);
	return true;
}

/* A call to everybody: which conference it speaks in, and whether it may (decisions 1 and 8). */
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

	if (!u) {
		count(step, COUNT_NOT_CARRIED_TG);
		why_call(step, x, "not carried: this talkgroup is no conference here", 0);
		return;
	}
	const struct conference *c = conference_at(&core->subscriptions, u->conference);
	uint32_t tg = c->tg;
	if (tg == ECHO_TG) {
		place_echo(step, x);
		return;
	}
	x->topic = tg;
	/* a copy of who speaks waits with the others: its way may be the one that lasts */
	bool waits = !x->data && stream_get(&core->streams, c->speaker);
	if (waits || !is_copy(step, x))
		call_join(step, x);
}

/* A call to one: a command when it is voice to a number, else to where that radio was heard
 * (decision 18). */
static void place_unit(struct step *step, struct stream *x, bool private_calls)
{
	x->topic = TOPIC_PAIR | (x->src ^ x->dst);
	if (is_copy(step, x))
		return;
	bool allowed = x->data || private_calls;
	if (!allowed || !locate(step, x)) {
		count(step, COUNT_NOT_CARRIED_UNIT);
		why_call(step, x,
		         allowed ? "not carried: this radio was not heard anywhere"
		                 : "not carried: private calls are off",
		         0);
		return;
	}
	why_call(step, x, "carried to where this radio was heard", 0);
	x->state = CALL_RUNNING;
	call_tell(step, x);
}

/* A call from an uplink: its map says which conference it speaks in, and it commands nothing. */
static void place_from_uplink(struct step *step, const struct session *s, struct stream *x)
{
	const struct subscriptions *t = &step->core->subscriptions;
	const struct subscription *u = subscription_find(t, s, x->slot, x->dst);

	if (x->unit) {
		place_unit(step, x, step->core->conf->uplink[s->id - ORIGIN_UPLINK].private_calls);
		return;
	}
	if (!u) {
		count(step, COUNT_NOT_CARRIED_TG);
		why_call(step, x, "not carried: not in the map of this uplink", 0);
		return;
	}
	x->topic = conference_at(t, u->conference)->tg;
	call_join(step, x);
}

void place(struct step *step, struct session *s, struct stream *x)
{
	x->state = CALL_IGNORED;
	if (!x->data)
		count(step, COUNT_CALLS);
	const char *denied = refused_by_list(step, s, x);
	if (denied) {
		count(step, COUNT_DENIED);
		why_call(step, x, denied, 0);
		x->denied = true;
		return;
	}
	if (session_is_uplink(s)) {
		place_from_uplink(step, s, x);
		return;
	}
	if (dial_is_command(x)) {
		why_call(step, x, "command", x->dst);
		return;
	}
	if (x->unit)
		place_unit(step, x, s->private_calls);
	else
		place_group(step, s, x);
}

void place_from_peer(struct step *step, struct stream *x)
{
	x->state = CALL_IGNORED;
	if (!x->data)
		count(step, COUNT_CALLS);
	if (x->unit) {
		place_unit(step, x, false);
		return;
	}
	x->topic = x->dst;
	call_join(step, x);
}
