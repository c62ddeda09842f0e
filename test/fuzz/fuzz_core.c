/*
 * Datagrams of any octets from five endpoints under a moving clock; at the end the core is whole
 * and, after a long silence, empty. An input is a list of events:
 *
 *   who(1)  wait(1)  len(1)  octets(len)
 *   who     0..3 a client that was logged in at first, 4 a stranger, 5 a snapshot and rows, 6 a
 * kick, 7 a stop, modulo 8; with 0x80 the octets are a burst from offset 4 on, and tag and client
 * id are put in wait    in units of 16 ms
 */
#include "core/core.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "unit/core/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLIENTS 4u
#define FIRST_ID 234567801u

static const char text[] =
	"[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase = " WORLD_PASSPHRASE
	"\nstatic-2 = 91\nsingle = no\ntimer = 5s\nfollow-port = yes\n[limits]\nsessions = 5\n"
	"subscriptions = 16\nstreams = 16\ntransmit-timeout = 2s\n";

static struct world world;

/* A core with its clients logged in: made once, then an image of its memory is put back. */
static void open_core(void)
{
	static const uint8_t seed[CORE_SEED_LEN] = {1};
	static struct arena arena;
	static void *image;

	if (!image) {
		struct arena measure;
		world_open(&world, text, 1);
		arena_measure(&measure);
		core_open(&measure, &world.conf, seed, WORLD_START);
		image = malloc(measure.used);
		if (!image || !arena_claim(&arena, measure.used))
			abort();
		world.core = core_open(&arena, &world.conf, seed, WORLD_START);
		for (unsigned i = 0; i < CLIENTS; i++) {
			struct endpoint at = world_endpoint((uint8_t)i, 1000);
			if (!world_login(&world, &at, FIRST_ID + i, i == 3 ? '4' : '3'))
				abort();
		}
		memcpy(image, arena.block, arena.used);
	}
	memcpy(arena.block, image, arena.used);
	world.now = WORLD_START;
	actions_empty(&world.actions);
}

static void look(void)
{
	const char *fault = core_check(world.core);

	if (fault) {
		fprintf(stderr, "%s\n", fault);
		abort();
	}
	assert(world.actions.refused_total == 0);
	for (uint32_t i = 0; i < world.actions.target_count; i++) {
		uint8_t sent[SEND_MAX];
		struct hbp_message m;
		const char *reason = "";
		size_t len = world_sent(&world, i, sent);
		assert(hbp_parse(sent, len, &m, &reason) == PARSE_OK);
	}
	actions_empty(&world.actions);
}

/* As the loop does: one event, then what it made is performed. */
static void sleep_for(tick_t ms)
{
	struct event event = {.kind = EVENT_TIME};
	tick_t until = world.now + ms;

	while (core_next(world.core) <= until) {
		if (core_next(world.core) > world.now)
			world.now = core_next(world.core);
		world_step(&world, &event);
		look();
	}
	world.now = until;
}

static void order(uint8_t what)
{
	struct command command = {.kind = what == 6 ? COMMAND_KICK : COMMAND_SNAPSHOT,
	                          .client = FIRST_ID};
	struct event event = {.kind = EVENT_COMMAND, .command = &command};

	if (what == 7)
		event.kind = EVENT_STOP;
	world_step(&world, &event);
	look();
	event = (struct event){.kind = EVENT_ROWS, .rows = 40};
	world_step(&world, &event);
	look();
}

static void datagram(uint8_t who, const uint8_t *bytes, size_t len)
{
	uint8_t copy[256];
	struct endpoint at = world_endpoint(who & 7, (uint16_t)(1000 + (who >> 3 & 1)));

	memcpy(copy, bytes, len);
	if (who & 0x80 && len > 15) {
		struct wr w = wr_make(copy, 4);
		wr_bytes(&w, "DMRD", 4);
		w = wr_make(copy + HBP_BURST_ID_AT, 4);
		wr_u32(&w, FIRST_ID + (who & 3));
	}
	world_datagram(&world, &at, copy, len);
	look();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_make(data, size);

	open_core();
	while (rd_more(&r)) {
		uint8_t who = rd_u8(&r), wait = rd_u8(&r), len = rd_u8(&r), bytes[255];
		size_t have = len < rd_left(&r) ? len : rd_left(&r);
		rd_bytes(&r, bytes, have);
		sleep_for((tick_t)wait * 16);
		if ((who & 7) > 4)
			order(who & 7);
		else
			datagram(who, bytes, have);
	}
	sleep_for(10 * TICK_MINUTE);
	assert(!core_has_sessions(world.core));
	return 0;
}
