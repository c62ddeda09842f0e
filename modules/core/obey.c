/*
 * What operators order. It acts at once (decision 9), and each order is answered: done, or why not.
 */
#include "core/obey.h"

#include <string.h>

#include "core/block.h"
#include "core/dial.h"
#include "core/login.h"
#include "core/mesh.h"
#include "core/restore.h"
#include "core/rewrite.h"
#include "core/rows.h"
#include "core/snapshot.h"
#include "core/subscribe.h"
#include "core/why.h"

/* One order about a connected session. Returns why it was not done; NULL when it was. */
typedef const char *order(struct step *step, struct session *s, const struct command *c);

static const char *kick(struct step *step, struct session *s, const struct command *c)
{
	(void)c;
	session_end(step, s, CAUSE_KICKED, true);
	return NULL;
}

static uint8_t slot_meant(struct session *s, const struct command *c)
{
	return session_slot_number(s, session_slot(s, c->slot));
}

static const char *link(struct step *step, struct session *s, const struct command *c)
{
	if (tg_is_prohibited(c->tg))
		return "this number is no conference";
	if (!subscribe_keyed(step, s, slot_meant(s, c), c->tg))
		return "no room for another talkgroup";
	return NULL;
}

/* What was dialled gives way to the default reflector, as when its timer runs out. */
static const char *unlink(struct step *step, struct session *s, const struct command *c)
{
	struct subscription *x =
		subscription_find(&step->core->subscriptions, s, slot_meant(s, c), c->tg);

	if (!x)
		return "the slot does not have this talkgroup";
	bool dialled = x->mode == SUBSCRIPTION_DIAL;
	subscribe_end(step, s, x, CAUSE_OPERATOR);
	if (dialled)
		subscribe_default_link(step, s);
	return NULL;
}

static const char *set_default(struct step *step, struct session *s, const struct command *c)
{
	if (c->tg && !dial_is_link(c->tg))
		return "this number cannot be dialled";
	dial_set_default(step, s, c->tg);
	return NULL;
}

static const char *set_options(struct step *step, struct session *s, const struct command *c)
{
	subscribe_options(step, s, c->text, strlen(c->text));
	s->has_options = true;
	rows_session(step, s, CHANGE_UPDATE, CAUSE_NONE);
	return NULL;
}

static void obey(struct step *step, const struct command *c, order *what, const char *done)
{
	struct session *s = session_find(&step->core->sessions, c->client);
	const char *why_not = "no such session";

	if (s && (s->state == SESSION_CONNECTED || c->kind == COMMAND_KICK))
		why_not = what(step, s, c);
	rows_reply(step, c->number, !why_not, why_not ? why_not : done);
}

/* The call may have ended meanwhile. */
static void give_alias(struct step *step, const struct command *c)
{
	struct stream *x = stream_find(&step->core->streams, c->client, c->tg);

	if (x && !x->data)
		rewrite_give_alias(x, c->text);
}

void obey_command(struct step *step, const struct command *c)
{
	switch (c->kind) {
	case COMMAND_SNAPSHOT:
		snapshot_start(step, c->number);
		return;
	case COMMAND_KICK:
		obey(step, c, kick, "session ended");
		return;
	case COMMAND_LINK:
		obey(step, c, link, "linked");
		return;
	case COMMAND_UNLINK:
		obey(step, c, unlink, "unlinked");
		return;
	case COMMAND_DEFAULT:
		obey(step, c, set_default, "default reflector set");
		return;
	case COMMAND_OPTIONS:
		obey(step, c, set_options, "options set");
		return;
	case COMMAND_WHY:
		why_answer(step, c);
		return;
	case COMMAND_PEER:
		mesh_command(step, c);
		return;
	case COMMAND_BLOCK:
		block_order(step, c);
		return;
	case COMMAND_UNBLOCK:
		unblock_order(step, c);
		return;
	case COMMAND_RESTORE:
		restore_subscription(step, c);
		return;
	case COMMAND_LOCATE:
		restore_location(step, c);
		return;
	case COMMAND_ALIAS:
		give_alias(step, c);
		return;
	case COMMAND_REFUSE:
		block_refuse(step, c);
		return;
	case COMMAND_READY:
	case COMMAND_RELOAD:
	case COMMAND_KINDS:
		break;
	}
	rows_reply(step, c->number, false, "unknown command");
}
