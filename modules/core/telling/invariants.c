/*
 * Full scans of the tables against their indexes, for tests, a debug build, and a core left by
 * another process.
 */
#include "core/telling/invariants.h"

#include <string.h>

#include "core/step/source.h"
#include "state/pool.h"

/* First, as the other checks and every step rely on it. */
const char *invariants_of_tables(const struct core *core)
{
	for (enum kind kind = 0; kind < KINDS; kind++)
		if (!pool_is_sound(kind_pool(core, kind)))
			return kind_pool(core, kind)->name;
	POOL_EACH(const struct peer *, p, &core->peers.pool)
		if (p->row.index >= core->conf->peer_count)
			return "a link is not in the configuration";
	POOL_EACH(const struct uplink *, u, &core->uplinks.pool)
		if (u->row.index >= core->conf->uplink_count)
			return "an uplink is not in the configuration";
	if (core->locations.used > core->locations.capacity ||
	    core->locations.next >= core->locations.capacity ||
	    core->claims.used > core->claims.capacity || core->claims.next >= core->claims.capacity)
		return "a ring position is out of range";
	return core->sessions.half_open_next < SESSIONS_HALF_OPEN
	               ? NULL
	               : "the ring position of half-open sessions is out of range";
}

/* A conference that is not found by its number has the wrong one. */
static bool is_conference_of(const struct core *core, const struct conference *c,
                             const struct stream *x)
{
	return c && (c->tg == x->conversation || conference_find(&core->subscriptions, c->tg) != c);
}

static const char *check_stream(const struct core *core, const struct stream *x)
{
	struct stream_key key = stream_key_of(x);

	const struct conference *c = conference_at(&core->subscriptions, x->conference);

	if (x->origin.kind > SOURCE_LOCAL ||
	    (x->origin.kind == SOURCE_PEER && !source_peer(core, x->origin)) ||
	    (x->origin.kind == SOURCE_UPLINK && !source_uplink(core, x->origin)))
		return "a stream's origin is not there";
	if (x->slot != 1 && x->slot != 2)
		return "a stream's slot is invalid";
	if (x->state > CALL_IGNORED)
		return "a stream's state is invalid";
	if (x->given.blocks > ALIAS_BLOCKS || x->given.block >= ALIAS_BLOCKS)
		return "a stream's alias is out of range";
	if (stream_find(&core->streams, &key) != x)
		return "a stream is not found by its key";
	if (x->expiry.deadline == TICK_NEVER)
		return "a stream never expires";
	if (x->conference != POOL_NONE && !is_conference_of(core, c, x))
		return "a stream has lost its conference";
	if (x->state == CALL_WAITING && x->conference == POOL_NONE)
		return "a stream waits without a conference";
	return NULL;
}

static bool is_whole(const struct core *core, const struct stream *x)
{
	return !x || !check_stream(core, x);
}

/* The calls of a slot. A stream that is inconsistent itself says nothing against the session. */
static const char *check_calls(const struct core *core, const struct session *s, int i)
{
	const struct slot *slot = &s->slot[i];
	const struct stream *heard = stream_get(&core->streams, slot->heard);
	const struct stream *talk = stream_get(&core->streams, slot->talk);
	const struct stream *data = stream_get(&core->streams, slot->data);

	if (!heard && !handle_is_none(slot->heard))
		return "a slot hears a call that is gone";
	if (!talk && !handle_is_none(slot->talk))
		return "a slot talks in a call that is gone";
	if (!is_whole(core, heard) || !is_whole(core, talk) || !is_whole(core, data))
		return NULL;
	if (talk && (!source_equal(talk->origin, s->source) || talk->slot != i + 1))
		return "a slot talks in another client's call";
	if ((talk && talk->data) || (heard && heard->data))
		return "a slot is busy with data";
	if (data && !data->data)
		return "a voice call is sent to a slot as data";
	if (talk && heard) /* both are calls: data may pass beside a call in either direction */
		return "a slot talks and hears at once";
	if (!heard || heard->conference == POOL_NONE)
		return NULL;
	SUBSCRIPTION_EACH(x, &core->subscriptions, slot)
		if (x->active && x->conference == heard->conference)
			return NULL;
	return "a slot hears a conference it is not subscribed to";
}

