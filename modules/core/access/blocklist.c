/*
 * Blocks (decision 9). A block of the talker ends his call for all listeners, and his session.
 */
#include "core/access/blocklist.h"

#include "core/access/session.h"
#include "core/delivery/refuse.h"
#include "core/routing/stream.h"
#include "core/step/expire.h"
#include "core/step/kind.h"
#include "core/telling/rows.h"
#include "core/telling/decision.h"
#include "state/pool.h"

#define REFUSED_MS (10 * TICK_MINUTE)
#define REFUSED_MAX (BLOCKS / 2) /* the other half is for operators' blocks */

static bool is_hit(const struct blocklist *t, const struct session *s)
{
	return blocklist_of_client(t, s->id) || blocklist_of_address(t, &s->at.to);
}

/* As many as fit in the actions; the rest end with their next datagram. */
static void end_hit(struct step *step)
{
	struct core *core = step->core;

	POOL_EACH(struct session *, s, &core->sessions.pool)
		if (!session_is_uplink(s) && actions_have_room(step->actions) &&
		    is_hit(&core->blocks, s))
			session_end(step, s, CAUSE_BLOCKED, true);
	POOL_EACH(struct stream *, x, &core->streams.pool)
		if (actions_have_room(step->actions) && blocklist_of_id(&core->blocks, x->src))
			stream_cut(step, x, CAUSE_BLOCKED);
}

/* The blocks of one refused client are shown as one. */
static void tell(struct step *step, const struct block *b, enum change change, enum cause cause)
{
	const struct blocklist *t = &step->core->blocks;
	bool more = false;

	POOL_EACH(const struct block *, other, &t->pool)
		more |= other != b && b->refused && other->refused && other->id == b->id;
	if (!more)
		rows_tell(step, KIND_BLOCK, b, change, cause);
}

static void end(struct step *step, struct block *b, enum cause cause)
{
	tell(step, b, CHANGE_END, cause);
	pool_give(&step->core->blocks.pool, b);
}

static void end_refused(struct step *step, uint32_t client, enum cause cause)
{
	struct block *b;

	while ((b = blocklist_refused(&step->core->blocks, client)))
		end(step, b, cause);
}

/* `ms` 0: until unblocked. */
static void begin(struct step *step, struct block *b, tick_t ms, tick_t ago)
{
	b->since = step->now - tick_bound(ago);
	expire_at(step->core, KIND_BLOCK, b, ms > 0 ? step->now + ms : TICK_NEVER);
	tell(step, b, CHANGE_BEGIN, CAUSE_NONE);
}

/* A block of an ID replaces its refusals. */
void blocklist_block(struct step *step, const struct command *c)
{
	const struct block_target *whom = &c->block.target;

	if (whom->id)
		end_refused(step, whom->id, CAUSE_OPERATOR);
	struct block *b = blocklist_add(&step->core->blocks, whom->id, &whom->address);
	if (b) {
		begin(step, b, c->block.ms, c->block.ago);
		end_hit(step);
	}
	rows_reply(step, c->number, b, b ? "blocked" : "no room for another block");
}

/* Where many clients share an address, the port tells them apart. */
static struct addr place_of(const struct core *core, const struct addr *at)
{
	struct addr place = *at;

	if (!networks_hold(&core->conf->limits.shared, at))
		place.port = 0;
	return place;
}

/* If the table is full, the client may try again. */
void blocklist_keep_out(struct step *step, uint32_t client, const struct addr *at, const char *why)
{
	struct core *core = step->core;
	struct addr place = place_of(core, at);

	if (blocklist_of_refused(&core->blocks, client, at) ||
	    core->blocks.pool.used >= REFUSED_MAX)
		return;
	begin(step, blocklist_add_refused(&core->blocks, client, &place, why), REFUSED_MS, 0);
}

/* The session may belong to another client by now. */
static struct session *session_judged(const struct step *step, uint32_t client,
                                      const struct addr *at)
{
	struct session *s = session_find(&step->core->sessions, client);

	return s && (!at->port || addr_equal(&s->at.to, at)) ? s : NULL;
}

/* An operator's block of this ID is left unchanged. */
void blocklist_refuse(struct step *step, const struct command *c)
{
	uint32_t client = c->refuse.client;
	const char *why = unregistered_name(c->refuse.why);
	struct session *s = session_judged(step, client, &c->refuse.at);

	if (blocklist_of_client(&step->core->blocks, client) || (!s && !c->refuse.at.port))
		return;
	decision_client(step, client, why);
	core_log(step, LOG_REMOTE, "refused client=%lu reason=\"%s\"", (unsigned long)client, why);
	blocklist_keep_out(step, client, s ? &s->at.to : &c->refuse.at, why);
	if (s)
		session_end(step, s, CAUSE_BLOCKED, true);
}

void blocklist_admit(struct step *step, const struct command *c)
{
	struct session *s = session_judged(step, c->admit.client, &c->admit.at);

	if (s)
		s->admitted = true;
}

void blocklist_unblock(struct step *step, const struct command *c)
{
	const struct block_target *whom = &c->block.target;
	struct blocklist *t = &step->core->blocks;
	struct block *b =
		whom->id ? blocklist_of_id(t, whom->id) : blocklist_of_address(t, &whom->address);
	bool done = b || (whom->id && blocklist_refused(t, whom->id));

	if (b)
		end(step, b, CAUSE_OPERATOR);
	if (whom->id)
		end_refused(step, whom->id, CAUSE_OPERATOR);
	rows_reply(step, c->number, done, done ? "unblocked" : "it is not blocked");
}

void blocklist_expire(struct step *step, void *row)
{
	end(step, row, CAUSE_TIMER);
}

/* A client with the right callsign is not refused because of another client behind its address. */
static const struct block *block_of(const struct core *core, const struct incoming *in,
                                    const struct session *s)
{
	const struct block *b = blocklist_of_client(&core->blocks, in->message->id);

	if (b || (s && s->admitted && endpoint_same(&s->at, in->from)))
		return b;
	return blocklist_of_refused(&core->blocks, in->message->id, &in->from->to);
}

/* A blocked address gets no answer; a blocked ID is refused at login, which clients understand. */
bool blocklist_drops(struct step *step, const struct incoming *in)
{
	struct core *core = step->core;
	struct session *s = session_find(&core->sessions, in->message->id);
	bool address = blocklist_of_address(&core->blocks, &in->from->to);
	const struct block *b = block_of(core, in, s);
	struct subject subject = {.who = source_client(in->message->id),
	                          .words = !address && b ? b->refused : NULL,
	                          .from = in->from,
	                          .client = in};

	if (!address && !b)
		return false;
	if (s && endpoint_same(&s->at, in->from))
		session_end(step, s, CAUSE_BLOCKED, true);
	refuse(step, address ? REFUSED_ADDRESS_BLOCKED : REFUSED_BLOCKED, &subject);
	if (!address && in->message->kind == HBP_LOGIN)
		refuse(step, REFUSED_LOGIN_OF_BLOCKED, &subject);
	return true;
}
