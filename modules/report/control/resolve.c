#include "report/control/resolve.h"

#include <inttypes.h>
#include <string.h>

#define RADIO_ID_MAX 9999999u /* longer IDs are these with a suffix */

bool resolve_is_callsign(const char *word, size_t len)
{
	bool letter = false, digit = false;

	for (size_t i = 0; i < len; i++) {
		char c = (char)(word[i] | 0x20);
		if (c >= 'a' && c <= 'z')
			letter = true;
		else if (word[i] >= '0' && word[i] <= '9')
			digit = true;
		else
			return false;
	}
	return letter && digit && len < CALLSIGN_MAX;
}

bool resolved_has(const struct resolved *r, uint32_t id)
{
	uint32_t i = 0;

	while (i < r->count && r->id[i] != id)
		i++;
	return i < r->count;
}

static void add(struct resolved *r, uint32_t id)
{
	if (r->count < RESOLVED_MAX && !resolved_has(r, id))
		r->id[r->count++] = id;
}

static bool is_owners(const struct sources *s, uint32_t client, const char *callsign)
{
	struct alias owner;

	return s->aliases && s->aliases->octets && alias_index_who(s->aliases, client, &owner) &&
	       text_same(owner.callsign, callsign);
}

struct resolved resolve_sessions(const struct sources *s, const char *callsign)
{
	struct model_walk walk = model_walk_kind(RECORD_SESSION);
	struct resolved found = {.count = 0};
	struct record r;

	while (model_next(s->model, &walk, &r))
		if (text_same(r.session.callsign, callsign) ||
		    is_owners(s, r.session.client, callsign))
			add(&found, r.session.client);
	return found;
}

struct resolved resolve_all(const struct sources *s, const char *callsign)
{
	struct resolved found = resolve_sessions(s, callsign);
	static const enum alias_kind kinds[] = {ALIAS_SUBSCRIBER, ALIAS_REPEATER};
	uint32_t nth = 0, id;

	for (size_t i = 0; s->aliases && s->aliases->octets && i < ARRAY_LEN(kinds); i++)
		for (nth = 0; alias_index_callsign(s->aliases, kinds[i], callsign, &nth, &id);)
			add(&found, id);
	return found;
}

static uint32_t one_of(const struct resolved *r, const char *callsign, struct text *why)
{
	if (r->count == 1)
		return r->id[0];
	if (r->count == 0) {
		text_format(why, "no ID known for callsign %s", callsign);
		return 0;
	}
	text_format(why, "%s has several IDs:", callsign);
	for (uint32_t i = 0; i < r->count; i++)
		text_format(why, "%s %" PRIu32, i ? "," : "", r->id[i]);
	text_put(why, "; choose one");
	return 0;
}

uint32_t resolve_one(const struct sources *s, const char *callsign, struct text *why)
{
	struct resolved found = resolve_sessions(s, callsign);

	if (found.count == 0)
		found = resolve_all(s, callsign);
	return one_of(&found, callsign, why);
}

static bool is_blocked(const struct sources *s, uint32_t id)
{
	struct model_walk walk = model_walk_kind(RECORD_BLOCK);
	struct record r;
	uint64_t blocked;

	while (model_next(s->model, &walk, &r))
		if (text_to_u64(r.block.what, strlen(r.block.what), 1, UINT32_MAX, &blocked) &&
		    blocked == id)
			return true;
	return false;
}

static bool is_covered(const struct resolved *r, uint32_t id)
{
	uint32_t radio = id;

	while (radio > RADIO_ID_MAX)
		radio /= 10;
	return radio != id && resolved_has(r, radio);
}

uint32_t resolve_block(const struct sources *s, const char *callsign, bool blocked,
                       struct text *why)
{
	const struct resolved all = resolve_all(s, callsign);
	struct resolved found = {.count = 0};

	for (uint32_t i = 0; i < all.count; i++)
		if (blocked ? is_blocked(s, all.id[i]) : !is_covered(&all, all.id[i]))
			add(&found, all.id[i]);
	if (blocked && found.count == 0 && all.count > 0) {
		text_format(why, "no ID of %s is blocked", callsign);
		return 0;
	}
	return one_of(&found, callsign, why);
}

static bool is_call_of(const struct call_row *c, const char *word)
{
	char stream[9];
	struct text t = text_make(stream, sizeof(stream));
	uint64_t id;

	text_format(&t, "%08" PRIx32, c->stream);
	return text_same(word, stream) || text_same(word, c->caller.callsign) ||
	       (text_to_u64(word, strlen(word), 1, UINT32_MAX, &id) &&
	        (id == c->src || id == source_number(c->origin)));
}

bool resolve_call(const struct sources *s, const char *word, struct call_key *out)
{
	struct model_walk walk = model_walk_kind(RECORD_CALL);
	struct record r;

	while (model_next(s->model, &walk, &r)) {
		if (!is_call_of(&r.call, word))
			continue;
		*out = (struct call_key){r.call.origin, r.call.stream, r.call.generation};
		return true;
	}
	return false;
}
