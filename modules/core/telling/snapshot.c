/*
 * Walks all tables, a few rows at a time, as fast as the pipe to the reporter drains.
 */
#include "core/telling/snapshot.h"

#include "core/step/kind.h"
#include "base/text.h"
#include "core/telling/rows.h"
#include "state/pool.h"

/* Records that are not rows of a kind: each function fills the one after *at, or returns false at
 * the end. */
typedef bool stage(const struct core *core, tick_t now, uint32_t *at, struct record *r);

static bool stage_listeners(const struct core *core, tick_t now, uint32_t *at, struct record *r)
{
	(void)now;

	do
		if (++*at >= core->conf->listener_count)
			return false;
	while (!core->conf->listener[*at].name[0]);
	r->kind = RECORD_LISTENER;
	text_copy(r->listener.name, sizeof(r->listener.name), core->conf->listener[*at].name);
	r->listener.bind = core->conf->listener[*at].bind;
	POOL_EACH(const struct session *, s, &core->sessions.pool)
		r->listener.sessions += s->at.socket == *at;
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

/* One table record per pool, whatever kinds use it, and others. */
static bool stage_tables(const struct core *core, tick_t now, uint32_t *at, struct record *r)
{
	(void)now;
	const struct table_row others[] = {
		{"locations", core->locations.used, core->locations.used, core->locations.capacity},
		{"claims", core->claims.used, core->claims.used, core->claims.capacity},
		{"expiries", core->expiry.count, core->expiry.high_water, core->expiry.capacity}};

	r->kind = RECORD_TABLE;
	if (*at == POOL_NONE)
		*at = KIND_SERVER; /* not a pool */
	while (++*at < KINDS) {
		const struct pool *pool = kind_pool(core, *at);
		if (pool == kind_pool(core, *at - 1))
			continue;
		text_copy(r->table.name, sizeof(r->table.name), pool->name);
		r->table.used = pool->used;
		r->table.high_water = pool->high_water;
		r->table.capacity = pool_size(pool);
		return true;
	}
	if (*at - KINDS >= ARRAY_LEN(others))
		return false;
	r->table = others[*at - KINDS];
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

static stage *const stages[] = {stage_listeners, stage_slots, stage_tables, stage_counters};

#define PARTS (KINDS + ARRAY_LEN(stages)) /* of a snapshot */

/* Fills the record after *at in that part; false at the end. */
static bool next_of(const struct core *core, tick_t now, uint32_t part, uint32_t *at,
                    struct record *r)
{
	const void *row;

	if (part >= KINDS)
		return stages[part - KINDS](core, now, at, r);
	while (kinds[part].show && (row = pool_next(kind_pool(core, part), at)))
		if (kinds[part].show(core, now, row, r))
			return true;
	return false;
}

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

bool snapshot_resume(struct core *core, const struct snapshot *s)
{
	if (s->running && s->part >= PARTS)
		return false;
	core->snapshot = *s;
	return true;
}

void snapshot_go_on(struct step *step, uint32_t rows)
{
	struct snapshot *now_at = &step->core->snapshot;

	while (now_at->running && rows > 0 && actions_have_room(step->actions)) {
		struct record row = {.change = CHANGE_SNAPSHOT, .at = step->now};
		if (next_of(step->core, step->now, now_at->part, &now_at->at, &row)) {
			struct record *r =
				actions_record(step->actions, row.kind, CHANGE_SNAPSHOT, step->now);
			*r = row; /* there is room */
			rows--;
			continue;
		}
		now_at->at = POOL_NONE;
		if (++now_at->part == PARTS) {
			now_at->running = false;
			snapshot_mark(step, false);
		}
	}
}

uint64_t snapshot_hash(const struct core *core)
{
	uint64_t hash = 0;

	for (uint32_t part = 0; part < PARTS; part++) {
		struct record r = {0};
		for (uint32_t at = POOL_NONE; next_of(core, 0, part, &at, &r);
		     r = (struct record){0}) {
			uint8_t bytes[RECORD_MAX + 8];
			struct wr w = wr_make(bytes, sizeof(bytes));
			wr_u64(&w, hash);
			record_write(&w, &r);
			hash = siphash(core->secret, bytes, wr_len(&w));
		}
	}
	return hash;
}
