/*
 * One kind of message, COUNT times, into a core: what callgrind counts instructions of.
 *
 *	cost SCENARIO COUNT
 *
 * Two runs with different counts differ by what the messages cost, so logins and the start are left
 * out (cost.py does that).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hotspot/talk.h"
#include "unit/core/world.h"
#include "wire/obp.h"

#define CLIENT 234500001u
#define TALKER 2345001u
#define SERVER 2340u
#define WALL UINT64_C(1800000000000000000)
#define LISTENERS_MAX 120u

#define LISTENER                                                                                   \
	"[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\n"                              \
	"passphrase = " WORLD_PASSPHRASE "\nstatic-2 = 91\n"
#define PEER "[peer a]\nbind = 192.0.2.1:62044\ntarget = 10.0.250.1:62044\npassphrase = alpha\n"
#define LIMITS "[limits]\nframes-per-second = 0\n"

struct bench {
	struct world world;
	struct talk talk;
	struct obp_key alpha;
};

/* Writes the n-th message; returns its sender. */
typedef struct endpoint (*make_fn)(struct bench *b, struct wr *out, uint32_t n);

static struct endpoint at_client(uint32_t n)
{
	return world_endpoint((uint8_t)n, 1000);
}

static struct endpoint at_peer(void)
{
	struct endpoint at = world_endpoint(250, 62044);

	at.socket = CONF_PEER_SOCKETS;
	return at;
}

static struct hbp_burst next_voice(struct bench *b)
{
	static const uint8_t ambe[TALK_AMBE_LEN];

	return talk_voice(&b->talk, ambe);
}

static struct endpoint voice(struct bench *b, struct wr *out, uint32_t n)
{
	struct hbp_burst burst = next_voice(b);

	(void)n;
	hbp_write_burst(out, &burst);
	return at_client(0);
}

static struct endpoint header(struct bench *b, struct wr *out, uint32_t n)
{
	struct hbp_burst burst = talk_lc(&b->talk, DMR_VOICE_HEADER);

	burst.stream = n + 1;
	hbp_write_burst(out, &burst);
	return at_client(0);
}

static struct endpoint mesh_voice(struct bench *b, struct wr *out, uint32_t n)
{
	struct obp_burst burst = {.frame = next_voice(b), .source_server = SERVER, .hops = 1};

	burst.frame.slot = 1;
	burst.frame.client = SERVER;
	obp_write_v5(out, &b->alpha, &burst, WALL + n);
	return at_peer();
}

static struct endpoint forged_voice(struct bench *b, struct wr *out, uint32_t n)
{
	struct endpoint at = mesh_voice(b, out, n);

	out->start[20] ^= 1;
	return at;
}

static struct endpoint ping(struct bench *b, struct wr *out, uint32_t n)
{
	(void)b, (void)n;
	hbp_write_ping(out, CLIENT);
	return at_client(0);
}

static struct endpoint options(struct bench *b, struct wr *out, uint32_t n)
{
	const char *text = n % 2 ? "TS2=91,2350;TIMER=15" : "TS2=91,2351;TIMER=10";

	(void)b;
	hbp_write_options(out, CLIENT, text, strlen(text));
	return at_client(0);
}

static struct endpoint stranger(struct bench *b, struct wr *out, uint32_t n)
{
	(void)b;
	hbp_write_ping(out, CLIENT + n + LISTENERS_MAX);
	return at_client(240);
}

static const struct scenario {
	const char *name;
	make_fn make;
	uint32_t listeners;
	const char *config;
} scenarios[] = {
	{"voice-heard-by-0", voice, 0, LISTENER LIMITS},
	{"voice-heard-by-1", voice, 1, LISTENER LIMITS},
	{"voice-heard-by-101", voice, 101, LISTENER LIMITS},
	{"call-begins", header, 1, LISTENER LIMITS},
	{"voice-to-neighbour", voice, 0, LISTENER PEER LIMITS},
	{"voice-of-neighbour", mesh_voice, 1, LISTENER PEER LIMITS},
	{"forged-voice", forged_voice, 1, LISTENER PEER LIMITS},
	{"ping", ping, 0, LISTENER LIMITS},
	{"options", options, 0, LISTENER LIMITS},
	{"stranger", stranger, 0, LISTENER LIMITS},
};

static void open_bench(struct bench *b, const struct scenario *s)
{
	world_open(&b->world, s->config, 1);
	b->world.wall_ns = WALL;
	b->alpha = obp_key_make("alpha", false);
	b->talk = (struct talk){
		.next = {.src = TALKER, .dst = 91, .client = CLIENT, .slot = 2, .stream = 7}};
	talk_code(&b->talk);
}

static bool login(struct bench *b, uint32_t n)
{
	struct endpoint at = at_client(n);

	return world_login(&b->world, &at, CLIENT + n, '3');
}

static void send(struct bench *b, make_fn make, uint32_t n)
{
	uint8_t bytes[HBP_DATAGRAM_MAX];
	struct wr out = wr_make(bytes, sizeof(bytes));
	struct endpoint at = make(b, &out, n);

	actions_empty(&b->world.actions);
	b->world.now += DMR_BURST_MS;
	world_datagram(&b->world, &at, bytes, wr_len(&out));
}

int main(int argc, char **argv)
{
	static struct bench b;

	if (argc == 1)
		for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
			puts(scenarios[i].name);
	if (argc != 3)
		return argc != 1;
	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
		const struct scenario *s = &scenarios[i];
		if (strcmp(s->name, argv[1]) != 0)
			continue;
		open_bench(&b, s);
		for (uint32_t n = 0; n <= s->listeners; n++)
			if (!login(&b, n))
				return 1;
		for (uint32_t n = 0; n < strtoul(argv[2], NULL, 10); n++)
			send(&b, s->make, n);
		printf("%s: %u targets of the last\n", s->name, b.world.actions.target_count);
		world_close(&b.world);
		return 0;
	}
	fprintf(stderr, "no scenario %s\n", argv[1]);
	return 1;
}
