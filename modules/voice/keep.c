#include "voice/keep.h"

#include <errno.h>
#include <stdatomic.h>

#include "io/shared.h"

#define SERVES 0x66646d72u
#define FILLS 1u     /* under construction */
#define HEAD_LEN 64u /* a cache line, before the core */

struct head {
	_Atomic uint32_t serves; /* SERVES if it holds a core; 0 = none */
	_Atomic uint32_t steps;  /* steps begun and ended: odd during one */
};

_Static_assert(sizeof(struct head) <= HEAD_LEN, "the head fits before the core");

static struct head *head_of(const struct keep *k)
{
	return k->at;
}

static struct arena arena_of(const struct keep *k)
{
	struct arena arena;

	arena_lay(&arena, (unsigned char *)k->at + HEAD_LEN, k->size - HEAD_LEN);
	return arena;
}

size_t keep_size(const struct conf *conf)
{
	static const uint8_t seed[CORE_SEED_LEN];
	struct arena measure;

	arena_measure(&measure);
	(void)core_open(&measure, conf, seed, 0);
	return HEAD_LEN + measure.used;
}

static bool fits(const struct keep *k, const struct conf *conf)
{
	return keep_size(conf) == k->size;
}

struct core *keep_adopt(const struct keep *k, const struct conf *conf, const char **fault)
{
	struct arena arena = arena_of(k);
	uint32_t serves = atomic_load(&head_of(k)->serves);

	*fault = NULL;
	if (!serves)
		return NULL;
	if (serves == FILLS)
		*fault = "incomplete state";
	else if (serves != SERVES)
		*fault = "damaged header of the state";
	else if (!fits(k, conf))
		*fault = "state with other table sizes";
	if (*fault)
		return NULL;
	struct core *core = core_find(&arena, conf);
	*fault = core ? core_adopt(core) : "state with other table sizes";
	return *fault ? NULL : core;
}

struct lost_client *keep_lost(const struct keep *k, const struct conf *conf, struct arena *room,
                              uint32_t *count)
{
	struct arena arena = arena_of(k);
	struct core *core = fits(k, conf) ? core_find(&arena, conf) : NULL;
	uint32_t rows = conf->limits.sessions, at = UINT32_MAX;
	struct lost_client *list = NULL;

	*count = 0;
	if (core && arena_claim(room, (rows + 1) * sizeof(*list)))
		list = arena_cut(room, "lost clients", rows, sizeof(*list));
	while (list && *count < rows && core_lost_client(core, &at, &list[*count]))
		++*count;
	return list;
}

struct core *keep_open(const struct keep *k, const struct conf *conf,
                       const uint8_t seed[static CORE_SEED_LEN], tick_t now)
{
	struct arena arena = arena_of(k);

	if (!fits(k, conf))
		errno = EOVERFLOW;
	if (!fits(k, conf) || !shared_clear(k->at, k->size))
		return NULL;
	atomic_store(&head_of(k)->serves, FILLS);
	return core_open(&arena, conf, seed, now);
}

void keep_serve(const struct keep *k)
{
	atomic_store(&head_of(k)->serves, SERVES);
}

void keep_begin_step(const struct keep *k)
{
	atomic_store_explicit(&head_of(k)->steps, head_of(k)->steps | 1, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
}

void keep_end_step(const struct keep *k)
{
	atomic_signal_fence(memory_order_seq_cst);
	atomic_store_explicit(&head_of(k)->steps, head_of(k)->steps + 1, memory_order_relaxed);
}

bool keep_is_midway(const struct keep *k)
{
	return atomic_load(&head_of(k)->steps) & 1;
}

void keep_forget(const struct keep *k)
{
	atomic_store(&head_of(k)->serves, 0);
}
