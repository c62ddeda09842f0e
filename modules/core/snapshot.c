/*
 * A walk over all tables, some rows at a time, as fast as the pipe to the reporter drains.
 */
#include "core/snapshot.h"

#include "base/text.h"
#include "core/rows.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

/*
 * The stages of a snapshot. Each gives the row after *at, or false at its end.
 */
typedef bool stage(const struct core *core, tick_t now, uint32_t *at, struct record *r);

static bool stage_server(const struct core *core, tick_t now, uint32_t *at, struct record *r)
{
	(void)now;
	struct server_row *row = &r->server;

	if (*at != POOL_NONE)
		return false;
	*at = 0;
	r->kind = RECORD_SERVER;
	row->id = core->conf->server.id;
	text_copy(row->name, sizeof(row->name), core->conf->server.name);
	text_copy(row->callsign, sizeof(row->callsign), core->conf->server.callsign);
	text_copy(row->version, sizeof(row->version), VERSION);
	row->started = core->started;
	return true;
}

static bool stage_listeners(const struct core *core, tick_t now, uint32_t *at, struct record *r)
{
	(void)now;
	const struct session *s;

	if (++*at >= core->conf->listener_count)
		return false;
	r->kind = RECORD_LISTENER;
	text_copy(r->listener.name, sizeof(r->listener.name), core->conf->listener[*at].name);
	r->listener.bind = core->conf->listener[*at].bind;
	for (uint32_t i = POOL_NONE; (s = pool_next(&core->sessions.pool, &i));)
		r->listener.sessions += s->at.socket == *at;
	return true;
}

static bool stage_sessions(const struct core *core, tick_t now, uint32_t *at, struct record *r)
{
	(void)now;
	const struct session *s;

	do {
		s = pool_next(&core->sessions.pool, at);
		if (!s)
			return false;
	} while (session_is_uplink(s));
	r->kind = RECORD_SESSION;
	rows_fill_session(core, &r->session, s);
	return true;
}

/* Slots that are not idle; *at counts two for each session. */
static bool stage_slots(const struct core *core, tick_t now, uint32_t *at, struct record *r)
{
	const struct pool *sessions = &core->sessions.pool;

	while (++*at < 2 * sessions->fresh) {
		const struct session *s = pool_at(sessions, *at / 2);
		if (!s || session_is_uplink(s))
			continue;
		rows_fill_slot(core, now, &r->slot, s, (uint8_t)(1 + *at % 2));
		if (r->slot.state == SLOT_IDLE)
			continue;
		r->kind = RECORD_SLOT;
		return true;
	}
	return false;
}

static bool stage_subscriptions(const struct core *core, tick_t now, uint32_t *at, struct record *r)
{
	(void)now;
	const struct subscription *x;
	const struct session *s;

	do {
		x = pool_next(&core->subscriptions.pool, at);
		if (!x)
			return false;
		s = pool_at(&core->sessions.pool, x->session);
	} while (session_is_uplink(s));
	r->kind = RECORD_SUBSCRIPTION;
	rows_fill_subscription(core, &r->subscription, s, x);
	return true;
}

static bool stage_calls(const struct core *core, tick_t now, uint32_t *at, struct record *r)
{
	(void)now;
	const struct stream *x;

	do {
		x = pool_next(&core->streams.pool, at);
		if (!x)
			return false;
	} while (!x->told);
	r->kind = RECORD_CALL;
	rows_fill_call(core, &r->call, x);
	return true;
}

static bool stage_peers(const struct core *core, tick_t now, uint32_t *at, struct record *r)
{
	const struct peer *p = pool_next(&core->peers.pool, at);

	if (!p)
		return false;
	r->kind = RECORD_PEER;
	rows_fill_peer(core, now, &r->peer, p);
	return true;
}

static bool stage_uplinks(const struct core *core, tick_t now, uint32_t *at, struct record *r)
{
	(void)now;
	const struct uplink *u = pool_next(&core->uplinks.pool, at);

	if (!u)
		return false;
	r->kind = RECORD_PEER;
	rows_fill_uplink(core, &r->peer, u);
	return true;
}