static const char *check_slot(const struct core *core, const struct session *s, int i)
{
	const struct slot *slot = &s->slot[i];
	const struct subscriptions *t = &core->subscriptions;
	uint32_t previous = POOL_NONE;

	if (slot->data_next >= SLOT_DATA_IN)
		return "a slot's ring position for data is out of range";
	if (!subscription_at(t, slot->subscriptions) && slot->subscriptions != POOL_NONE)
		return "the list of a slot's subscriptions is broken";
	SUBSCRIPTION_EACH(x, t, slot) {
		if (x->in_slot.previous != previous || x->slot != i + 1 ||
		    x->session != s->row.index)
			return "the list of a slot's subscriptions is broken";
		previous = x->row.index;
		if (subscription_find(t, s, x->slot, x->rf_tg) != x)
			return "a subscription is not found by its talkgroup";
	}
	return check_calls(core, s, i);
}

static bool is_ended(const char *text, size_t size)
{
	return memchr(text, 0, size);
}

static const char *check_client(const struct core *core, const struct session *s)
{
	if (s->source.kind != SOURCE_CLIENT || s->source.index != s->id)
		return "a session's source is another client";
	if (session_find(&core->sessions, s->id) != s)
		return "a session is not found by its id";
	if (sessions_of_address(&core->sessions, &s->at.to) == 0)
		return "a session is not counted for its address";
	if (s->at.socket >= core->conf->listener_count ||
	    !core->conf->listener[s->at.socket].name[0])
		return "a session has no listener";
	return s->expiry.deadline == TICK_NEVER ? "a session never expires" : NULL;
}

/* What times its login is its uplink. */
static const char *check_guest(const struct session *s)
{
	return s->expiry.deadline != TICK_NEVER || s->ident_due.deadline != TICK_NEVER ||
	                       s->unsettled
	               ? "an uplink's session has timers"
	               : NULL;
}

static const char *check_session(const struct core *core, const struct session *s)
{
	const char *fault = session_is_uplink(s) ? check_guest(s) : check_client(core, s);

	if (!fault && source_session(core, s->source) != s)
		fault = "a session is not that of its source";
	if (s->state > SESSION_CONNECTED)
		return "a session's state is invalid";
	if (!is_ended(s->callsign, sizeof(s->callsign)) ||
	    !is_ended(s->location, sizeof(s->location)) ||
	    !is_ended(s->software, sizeof(s->software)) ||
	    !is_ended(s->package, sizeof(s->package)) ||
	    !is_ended(s->language, sizeof(s->language)) || !is_ended(s->care, sizeof(s->care)))
		return "a text of a session is not terminated";
	for (int i = 0; i < 2 && !fault; i++)
		fault = check_slot(core, s, i);
	return fault;
}

static uint32_t scan_subscriptions(const struct core *core, const struct session *s)
{
	uint32_t found = 0;

	for (int i = 0; i < 2; i++)
		SUBSCRIPTION_EACH(x, &core->subscriptions, &s->slot[i])
			found++;
	return found;
}

static const char *check_shares(const struct core *core)
{
	const struct subscriptions *t = &core->subscriptions;
	uint32_t granted = 0;

	POOL_EACH(const struct session *, s, &core->sessions.pool) {
		if (s->subscriptions != scan_subscriptions(core, s))
			return "a session counts other subscriptions than it has";
		if (!session_is_uplink(s))
			granted += s->subscriptions < t->share ? s->subscriptions : t->share;
	}
	return granted == t->granted ? NULL : "the rows kept for each client are miscounted";
}

static const char *check_sessions(const struct core *core)
{
	uint32_t listed = 0;

	POOL_EACH(const struct session *, s, &core->sessions.pool) {
		const char *fault = check_session(core, s);
		if (fault)
			return fault;
		if (session_is_uplink(s))
			continue;
		listed++;
		if (sessions_of_radio(&core->sessions, session_radio(s->id)) == 0)
			return "a session is not counted for its radio";
	}
	if (core->sessions.by_address.count > listed)
		return "sessions that are gone are still counted for their address";
	if (core->sessions.by_radio.count > listed)
		return "sessions that are gone are still counted for their radio";
	return core->sessions.by_id.count == listed ? NULL
	                                            : "the index of sessions has stale entries";
}

