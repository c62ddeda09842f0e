/*
 * Operator commands take effect at once (decision 9). Each is answered: done, or the reason for
 * refusal.
 */
#include "core/command.h"

#include <string.h>

#include "core/access/blocklist.h"
#include "core/access/owner.h"
#include "core/conference/dial.h"
#include "core/access/session.h"
#include "core/mesh.h"
#include "core/routing/restore.h"
#include "core/routing/stream.h"
#include "core/delivery/rewrite.h"
#include "core/telling/rows.h"
#include "core/telling/snapshot.h"
#include "core/conference/subscribe.h"
#include "core/telling/decision.h"
#include "state/pool.h"

static uint8_t meant_slot(struct session *s, uint8_t slot)
{
	return session_slot_number(s, session_slot(s, slot));
}

/* Each acts on a connected session. Returns the reason for refusal, or NULL on success. */

static const char *kick(struct step *step, struct session *s, const struct command *c)
{
	(void)c;
	session_end(step, s, CAUSE_KICKED, true);
	return NULL;
}

static const char *link(struct step *step, struct session *s, const struct command *c)
{
	if (tg_is_prohibited(c->link.tg))
		return "not a talkgroup";
	if (!subscribe_keyed(step, s, meant_slot(s, c->link.slot), c->link.tg))
		return "no room for another talkgroup";
	return NULL;
}

/* The default reflector replaces the dialled talkgroup, as when its timer expires. */
static const char *unlink(struct step *step, struct session *s, const struct command *c)
{
	struct subscription *x = subscription_find(&step->core->subscriptions, s,
	                                           meant_slot(s, c->link.slot), c->link.tg);

	if (!x)
		return "talkgroup is not on this slot";
	bool dialled = x->mode == SUBSCRIPTION_DIAL;
	subscribe_end(step, s, x, CAUSE_OPERATOR);
	if (dialled)
		subscribe_default_link(step, s);
	return NULL;
}

static const char *set_default(struct step *step, struct session *s, const struct command *c)
{
	if (c->reflector.tg && !dial_is_link(c->reflector.tg))
		return "number cannot be dialled";
	dial_set_default(step, s, c->reflector.tg);
	return NULL;
}

static const char *set_options(struct step *step, struct session *s, const struct command *c)
{
	if (subscribe_options(step, s, c->options.text, strlen(c->options.text)))
		rows_tell(step, KIND_SESSION, s, CHANGE_UPDATE, CAUSE_NONE);
	return NULL;
}

static bool anybody_wants_alias(const struct conf *conf)
{
	for (uint32_t i = 0; i < conf->listener_count; i++)
		if (conf->listener[i].alias)
			return true;
	return false;
}

/* The call may have ended meanwhile. */
static void give_alias(struct step *step, const struct command *c)
{
	if (!anybody_wants_alias(step->core->conf))
		return;
	POOL_EACH(struct stream *, x, &step->core->streams.pool)
		if (source_equal(x->origin, c->alias.origin) && x->id == c->alias.stream &&
		    !x->data)
			rewrite_give_alias(x, c->alias.text);
}

static void end_call(struct step *step, const struct command *c)
{
	const struct call_key *key = &c->call;
	struct stream *call = NULL;

	POOL_EACH(struct stream *, x, &step->core->streams.pool)
		if (x->told && source_equal(x->origin, key->origin) && x->id == key->stream &&
		    x->generation == key->generation)
			call = x;
	if (call) {
		stream_cut(step, call, CAUSE_OPERATOR);
		decision_call(step, call, "ended by an operator", 0);
	}
	rows_reply(step, c->number, call, call ? "call ended" : "call has already ended");
}

static void begin_snapshot(struct step *step, const struct command *c)
{
	snapshot_start(step, c->number);
}

/* Commands for the parent are absent. */
static const struct {
	void (*run)(struct step *step, const struct command *c);
	/* ... or to the session of `client`, the first field */
	const char *(*to_session)(struct step *step, struct session *s, const struct command *c);
	const char *done;
} commands[COMMAND_KINDS] = {
	[COMMAND_SNAPSHOT] = {.run = begin_snapshot},
	[COMMAND_KICK] = {NULL, kick, "session ended"},
	[COMMAND_LINK] = {NULL, link, "linked"},
	[COMMAND_UNLINK] = {NULL, unlink, "unlinked"},
	[COMMAND_DEFAULT] = {NULL, set_default, "default reflector set"},
	[COMMAND_OPTIONS] = {NULL, set_options, "options set"},
	[COMMAND_VERIFY] = {NULL, owner_verify, "verified"},
	[COMMAND_CARE] = {NULL, owner_set, "set"},
	[COMMAND_WHY] = {.run = decision_answer},
	[COMMAND_PEER] = {.run = mesh_command},
	[COMMAND_QUENCHES] = {.run = mesh_quenches},
	[COMMAND_CALL] = {.run = end_call},
	[COMMAND_BLOCK] = {.run = blocklist_block},
	[COMMAND_UNBLOCK] = {.run = blocklist_unblock},
	[COMMAND_RESTORE] = {.run = restore_subscription},
	[COMMAND_LOCATE] = {.run = restore_location},
	[COMMAND_NEIGHBOUR] = {.run = restore_neighbour},
	[COMMAND_ALIAS] = {.run = give_alias},
	[COMMAND_REFUSE] = {.run = blocklist_refuse},
	[COMMAND_ADMIT] = {.run = blocklist_admit},
};

static void run_on_session(struct step *step, const struct command *c)
{
	struct session *s = session_find(&step->core->sessions, c->client);
	const char *why_not = "no such session";

	if (s && (s->state == SESSION_CONNECTED || c->kind == COMMAND_KICK))
		why_not = commands[c->kind].to_session(step, s, c);
	rows_reply(step, c->number, !why_not, why_not ? why_not : commands[c->kind].done);
}

void command_run(struct step *step, const struct command *c)
{
	if (commands[c->kind].to_session)
		run_on_session(step, c);
	else if (commands[c->kind].run)
		commands[c->kind].run(step, c);
	else
		rows_reply(step, c->number, false, "unknown command");
}
