#include "core/telling/checkpoint.h"

#include "base/util.h"
#include "core/step/kind.h"
#include "core/telling/snapshot.h"
#include "core/telling/takeover.h"

#define MENDED ARRAY_LEN(((struct core *)NULL)->mend_at)

static void write_pools(struct wr *w, const struct core *core)
{
	for (enum kind kind = 0; kind < KINDS; kind++) {
		const struct pool *p = kind_pool(core, kind);
		wr_u32(w, p->high_water);
		wr_u64(w, p->full_total);
	}
}

static void read_pools(struct rd *rd, struct core *core)
{
	for (enum kind kind = 0; kind < KINDS; kind++) {
		struct pool *p = kind_pool_of(core, kind);
		p->high_water = rd_u32(rd);
		p->full_total = rd_u64(rd);
	}
}

size_t checkpoint_write(const struct core *core, void *at, size_t room)
{
	struct wr w = wr_make(at, room);
	const struct snapshot *s = &core->snapshot;

	write_pools(&w, core);
	wr_u32(&w, core->expiry.high_water);
	wr_u64(&w, (uint64_t)core->settling.deadline);
	wr_u32(&w, core->settle_at);
	for (size_t i = 0; i < MENDED; i++)
		wr_u32(&w, core->mend_at[i]);
	wr_u8(&w, s->running);
	wr_u32(&w, s->number);
	wr_u32(&w, s->part);
	wr_u32(&w, s->at);
	wr_u8(&w, core->stopped);
	size_t len = wr_len(&w);
	size_t rows = len ? handover_write(core, CARRIED_FILE, w.at, room - len) : 0;
	return rows ? len + rows : 0;
}

const char *checkpoint_read(struct core *core, const void *octets, size_t len, struct arena *room)
{
	struct rd rd = rd_make(octets, len);
	struct snapshot s;
	struct arena measure;

	read_pools(&rd, core);
	core->expiry.high_water = rd_u32(&rd);
	core->settling.deadline = (tick_t)rd_u64(&rd);
	if (core->settling.deadline != TICK_NEVER)
		core->settling.deadline = tick_bound(core->settling.deadline);
	core->settle_at = rd_u32(&rd);
	for (size_t i = 0; i < MENDED; i++)
		core->mend_at[i] = rd_u32(&rd);
	s.running = rd_u8(&rd);
	s.number = rd_u32(&rd);
	s.part = rd_u32(&rd);
	s.at = rd_u32(&rd);
	core->stopped = rd_u8(&rd);
	if (!snapshot_resume(core, &s))
		return "a snapshot that cannot go on";
	arena_measure(&measure);
	takeover_measure(rd.at, rd_left(&rd), &measure);
	if (!arena_claim(room, measure.used)) /* never: out of memory */
		return "out of memory";
	return takeover_resume(core, rd.at, rd_left(&rd), room);
}
