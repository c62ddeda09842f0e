/*
 * Who comes first towards a slot (decision 31), and in which order waiting talkers are served
 * (decision 32). Generated, with the expectation written down once more: everything the server says
 * by itself, waiting or playing, meets everything that may come.
 */
#include <string.h>

#include "core/step/step.h"
#include "dmr/burst.h"
#include "harness/t.h"
#include "world.h"

#define LISTENER 2300101u
#define OTHER 2300102u
#define TALKERS 6u

static const char conf[] =
	"[server]\nid = 2345\nident-every = 2m\n[listener l]\nbind = 192.0.2.1:62031\n"
	"passphrase = " WORLD_PASSPHRASE "\nhang-time = 0\nsingle = no\ntimer = 1m\nident = no\n"
	"[client 2300101]\nident = yes\n";

static struct world w;

static struct endpoint at_of(uint32_t id)
{
	return world_endpoint((uint8_t)(id - LISTENER), 1000);
}

static void datagram(uint32_t id, const void *bytes, size_t len)
{
	struct endpoint at = at_of(id);

	world_datagram(&w, &at, bytes, len);
}

static void send(uint32_t id, struct hbp_burst b)
{
	struct endpoint at = at_of(id);

	b.src = b.client = id;
	b.slot = b.slot ? b.slot : 2;
	world_burst(&w, &at, &b);
}

static struct hbp_burst frame(uint32_t stream, uint32_t tg, bool unit, unsigned n)
{
	struct hbp_burst b = world_frame(0, tg, n);

	b.slot = 0;
	b.unit = unit;
	b.stream = stream;
	return b;
}

static void talk(uint32_t id, struct hbp_burst first, unsigned frames)
{
	for (unsigned n = 0; n < frames; n++) {
		struct hbp_burst b = frame(first.stream, first.dst, first.unit, n);
		b.slot = first.slot;
		send(id, b);
		world_sleep(&w, DMR_BURST_MS);
	}
	struct hbp_burst end = frame(first.stream, first.dst, first.unit, 0);
	end.slot = first.slot;
	end.seq = (uint8_t)frames;
	end.class = BURST_TERMINATOR;
	send(id, end);
}

/* What the listener got since the actions were emptied: frames of one stream (0 = of the server's
 * own), terminators left out. */
static unsigned heard(uint32_t stream)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < w.actions.target_count; i++) {
		uint8_t sent[SEND_MAX];
		struct hbp_message m;
		const char *reason;
		size_t len = world_sent(&w, i, sent);
		if (w.actions.targets[i].id != LISTENER || len != HBP_BURST_LEN ||
		    hbp_parse(sent, len, &m, &reason) != PARSE_OK)
			continue;
		bool end = m.burst.class == BURST_TERMINATOR;
		bool ours = m.burst.stream > 0xff;
		n += !end && (stream ? m.burst.stream == stream : ours);
	}
	return n;
}

static void login(uint32_t id)
{
	struct endpoint at = at_of(id);
	uint8_t bytes[64];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	T_CHECK(world_login(&w, &at, id, '3'));
	hbp_write_options(&wr, id, "TS2=91", 6);
	datagram(id, bytes, wr_len(&wr));
}

static void ping(uint32_t id)
{
	uint8_t bytes[16];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	hbp_write_ping(&wr, id);
	datagram(id, bytes, wr_len(&wr));
}

/* Until the server is about to say something by itself. */
static void await_player(void)
{
	for (unsigned i = 0; i < 3000 && !w.core->players.pool.used; i++) {
		if (i % 100 == 0) {
			ping(LISTENER);
			ping(OTHER);
		}
		world_sleep(&w, 100);
		actions_empty(&w.actions);
	}
	T_EQUAL(w.core->players.pool.used, 1);
}

enum what { ANSWER, ECHO, NOTICE, IDENT, WHATS };
enum comes { OWN_RADIO, CALL, DATA, COMES };

static void begin(enum what what)
{
	switch (what) {
	case ANSWER:
		talk(LISTENER, frame(1, 5000, true, 0), 3);
		break;
	case ECHO:
		talk(LISTENER, frame(1, 9990, false, 0), 60);
		break;
	case NOTICE:
		talk(LISTENER, frame(1, 2350, true, 0), 3);
		world_sleep(&w, 20 * TICK_SECOND);
		await_player();
		break;
	case IDENT:
		await_player();
		break;
	case WHATS:
		break;
	}
}