static bool stage_blocks(const struct core *core, tick_t now, uint32_t *at, struct record *r)
{
	(void)now;
	const struct block *b = pool_next(&core->blocks.pool, at);

	if (!b)
		return false;
	r->kind = RECORD_BLOCK;
	rows_fill_block(&r->block, b);
	return true;
}

static bool stage_tables(const struct core *core, tick_t now, uint32_t *at, struct record *r)
{
	(void)now;
	const struct pool *pools[] = {
		&core->sessions.pool, &core->subscriptions.pool, &core->subscriptions.conferences,
		&core->streams.pool,  &core->players.pool,       &core->players.recordings,
		&core->peers.pool,    &core->uplinks.pool,       &core->blocks.pool,
		&core->announcements.pool};
	const struct table_row others[] = {
		{"locations", core->locations.used, core->locations.used, core->locations.capacity},
		{"claims", core->claims.used, core->claims.used, core->claims.capacity},
		{"expiries", core->expiry.count, core->expiry.high_water, core->expiry.capacity}};
	uint32_t nth = ++*at;

	if (nth >= ARRAY_LEN(pools) + ARRAY_LEN(others))
		return false;
	r->kind = RECORD_TABLE;
	if (nth >= ARRAY_LEN(pools)) {
		r->table = others[nth - ARRAY_LEN(pools)];
		return true;
	}
	const struct pool *pool = pools[nth];
	text_copy(r->table.name, sizeof(r->table.name), pool->name);
	r->table.used = pool->used;
	r->table.high_water = pool->high_water;
	r->table.capacity = pool->capacity;
	return true;
}

static bool stage_counters(const struct core *core, tick_t now, uint32_t *at, struct record *r)
{
	(void)now;
	if (++*at >= COUNT_COUNTERS)
		return false;
	r->kind = RECORD_COUNTER;
	text_copy(r->counter.name, sizeof(r->counter.name), counter_name((enum counter) * at));
	r->counter.value = core->counter[*at];
	return true;
}

static stage *const stages[] = {stage_server,        stage_listeners, stage_sessions, stage_slots,
                                stage_subscriptions, stage_calls,     stage_peers,    stage_uplinks,
                                stage_blocks,        stage_tables,    stage_counters};

static void snapshot_mark(struct step *step, bool begin)
{
	struct record *r =
		actions_record(step->actions, RECORD_SNAPSHOT, CHANGE_SNAPSHOT, step->now);

	if (!r)
		return;
	r->snapshot.number = step->core->snapshot.number;
	r->snapshot.begin = begin;
}

void snapshot_start(struct step *step, uint32_t number)
{
	step->core->snapshot =
		(struct snapshot){.running = true, .number = number, .at = POOL_NONE};
	snapshot_mark(step, true);
}

void snapshot_go_on(struct step *step, uint32_t rows)
{
	struct snapshot *now_at = &step->core->snapshot;

	while (now_at->running && rows > 0 && actions_have_room(step->actions)) {
		struct record row = {.change = CHANGE_SNAPSHOT, .at = step->now};
		if (stages[now_at->stage](step->core, step->now, &now_at->at, &row)) {
			struct record *r =
				actions_record(step->actions, row.kind, CHANGE_SNAPSHOT, step->now);
			if (r)
				*r = row;
			rows--;
			continue;
		}
		now_at->at = POOL_NONE;
		if (++now_at->stage == ARRAY_LEN(stages)) {
			now_at->running = false;
			snapshot_mark(step, false);
		}
	}
}

uint64_t snapshot_hash(const struct core *core)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < ARRAY_LEN(stages); i++) {
		struct record r = {0};
		for (uint32_t at = POOL_NONE; stages[i](core, 0, &at, &r); r = (struct record){0}) {
			uint8_t bytes[RECORD_MAX + 8];
			struct wr w = wr_make(bytes, sizeof(bytes));
			wr_u64(&w, hash);
			record_write(&w, &r);
			hash = siphash(core->secret, bytes, wr_len(&w));
		}
	}
	return hash;
}
