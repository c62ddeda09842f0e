#include "sim/heir.h"

#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "base/util.h"

/* Steps between two of them: a long scenario costs little. */
#define PAUSE(steps) (5 + (steps) / 4)

void heir_begin(struct heir *h)
{
	heir_end(h);
	*h = (struct heir){.steps = 0};
}

void heir_end(struct heir *h)
{
	arena_release(&h->arena);
	free(h->octets);
	h->octets = NULL;
	h->size = 0;
	h->core = NULL;
}

/* Another seed: what has to stay the same comes with the state. */
static void open_core(struct heir *h, struct arena *arena, const struct conf *conf, tick_t now)
{
	static const uint8_t seed[CORE_SEED_LEN] = {1};

	h->core = core_open(arena, conf, seed, now);
	actions_open(&h->actions, arena, &conf->limits);
}

const char *heir_take(struct heir *h, const struct core *core, const struct conf *conf, tick_t now,
                      const struct event *event)
{
	struct arena measure, room = {.block = NULL};
	uint32_t left = 0;

	h->stopped |= event->kind == EVENT_STOP;
	h->core = NULL;
	if (h->steps++ < h->due || h->stopped || event->kind == EVENT_CONF || core_wants_rows(core))
		return NULL;
	h->due = h->steps + PAUSE(h->steps);
	arena_release(&h->arena);
	arena_measure(&measure);
	open_core(h, &measure, conf, now);
	size_t size = core_handover_size(conf);
	if (h->size != size) {
		free(h->octets);
		h->octets = malloc(size);
		h->size = size;
	}
	if (!h->octets || !arena_claim(&h->arena, measure.used))
		abort();
	open_core(h, &h->arena, conf, now);
	size_t len = core_hand_over(core, h->octets, size);
	const char *fault = core_take_over(h->core, h->octets, len, &room, &left);
	arena_release(&room);
	return fault || !left ? fault : "rows were left out";
}

static uint64_t digest(const void *bytes, size_t len)
{
	return siphash((struct siphash_key){1, 2}, bytes, len);
}

/* The same for the same actions in any order. */
static uint64_t sum_sends(const struct actions *a)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < a->target_count; i++) {
		const struct target *t = &a->targets[i];
		const struct send *s = &a->sends[t->send];
		uint64_t about[5] = {digest(s->bytes, s->len), t->id, t->where.to.port,
		                     t->where.socket, s->id_at};
		about[0] ^= digest(t->where.to.ip, sizeof(t->where.to.ip)) << 1;
		sum += digest(about, sizeof(about));
	}
	return sum;
}

static uint64_t sum_records(const struct actions *a)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < a->record_count; i++) {
		uint8_t bytes[RECORD_MAX];
		struct wr w = wr_make(bytes, sizeof(bytes));
		record_write(&w, &a->records[i]);
		sum += digest(bytes, wr_len(&w));
	}
	return sum;
}

const char *heir_compare(struct heir *h, tick_t now, const struct event *event,
                         const struct actions *theirs)
{
	if (!h->core)
		return NULL;
	core_step(h->core, now, event, &h->actions);
	bool same_sends = sum_sends(theirs) == sum_sends(&h->actions),
	     same_records = sum_records(theirs) == sum_records(&h->actions);
	actions_empty(&h->actions);
	if (!same_sends)
		return "a core that took over sends something else";
	return same_records ? NULL : "a core that took over reports something else";
}