static void come(enum comes comes)
{
	struct hbp_burst data = {.dst = 91, .stream = 2, .class = BURST_CSBK};

	switch (comes) {
	case OWN_RADIO:
		for (unsigned n = 0; n < 4; n++) {
			send(LISTENER, frame(2, 92, false, n));
			world_sleep(&w, DMR_BURST_MS);
		}
		break;
	case CALL:
		talk(OTHER, frame(2, 91, false, 0), 4);
		break;
	case DATA:
		send(OTHER, data);
		break;
	case COMES:
		break;
	}
}

/* The table, as people would say it. */
static bool comes_first(enum what what, bool playing, enum comes comes)
{
	bool asked = what == ANSWER || what == ECHO;

	if (comes == OWN_RADIO || !asked)
		return true;
	return comes == DATA && !playing; /* it breaks nothing that has not begun */
}

static void meet(enum what what, bool playing, enum comes comes)
{
	static const char *const whats[] = {"answer", "echo", "notice", "ident"};
	static const char *const who[] = {"own radio", "call", "data"};
	static const unsigned frames[] = {0, 4, 1};

	world_open(&w, conf, 1);
	login(LISTENER);
	login(OTHER);
	begin(what);
	world_sleep(&w, playing ? 1400 : 500);
	T_EQUAL(heard(0) > 0, playing);
	actions_empty(&w.actions);
	come(comes);
	bool first = comes_first(what, playing, comes);
	unsigned wanted = first ? frames[comes] : 0, got = heard(2);
	if (comes != DATA)
		world_sleep(&w, 300);
	unsigned ours = heard(0);
	bool goes_on = playing && !first && comes != DATA;
	if (got != wanted || (first && ours) || (goes_on && !ours))
		t_fail(__FILE__, __LINE__, "%s %s, %s comes: %u of it heard, of ours %u",
		       whats[what], playing ? "plays" : "waits", who[comes], got, ours);
	T_CHECK(core_check(w.core) == NULL);
	T_EQUAL(w.actions.refused_total, 0);
	world_close(&w);
}

T_CASE(the_order_towards_a_slot_is_kept)
{
	for (enum what what = 0; what < WHATS; what++)
		for (enum comes comes = 0; comes < COMES; comes++)
			for (int playing = 0; playing < 2; playing++)
				meet(what, playing, comes);
}

/* ---- waiting talkers ---- */

struct talker {
	unsigned begins, frames, sent; /* in steps of 10 ms; frames with the header */
};

/* The client that is carried now; 0 = none. */
static uint32_t speaker(void)
{
	const struct conference *c = conference_find(&w.core->subscriptions, 91);
	const struct stream *x = c ? stream_get(&w.core->streams, c->speaker) : NULL;

	return x ? x->origin.index : 0;
}

static void send_due(unsigned i, struct talker *t, unsigned step)
{
	if (step < t->begins || (step - t->begins) % 6 || t->sent > t->frames)
		return;
	struct hbp_burst b = frame(0x10 + i, 91, false, t->sent);
	b.seq = (uint8_t)t->sent;
	if (t->sent++ == t->frames) {
		b.class = BURST_TERMINATOR;
	}
	send(OTHER + i, b);
}

/*
 * The first speaks while the others begin, at any time and so in any phase; later ones talk for so
 * long that each is there at its turn. They are carried in the order in which they began.
 */
static void queue(uint64_t seed)
{
	struct talker talker[TALKERS];
	unsigned begins = 0, next = 0;

	world_open(&w, conf, 1);
	login(LISTENER);
	for (unsigned i = 0; i < TALKERS; i++) {
		login(OTHER + i);
		talker[i] = (struct talker){begins, 40 + 60 * i, 0};
		begins += 1 + world_random(&seed) % 30;
	}
	uint32_t last = 0;
	for (unsigned step = 0; step < 4000; step++) {
		for (unsigned i = 0; i < TALKERS; i++)
			send_due(i, &talker[i], step);
		uint32_t now = speaker();
		if (now && now != last)
			T_EQUAL(now, OTHER + next++);
		last = now;
		world_sleep(&w, 10);
		actions_empty(&w.actions);
	}
	T_EQUAL(next, TALKERS);
	T_CHECK(core_check(w.core) == NULL);
	world_close(&w);
}

T_CASE(waiting_talkers_are_served_in_their_order)
{
	for (uint64_t seed = 1; seed <= 40; seed++)
		queue(seed);
}

T_MAIN()
