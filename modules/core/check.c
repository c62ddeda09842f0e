/*
 * Full scans of the tables against their indexes, for tests and for a debug build: what routing
 * believes must be what the rows say.
 */
#include "core/check.h"

static const char *check_slot(const struct core *core, const struct session *s, int i)
{
	const struct slot *slot = &s->slot[i];
	const struct subscriptions *t = &core->subscriptions;
	const struct stream *heard = stream_get(&core->streams, slot->heard);
	const struct stream *talk = stream_get(&core->streams, slot->talk);
	uint32_t previous = POOL_NONE;
	bool may_hear = false;

	if (!heard && !handle_is_none(slot->heard))
		return "a slot hears a stream that is gone";
	if (!talk && !handle_is_none(slot->talk))
		return "a slot talks in a stream that is gone";
	if (talk && (talk->origin != s->id || talk->slot != i + 1))
		return "a slot talks in somebody else's stream";
	if (talk && heard)
		return "a slot hears while it talks";
	for (const struct subscription *x = subscription_at(t, slot->subscriptions); x;
	     x = subscription_at(t, x->slot_next)) {
		if (x->slot_previous != previous || x->slot != i + 1 || x->session != s->row.index)
			return "the list of a slot's subscriptions is torn";
		previous = x->row.index;
		if (subscription_find(t, s, x->slot, x->rf_tg) != x)
			return "a subscription is not found by its talkgroup";
		may_hear |= heard && x->active && x->conference == heard->conference;
	}
	if (heard && heard->conference != POOL_NONE && !may_hear)
		return "a slot hears a conference it is not subscribed to";
	return NULL;
}

static const char *check_sessions(const struct core *core)
{
	const struct session *s;
	uint32_t listed = 0;

	for (uint32_t at = POOL_NONE; (s = pool_next(&core->sessions.pool, &at));) {
		listed += !session_is_uplink(s);
		if (!session_is_uplink(s) && session_find(&core->sessions, s->id) != s)
			return "a session is not found by its id";
		if (!session_is_uplink(s) && s->expiry.deadline == TICK_NEVER)
			return "a session never expires";
		for (int i = 0; i < 2; i++) {
			const char *fault = check_slot(core, s, i);
			if (fault)
				return fault;
		}
	}
	return core->sessions.by_id.count == listed ? NULL : "the index of sessions has strangers";
}

static const char *check_subscriptions(const struct core *core)
{
	const struct subscriptions *t = &core->subscriptions;
	const struct subscription *x;

	for (uint32_t at = POOL_NONE; (x = pool_next(&t->pool, &at));) {
		if (!pool_at(&core->sessions.pool, x->session))
			return "a subscription has no session";
		if (!conference_at(t, x->conference))
			return "a subscription has no conference";
	}
	if (t->by_rf.count != t->pool.used)
		return "the index of subscriptions has strangers";
	return t->by_tg.count == t->conferences.used ? NULL
	                                             : "the index of conferences has strangers";
}

static uint32_t scan_conference(const struct core *core, const struct conference *c)
{
	const struct subscription *x;
	uint32_t found = 0;

	for (uint32_t at = POOL_NONE; (x = pool_next(&core->subscriptions.pool, &at));)
		found += x->conference == c->row.index;
	return found;
}

static const char *check_conferences(const struct core *core)
{
	const struct subscriptions *t = &core->subscriptions;
	const struct conference *c;

	for (uint32_t at = POOL_NONE; (c = pool_next(&t->conferences, &at));) {
		uint32_t previous = POOL_NONE, listed = 0;
		bool alias = false;
		for (const struct subscription *x = subscription_at(t, c->subscriptions); x;
		     x = subscription_at(t, x->next)) {
			if (x->previous != previous || x->conference != c->row.index)
				return "the list of a conference is torn";
			if (alias && x->rf_tg == c->tg)
				return "a conference lists an alias before its own number";
			alias = x->rf_tg != c->tg;
			previous = x->row.index;
			listed++;
		}
		if (listed != c->count || c->last != previous || listed != scan_conference(core, c))
			return "a conference lists other subscriptions than a full scan";
		if (conference_find(t, c->tg) != c)
			return "a conference is not found by its number";
		if (!c->count && !c->streams)
			return "a conference is held by nothing";
		if (!handle_is_none(c->speaker) && !stream_get(&core->streams, c->speaker))
			return "a conference's speaker is gone";
	}
	return NULL;
}

static uint32_t scan_listeners(const struct core *core, const struct stream *x)
{
	const struct session *s;
	uint32_t found = 0;

	for (uint32_t at = POOL_NONE; (s = pool_next(&core->sessions.pool, &at));)
		for (int i = 0; i < 2; i++)
			found += handle_equal(s->slot[i].heard, pool_handle(&x->row));
	return found;
}

static const char *check_streams(const struct core *core)
{
	const struct stream *x;

	for (uint32_t at = POOL_NONE; (x = pool_next(&core->streams.pool, &at));) {
		if (stream_find(&core->streams, x->origin, x->id) != x)
			return "a stream is not found by its id";
		if (x->expiry.deadline == TICK_NEVER)
			return "a stream never expires";
		if (x->listeners != scan_listeners(core, x))
			return "a stream counts other listeners than a full scan";
		if (x->conference != POOL_NONE &&
		    !conference_at(&core->subscriptions, x->conference))
			return "a stream has lost its conference";
		if (x->state == CALL_WAITING && x->conference == POOL_NONE)
			return "a stream waits for nothing";
	}
	return core->streams.by_id.count == core->streams.pool.used
	               ? NULL
	               : "the index of streams has strangers";
}

/* A player belongs to a slot that knows it, or to a session that has ended and frees it soon. */
static const char *check_players(const struct core *core)
{
	const struct player *p;
	uint32_t recordings = 0;

	for (uint32_t at = POOL_NONE; (p = pool_next(&core->players.pool, &at));) {
		const struct session *s = session_get(&core->sessions, p->session);
		if (s && !handle_equal(s->slot[p->slot - 1].player, pool_handle(&p->row)))
			return "a player is held by no slot";
		if (p->expiry.deadline == TICK_NEVER)
			return "a player never goes on";
		recordings += recording_get(&core->players, p->recording) != NULL;
	}
	const struct stream *x;
	for (uint32_t at = POOL_NONE; (x = pool_next(&core->streams.pool, &at));)
		recordings += recording_get(&core->players, x->recording) != NULL;
	return recordings == core->players.recordings.used ? NULL
	                                                   : "a recording is held by nothing";
}

static const char *check_mesh(const struct core *core)
{
	const struct claims *t = &core->claims;

	for (uint32_t i = 0; i < t->used; i++)
		if (hash_get(&t->by_key, t->rows[i].key) != i)
			return "a claim is not found by its key";
	return t->by_key.count == t->used ? NULL : "the index of claims has strangers";
}

const char *check_tables(const struct core *core)
{
	static const char *(*const checks[])(const struct core *) = {
		check_sessions, check_subscriptions, check_conferences,
		check_streams,  check_players,       check_mesh};

	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		const char *fault = checks[i](core);
		if (fault)
			return fault;
	}
	return NULL;
}
