#include "core/step/expire.h"

#include "state/pool.h"

static struct expiry *timer_of(enum kind kind, void *row)
{
	return (void *)((unsigned char *)row + kinds[kind].timer);
}

void expire_open(struct core *core, struct arena *arena)
{
	uint32_t rows = 0;

	for (enum kind kind = 0; kind < KINDS; kind++)
		if (kinds[kind].timer)
			rows += kind_pool(core, kind)->capacity;
	expiry_open(&core->expiry, arena, rows);
}

void expire_rebuild(struct core *core)
{
	struct expiry_heap *heap = &core->expiry;

	expiry_clear(heap);
	for (enum kind kind = 0; kind < KINDS; kind++)
		if (kinds[kind].timer)
			POOL_EACH(void *, row, kind_pool(core, kind))
				expiry_put_back(heap, timer_of(kind, row), kind, pool_handle(row));
}

void expire_at(struct core *core, enum kind kind, void *row, tick_t deadline)
{
	if (!expiry_set(&core->expiry, timer_of(kind, row), kind, pool_handle(row), deadline))
		expire_rebuild(core);
}

bool expire_next(struct step *step)
{
	struct core *core = step->core;
	struct expiry_entry e;

	if (!expiry_pop(&core->expiry, step->now, &e))
		return false;
	void *row = pool_get(kind_pool(core, e.kind), e.row);
	if (row && expiry_due(&core->expiry, timer_of(e.kind, row), &e))
		kinds[e.kind].due(step, row);
	return true;
}