static const char *check_subscription(const struct core *core, const struct subscription *x)
{
	if (!pool_at(&core->sessions.pool, x->session))
		return "a subscription has no session";
	if (!conference_at(&core->subscriptions, x->conference))
		return "a subscription has no conference";
	if (x->mode > SUBSCRIPTION_DIAL)
		return "a subscription's mode is invalid";
	return x->slot == 1 || x->slot == 2 ? NULL : "a subscription's slot is invalid";
}

static const char *check_subscriptions(const struct core *core)
{
	const struct subscriptions *t = &core->subscriptions;

	POOL_EACH(const struct subscription *, x, &t->pool) {
		const char *fault = check_subscription(core, x);
		if (fault)
			return fault;
	}
	if (t->by_rf.count != t->pool.used)
		return "the index of subscriptions has stale entries";
	return t->by_tg.count == t->conferences.used ? NULL
	                                             : "the index of conferences has stale entries";
}

static uint32_t scan_streams(const struct core *core, const struct conference *c)
{
	uint32_t found = 0;

	POOL_EACH(const struct stream *, x, &core->streams.pool)
		found += x->conference == c->row.index;
	return found;
}

static const char *check_conference(const struct core *core, const struct conference *c)
{
	const struct subscriptions *t = &core->subscriptions;
	const struct stream *speaker = stream_get(&core->streams, c->speaker);
	uint32_t previous = POOL_NONE, listed = 0;
	bool alias = false;

	CONFERENCE_EACH(x, t, c)
	{
		if (x->in_conference.previous != previous || x->conference != c->row.index)
			return "the list of a conference is broken";
		if (alias && x->rf_tg == c->tg)
			return "a conference lists an alias before its own number";
		alias = x->rf_tg != c->tg;
		previous = x->row.index;
		listed++;
	}
	if (listed != c->count || c->last != previous)
		return "a conference's count of subscriptions is wrong";
	if (conference_find(t, c->tg) != c)
		return "a conference is not found by its number";
	if (!c->count && !c->streams)
		return "an unused conference was not removed";
	if (c->streams != scan_streams(core, c))
		return "a conference's count of streams is wrong";
	if (!handle_is_none(c->speaker) && (!speaker || speaker->conference != c->row.index))
		return "a conference's speaker is gone";
	return NULL;
}

static const char *check_conferences(const struct core *core)
{
	const struct subscriptions *t = &core->subscriptions;
	uint32_t all = 0;

	POOL_EACH(const struct conference *, c, &t->conferences) {
		const char *fault = check_conference(core, c);
		if (fault)
			return fault;
		all += c->count; /* each contains its conference, so none is listed twice */
	}
	return all == t->pool.used ? NULL : "a subscription is on no list";
}

static uint32_t scan_listeners(const struct core *core, const struct stream *x)
{
	uint32_t found = 0;

	POOL_EACH(const struct session *, s, &core->sessions.pool)
		for (int i = 0; i < 2; i++)
			found += handle_equal(s->slot[i].heard, pool_handle(&x->row));
	return found;
}

static const char *check_streams(const struct core *core)
{
	POOL_EACH(const struct stream *, x, &core->streams.pool) {
		const char *fault = check_stream(core, x);
		if (fault)
			return fault;
		if (x->listeners != scan_listeners(core, x))
			return "a stream's count of listeners is wrong";
	}
	return core->streams.by_id.count == core->streams.pool.used
	               ? NULL
	               : "the index of streams has stale entries";
}

/* A player's slot refers to it, unless it waits unsolicited, or its session has ended and frees it
 * soon. */
static const char *check_player(const struct core *core, const struct player *p)
{
	const struct session *s = session_get(&core->sessions, p->session);
	bool waits = p->rank != PLAYER_ANSWER && handle_is_none(p->stream);

	if ((p->slot != 1 && p->slot != 2) || p->clip_count > PLAYER_CLIPS)
		return "a player's slot or clip count is invalid";
	if (p->text[PLAYER_TEXT - 1] || p->morse.at >= PLAYER_TEXT || p->morse.sign > MORSE_SIGNS)
		return "a player's text is invalid";
	if (s && handle_equal(s->slot[p->slot - 1].player, pool_handle(&p->row)) == waits)
		return "a player and its slot disagree";
	return p->expiry.deadline == TICK_NEVER ? "a player never expires" : NULL;
}

