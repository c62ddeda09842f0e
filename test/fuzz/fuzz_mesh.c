/*
 * Mesh datagrams of any octets at a server with four links and a hotspot, under a moving clock; at
 * the end the core is whole and, after a minute of silence, nobody is logged in. An input that
 * begins with a tag of the mesh is one datagram, signed anew; any other is a list of events:
 *
 *   who(1)  wait(1)  len(1)  octets(len)
 *   who     0..3 a link: FBP, OpenBridge, relaxed FBP, FBP without a target; 4 the hotspot, 5 a
 * stranger, 6 the operator, 7 nobody, modulo 8 0x80 the octets are signed with the key of the
 * links, so that what is behind the MAC is reached 0x40 a DMRE is of now, and by a server of the
 * mesh 0x20 a burst is to a talkgroup somebody listens to wait    in units of 16 ms
 */
#include "core/core.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/blake2b.h"
#include "base/hmac.h"
#include "base/text.h"
#include "unit/core/world.h"
#include "wire/obp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOTSPOT 234567801u
#define KEY "kilo tango"
#define WALL_NS UINT64_C(1800000000000000000)
#define MESH_SOCKET 1u
#define TG_AT 8u
#define FLAGS_AT 15u
#define FRAME_LEN 53u
#define STAMP_AT 56u
#define SERVER_AT 64u

static const char text[] =
	"[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase = " WORLD_PASSPHRASE
	"\nstatic-2 = 91\n[limits]\nsessions = 2\nsubscriptions = 8\nstreams = 16\nlocations = 16\n"
	"transmit-timeout = 2s\n"
	"[peer a]\nbind = 192.0.2.1:62044\ntarget = 10.0.0.1:1000\npassphrase = " KEY "\n"
	"accept-stun = yes\nstun-time = 1s\n"
	"[peer b]\nbind = 192.0.2.1:62044\ntarget = 10.0.1.1:1000\npassphrase = " KEY "\n"
	"protocol = obp\n"
	"[peer c]\nbind = 192.0.2.1:62044\ntarget = 10.0.2.1:1000\npassphrase = " KEY "\n"
	"relaxed = yes\nremote-id = 7301\n"
	"[peer d]\nbind = 192.0.2.1:62044\npassphrase = " KEY "\nrelaxed = yes\nremote-id = 7302\n";

static struct world world;

/* Made once, then an image of its memory is put back. */
static void open_core(void)
{
	static const uint8_t seed[CORE_SEED_LEN] = {1};
	static struct arena arena;
	static void *image;

	if (!image) {
		struct arena measure;
		struct endpoint at = world_endpoint(4, 1000);
		world_open(&world, text, 1);
		arena_measure(&measure);
		core_open(&measure, &world.conf, seed, WORLD_START);
		image = malloc(measure.used);
		if (!image || !arena_claim(&arena, measure.used))
			abort();
		world.core = core_open(&arena, &world.conf, seed, WORLD_START);
		if (!world_login(&world, &at, HOTSPOT, '3'))
			abort();
		memcpy(image, arena.block, arena.used);
	}
	memcpy(arena.block, image, arena.used);
	world.now = WORLD_START;
	actions_empty(&world.actions);
}

/* What leaves is signed, and no frame leaves with more hops than there may be. */
static void look_at_mesh(const uint8_t *sent, size_t len)
{
	struct obp_key key = obp_key_make(KEY, false);
	struct obp_message m;
	const char *reason = "";

	enum parse answer = obp_parse(sent, len, &m, &reason);
	assert(answer == PARSE_OK && obp_authentic(&key, sent, len, &m));
	assert(m.kind != OBP_BURST || m.burst.hops <= 10);
	(void)answer;
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
		if (world.actions.targets[i].where.socket == MESH_SOCKET)
			look_at_mesh(sent, len);
		else
			assert(hbp_parse(sent, len, &m, &reason) == PARSE_OK);
	}
	actions_empty(&world.actions);
}

