/*
 * What the harnesses of the core share: a core with everybody logged in, which is made once, its
 * clock, and a look at the core and at what leaves it after every event. An input is a list of
 * events, each of
 *
 *   who(1)  wait(1), in units of 16 ms  len(1)  octets(len)
 */
#ifndef FUZZ_PLAY_H
#define FUZZ_PLAY_H

#include "core/core.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "unit/core/world.h"

#define WALL_NS UINT64_C(1800000000000000000)

struct play {
	struct world world;
	void (*look_at)(uint32_t socket, const uint8_t *sent, size_t len);
};

/* A core for the configuration text, as it was after `log_in`: an image of its memory is put back.
 */
static inline void play_open(struct play *p, const char *text, void (*log_in)(void))
{
	static const uint8_t seed[CORE_SEED_LEN] = {1};
	static struct arena arena;
	static void *image;
	struct world *w = &p->world;

	if (!image) {
		struct arena measure;
		world_open(w, text, 1);
		arena_measure(&measure);
		core_open(&measure, &w->conf, seed, WORLD_START);
		image = malloc(measure.used);
		if (!image || !arena_claim(&arena, measure.used))
			abort();
		w->core = core_open(&arena, &w->conf, seed, WORLD_START);
		log_in();
		memcpy(image, arena.block, arena.used);
	}
	memcpy(arena.block, image, arena.used);
	w->now = WORLD_START;
	actions_empty(&w->actions);
}

static inline void play_look(struct play *p)
{
	struct world *w = &p->world;
	const char *fault = core_check(w->core);

	if (fault) {
		fprintf(stderr, "%s\n", fault);
		abort();
	}
	assert(w->actions.refused_total == 0);
	for (uint32_t i = 0; i < w->actions.target_count; i++) {
		uint8_t sent[SEND_MAX];
		size_t len = world_sent(w, i, sent);
		p->look_at(w->actions.targets[i].where.socket, sent, len);
	}
	actions_empty(&w->actions);
}

/* As the loop does: one event, then what it made is performed. */
static inline void play_step(struct play *p, const struct event *event)
{
	p->world.wall_ns = WALL_NS + (uint64_t)(p->world.now - WORLD_START) * 1000000;
	world_step(&p->world, event);
	play_look(p);
}

static inline void play_sleep(struct play *p, tick_t ms)
{
	tick_t until = p->world.now + ms;

	while (core_next(p->world.core) <= until) {
		if (core_next(p->world.core) > p->world.now)
			p->world.now = core_next(p->world.core);
		play_step(p, &(struct event){.kind = EVENT_TIME});
	}
	p->world.now = until;
}

/* A command, and the rows it asks for. */
static inline void play_order(struct play *p, const struct command *command)
{
	play_step(p, &(struct event){.kind = EVENT_COMMAND, .command = command});
	play_step(p, &(struct event){.kind = EVENT_ROWS, .rows = 100});
}

/* From a block of its very length, so that the address sanitiser sees one octet too far. */
static inline void play_datagram(struct play *p, const struct endpoint *from, const uint8_t *bytes,
                                 size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct event event = {.kind = EVENT_DATAGRAM};

	if (!copy)
		abort();
	memcpy(copy, bytes, len);
	event.datagram.bytes = copy;
	event.datagram.len = len;
	event.datagram.from = *from;
	play_step(p, &event);
	free(copy);
}

/* The events of an input, one by one. */
static inline void play_events(struct play *p, const uint8_t *data, size_t size,
                               void (*play)(uint8_t who, uint8_t *bytes, size_t len))
{
	struct rd r = rd_make(data, size);

	while (rd_more(&r)) {
		uint8_t who = rd_u8(&r), wait = rd_u8(&r), len = rd_u8(&r), bytes[255];
		size_t have = len < rd_left(&r) ? len : rd_left(&r);
		rd_bytes(&r, bytes, have);
		play_sleep(p, (tick_t)wait * 16);
		play(who, bytes, have);
	}
}

#endif