static const char *check_players(const struct core *core)
{
	uint32_t recordings = 0;

	POOL_EACH(const struct player *, p, &core->players.pool) {
		const char *fault = check_player(core, p);
		if (fault)
			return fault;
		recordings += recording_get(&core->players, p->recording) != NULL;
	}
	POOL_EACH(const struct stream *, x, &core->streams.pool)
		recordings += recording_get(&core->players, x->recording) != NULL;
	return recordings == core->players.recordings.used ? NULL
	                                                   : "an unused recording was not removed";
}

static const char *check_peer(const struct core *core, const struct peer *p)
{
	const struct conf *conf = core->conf;
	uint32_t place = p->row.index;

	if (place >= conf->peer_count || !conf->peer[place].name[0])
		return "a link is not configured";
	if (p->at.socket != conf->peer[place].socket)
		return "a link's socket is not the configured one";
	if (p->admission.state > ADMISSION_RENEWED)
		return "the renewal of a link's key is invalid";
	bool is_watched = conf->peer[place].protocol == PEER_FBP && conf->peer[place].keepalive;
	return is_watched && p->timer.deadline == TICK_NEVER ? "a link never acts" : NULL;
}

static const char *check_uplink(const struct core *core, const struct uplink *u)
{
	const struct conf *conf = core->conf;
	uint32_t place = u->row.index;

	if (place >= conf->uplink_count || !conf->uplink[place].name[0])
		return "an uplink is not configured";
	if (u->state > UPLINK_UP || u->round_wait < TICK_SECOND || u->round_wait > TICK_MINUTE)
		return "an uplink's state is invalid";
	if (u->has_address && u->at.socket != conf->uplink[place].socket)
		return "an uplink's socket is not the configured one";
	return u->timer.deadline == TICK_NEVER ? "an uplink never acts" : NULL;
}

static const char *check_block(const struct block *b)
{
	static const struct addr nobody;

	return b->id || !addr_equal(&b->address, &nobody) ? NULL : "a block is of nobody";
}

static const char *check_links(const struct core *core)
{
	const char *fault = NULL;

	POOL_EACH(const struct peer *, p, &core->peers.pool)
		fault = fault ? fault : check_peer(core, p);
	POOL_EACH(const struct uplink *, u, &core->uplinks.pool) {
		fault = fault ? fault : check_uplink(core, u);
		if (!core->stopped && !session_get(&core->sessions, u->session))
			fault = "an uplink has no session";
	}
	POOL_EACH(const struct block *, b, &core->blocks.pool)
		fault = fault ? fault : check_block(b);
	return fault;
}

static const char *check_mesh(const struct core *core)
{
	const struct claims *t = &core->claims;

	for (uint32_t i = 0; i < t->used; i++)
		if (hash_get(&t->by_key, t->rows[i].key) != i)
			return "a claim is not found by its key";
	if (!locations_sound(&core->locations))
		return "a location is not found by its radio";
	return t->by_key.count == t->used ? NULL : "the index of claims has stale entries";
}

const char *invariants_broken(const struct core *core)
{
	static const char *(*const checks[])(const struct core *) = {
		invariants_of_tables, check_sessions,    check_subscriptions,
		check_streams,        check_conferences, check_shares,
		check_players,        check_links,       check_mesh};

	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		const char *fault = checks[i](core);
		if (fault)
			return fault;
	}
	return NULL;
}

const char *invariants_of_row(const struct core *core, enum kind kind, const void *row)
{
	if (kind == KIND_SESSION)
		return check_session(core, row);
	if (kind == KIND_STREAM)
		return check_stream(core, row);
	if (kind == KIND_SUBSCRIPTION)
		return check_subscription(core, row);
	if (kind == KIND_PEER)
		return check_peer(core, row);
	if (kind == KIND_UPLINK)
		return check_uplink(core, row);
	if (kind == KIND_BLOCK)
		return check_block(row);
	return kind == KIND_PLAYER ? check_player(core, row) : NULL;
}

const char *invariants_of_derived(const struct core *core, enum kind kind, const void *row)
{
	const struct stream *x = row;
	const struct session *s = row;

	if (kind == KIND_STREAM && x->listeners != scan_listeners(core, x))
		return "a stream's count of listeners is wrong";
	if (kind == KIND_SESSION && s->subscriptions != scan_subscriptions(core, s))
		return "a session counts other subscriptions than it has";
	return kind == KIND_CONFERENCE ? check_conference(core, row) : NULL;
}
