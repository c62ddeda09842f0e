/*
 * Blocks (decision 9): what hits the talker ends his call for all, and his session. An order reads
 * "ID" or "ADDRESS", and for how long: "2345678 10m". Without a time it is until unblocked.
 */
#include "core/block.h"

#include <string.h>

#include "base/text.h"
#include "core/login.h"
#include "core/route.h"
#include "core/rows.h"
#include "core/why.h"

#define REFUSED_MS (10 * TICK_MINUTE)
#define REFUSED_MAX (BLOCKS / 2) /* the other half is for operators */

struct target_of {
	uint32_t id; /* 0: the address */
	struct addr address;
	tick_t how_long; /* 0: until unblocked */
};

static bool read_duration(const char *text, size_t len, tick_t *out)
{
	static const struct {
		char unit;
		tick_t ms;
	} units[] = {{'s', TICK_SECOND},
	             {'m', TICK_MINUTE},
	             {'h', 60 * TICK_MINUTE},
	             {'d', 24 * 60 * TICK_MINUTE}};
	uint64_t n;

	for (size_t i = 0; len > 1 && i < ARRAY_LEN(units); i++) {
		if (text[len - 1] != units[i].unit || !text_to_u64(text, len - 1, 1, 100000, &n))
			continue;
		*out = (tick_t)n * units[i].ms;
		return true;
	}
	return false;
}

/* Returns what is wrong with it; NULL: nothing. */
static const char *read_order(const char *text, struct target_of *out)
{
	char word[ADDR_TEXT_MAX];
	const char *blank = strchr(text, ' ');
	size_t len = blank ? (size_t)(blank - text) : strlen(text);
	struct text t = text_make(word, sizeof(word));
	uint64_t id;

	*out = (struct target_of){.id = 0};
	text_bytes(&t, text, len);
	if (text_to_u64(word, len, 1, ORIGIN_CLIENT_MAX, &id))
		out->id = (uint32_t)id;
	else if (t.cut || !addr_parse(word, 1, &out->address))
		return "neither an id nor an address";
	out->address.port = 1; /* any: blocks are of hosts */
	while (blank && *blank == ' ')
		blank++;
	if (blank && *blank && !read_duration(blank, strlen(blank), &out->how_long))
		return "the time is a number and s, m, h or d";
	return NULL;
}

static bool is_hit(const struct blocks *t, const struct session *s)
{
	return block_of_client(t, s->id) || block_of_address(t, &s->at.to);
}

/* As far as the actions hold; who is left goes with the next datagram. */
static void end_hit(struct step *step)
{
	struct core *core = step->core;
	struct session *s;
	struct stream *x;

	for (uint32_t at = POOL_NONE; (s = pool_next(&core->sessions.pool, &at));)
		if (!session_is_uplink(s) && actions_have_room(step->actions) &&
		    is_hit(&core->blocks, s))
			session_end(step, s, CAUSE_BLOCKED, true);
	for (uint32_t at = POOL_NONE; (x = pool_next(&core->streams.pool, &at));)
		if (actions_have_room(step->actions) && block_of_radio(&core->blocks, x->src))
			stream_cut(step, x, CAUSE_BLOCKED);
}

/* False when there is no room for another. */
static bool begin(struct step *step, const struct target_of *what, const char *refused)
{
	struct block *b = block_add(&step->core->blocks, what->id, &what->address);

	if (!b)
		return false;
	b->refused = refused;
	expire_at(step, &b->expiry, EXPIRE_BLOCK, &b->row,
	          what->how_long ? step->now + what->how_long : TICK_NEVER);
	rows_block(step, b, CHANGE_BEGIN, CAUSE_NONE);
	return true;
}

void block_order(struct step *step, const struct command *c)
{
	struct target_of what;
	const char *wrong = read_order(c->text, &what);

	if (!wrong && !begin(step, &what, NULL))
		wrong = "no room for another block";
	if (!wrong)
		end_hit(step);
	rows_reply(step, c->number, !wrong, wrong ? wrong : "blocked");
}

/* The operator's own block of this id stands. Where too many are kept out the session ends all the
 * same. */
void block_refuse(struct step *step, const struct command *c)
{
	static const char *const words[UNREGISTERED_KINDS] = {
		[UNREGISTERED_ID] = "this id is not registered",
		[UNREGISTERED_CALLSIGN] = "this id is registered with another callsign"};
	const struct target_of what = {.id = c->client, .how_long = REFUSED_MS};
	struct core *core = step->core;
	struct session *s = session_find(&core->sessions, c->client);

	if (c->slot >= UNREGISTERED_KINDS || block_of_client(&core->blocks, c->client))
		return;
	why_client(step, c->client, words[c->slot]);
	core_log(step, LOG_REMOTE, "refused client=%lu reason=\"%s\"", (unsigned long)c->client,
	         words[c->slot]);
	if (core->blocks.pool.used < REFUSED_MAX)
		begin(step, &what, words[c->slot]);
	if (s)
		session_end(step, s, CAUSE_BLOCKED, true);
}

static void end(struct step *step, struct block *b, enum cause cause)
{
	rows_block(step, b, CHANGE_END, cause);
	pool_give(&step->core->blocks.pool, b);
}

void unblock_order(struct step *step, const struct command *c)
{
	struct target_of what;
	const char *wrong = read_order(c->text, &what);
	struct block *b = NULL;

	if (!wrong)
		b = what.id ? block_of_id(&step->core->blocks, what.id)
		            : block_of_address(&step->core->blocks, &what.address);
	if (b)
		end(step, b, CAUSE_OPERATOR);
	rows_reply(step, c->number, b, b ? "unblocked" : wrong ? wrong : "it is not blocked");
}

void block_expire(struct step *step, const struct expiry_entry *e)
{
	struct block *b = block_get(&step->core->blocks, e->row);

	if (b && expiry_due(&step->core->expiry, &b->expiry, e, step->now))
		end(step, b, CAUSE_TIMER);
}

/* Nothing is answered to an address; an id is told at its login, where clients understand it. */
bool block_drops(struct step *step, const struct incoming *in)
{
	struct core *core = step->core;
	bool address = block_of_address(&core->blocks, &in->from->to);
	const struct block *b = block_of_client(&core->blocks, in->message->id);
	const char *why = b && b->refused ? b->refused : "blocked";

	if (!address && !b)
		return false;
	struct session *s = session_find(&core->sessions, in->message->id);
	if (s && endpoint_same(&s->at, in->from))
		session_end(step, s, CAUSE_BLOCKED, true);
	count(step, COUNT_BLOCKED);
	why_client(step, in->message->id, address ? "blocked: its address" : why);
	if (!address && in->message->kind == HBP_LOGIN)
		login_refuse_blocked(step, in, why);
	return true;
}