/* As the loop does: one event, then what it made is performed. */
static void step(struct event *event)
{
	event->wall_ns = WALL_NS + (uint64_t)(world.now - WORLD_START) * 1000000;
	world_step(&world, event);
	look();
}

static void sleep_for(tick_t ms)
{
	tick_t until = world.now + ms;

	while (core_next(world.core) <= until) {
		if (core_next(world.core) > world.now)
			world.now = core_next(world.core);
		step(&(struct event){.kind = EVENT_TIME});
	}
	world.now = until;
}

static void order(uint8_t what)
{
	static const char *const words[] = {"a stun", "a clear", "a reset", ""};
	struct command command = {.kind = COMMAND_PEER};

	(void)text_copy(command.text, sizeof(command.text), words[what >> 3 & 3]);
	if (command.text[0])
		command.text[0] = (char)('a' + (what >> 5));
	else
		command.kind = COMMAND_SNAPSHOT;
	step(&(struct event){.kind = EVENT_COMMAND, .command = &command});
	step(&(struct event){.kind = EVENT_ROWS, .rows = 100});
}

static void sign(uint8_t *bytes, size_t len)
{
	uint8_t key[OBP_KEY_LEN] = KEY;
	struct blake2b blake;
	struct hmac hmac;

	if (len > FRAME_LEN && memcmp(bytes, "DMRE", 4) == 0) {
		blake2b_begin(&blake, 16, key, sizeof(key));
		blake2b_add(&blake, bytes, len - 16);
		blake2b_end(&blake, bytes + len - 16);
	} else if (len >= 24) {
		bool version = memcmp(bytes, "BCVE", 4) == 0;
		hmac_begin(&hmac, key, sizeof(key));
		hmac_add(&hmac, bytes + (version ? 4 : 0), len - 20 - (version ? 4 : 0));
		hmac_end(&hmac, bytes + len - 20);
	}
}

static void freshen(uint8_t *bytes, size_t len)
{
	struct wr w = wr_make(bytes + STAMP_AT, SERVER_AT + 4 - STAMP_AT);

	if (len < 85 || memcmp(bytes, "DMRE", 4) != 0)
		return;
	wr_u64(&w, WALL_NS + (uint64_t)(world.now - WORLD_START) * 1000000);
	wr_u32(&w, 7301);
}

static void aim(uint8_t *bytes, size_t len)
{
	struct wr w = wr_make(bytes + TG_AT, 3);

	if (len <= FLAGS_AT)
		return;
	wr_u24(&w, 91);
	bytes[FLAGS_AT] &= 0x3F;
}

static void datagram(uint8_t who, const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct event event = {.kind = EVENT_DATAGRAM};

	if (!copy)
		abort();
	memcpy(copy, bytes, len);
	if (who & 0x20)
		aim(copy, len);
	if (who & 0x40)
		freshen(copy, len);
	if (who & 0x80)
		sign(copy, len);
	event.datagram.bytes = copy;
	event.datagram.len = len;
	event.datagram.from = world_endpoint(who & 7, (uint16_t)(1000 + (who >> 3 & 1)));
	event.datagram.from.socket = (who & 7) == 4 ? 0 : MESH_SOCKET;
	step(&event);
	free(copy);
}

static void events(struct rd *r)
{
	while (rd_more(r)) {
		uint8_t who = rd_u8(r), wait = rd_u8(r), len = rd_u8(r), bytes[255];
		size_t have = len < rd_left(r) ? len : rd_left(r);
		rd_bytes(r, bytes, have);
		sleep_for((tick_t)wait * 16);
		if ((who & 7) == 6)
			order(who);
		else
			datagram(who, bytes, have);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_make(data, size);

	open_core();
	if (size >= 4 && (memcmp(data, "DMR", 3) == 0 || memcmp(data, "BC", 2) == 0)) {
		for (uint8_t link = 0; link < 4; link++) {
			datagram(link, data, size);
			datagram(link | 0x80, data, size);
			datagram(link | 0xE0, data, size);
		}
	} else {
		events(&r);
	}
	sleep_for(TICK_MINUTE);
	assert(!core_has_sessions(world.core));
	return 0;
}
