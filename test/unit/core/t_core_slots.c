/*
 * Which clients hear a call on which slot: every combination of duplex and simplex talker and
 * listener, slot of the call, and slots that have the talkgroup on. Generated; the expectation is
 * written down once more, independently: a duplex listener hears it on each slot that has it, a
 * simplex one once on slot 2 if any has, the talker nowhere.
 */
#include "dmr/burst.h"
#include "harness/t.h"
#include "world.h"

#define TG 91
#define TALKER 2300101u
#define LISTENER 2300102

static const char conf[] = "[server]\nid = 2345\n[listener hotspots]\nbind = 192.0.2.1:62031\n"
			   "passphrase = " WORLD_PASSPHRASE "\n[limits]\nsessions = 4\n"
			   "subscriptions = 64\nstreams = 16\nlocations = 16\n";

struct combination {
	bool talker_simplex, listener_simplex;
	int slot;                          /* of the call */
	unsigned talker_has, listener_has; /* bit 0: slot 1, bit 1: slot 2 */
};

static void set_options(struct world *w, const struct endpoint *at, uint32_t id,
                        const char *options)
{
	uint8_t bytes[64];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	hbp_write_options(&wr, id, options, strlen(options));
	world_datagram(w, at, bytes, wr_len(&wr));
	actions_empty(&w->actions);
}

static void want_options(struct world *w, const struct endpoint *at, uint32_t id, unsigned has)
{
	static const char *const options[] = {"TS1=;TS2=", "TS1=91;TS2=", "TS1=;TS2=91",
	                                      "TS1=91;TS2=91"};

	set_options(w, at, id, options[has]);
}

static void send_burst(struct world *w, const struct endpoint *at, const struct combination *c,
                       enum dmr_data_type type, uint8_t seq)
{
	struct hbp_burst b = {.seq = seq,
	                      .src = TALKER,
	                      .dst = TG,
	                      .client = TALKER,
	                      .slot = (uint8_t)c->slot,
	                      .class = burst_of_type(type),
	                      .stream = 0x0a};
	struct lc lc = lc_make(FLCO_GROUP, TG, TALKER);
	struct lc_coded coded;

	lc_encode(&lc, &coded);
	burst_make_lc(b.payload, &coded, type, 1);
	world_burst(w, at, &b);
}

/* How many frames went to this client on this slot. */
static unsigned heard(const struct world *w, uint32_t id, int slot)
{
	uint8_t sent[SEND_MAX];
	unsigned count = 0;

	for (uint32_t i = 0; i < w->actions.target_count; i++) {
		if (w->actions.targets[i].id != id || world_sent(w, i, sent) != HBP_BURST_LEN)
			continue;
		count += (sent[15] & 0x80 ? 2 : 1) == slot;
	}
	return count;
}

/* The table, as people would say it. */
static unsigned expected(const struct combination *c, int slot)
{
	if (c->listener_simplex)
		return slot == 2 && c->listener_has ? 2 : 0;
	return c->listener_has >> (slot - 1) & 1 ? 2 : 0;
}

static void play(const struct combination *c)
{
	struct endpoint talker = world_endpoint(1, 62031), listener = world_endpoint(2, 62031);
	static struct world w;

	world_open(&w, conf, 1);
	T_CHECK(world_login(&w, &talker, TALKER, c->talker_simplex ? '4' : '3'));
	T_CHECK(world_login(&w, &listener, LISTENER, c->listener_simplex ? '4' : '3'));
	want_options(&w, &talker, TALKER, c->talker_has);
	want_options(&w, &listener, LISTENER, c->listener_has);
	world_sleep(&w, 1000);
	send_burst(&w, &talker, c, DMR_VOICE_HEADER, 0);
	send_burst(&w, &talker, c, DMR_TERMINATOR, 1);
	for (int slot = 1; slot <= 2; slot++) {
		if (heard(&w, LISTENER, slot) != expected(c, slot) || heard(&w, TALKER, slot) != 0)
			t_fail(__FILE__, __LINE__,
			       "talker %s slot %d has %u, listener %s has %u: on slot %d heard %u, "
			       "talker %u",
			       c->talker_simplex ? "simplex" : "duplex", c->slot, c->talker_has,
			       c->listener_simplex ? "simplex" : "duplex", c->listener_has, slot,
			       heard(&w, LISTENER, slot), heard(&w, TALKER, slot));
	}
	T_CHECK(core_check(w.core) == NULL);
	world_close(&w);
}

T_CASE(every_slot_hears_what_it_has_and_no_other)
{
	for (unsigned n = 0; n < 2u * 2u * 2u * 4u * 4u; n++)
		play(&(struct combination){.talker_simplex = n & 1,
		                           .listener_simplex = n >> 1 & 1,
		                           .slot = 1 + (int)(n >> 2 & 1),
		                           .talker_has = n >> 3 & 3,
		                           .listener_has = n >> 5 & 3});
}

/*
 * A call to a slot whose radio side sends data: before it, in the midst of it, and under the
 * numbers the sender of the call happens to use. It is heard whole, and so is the answer to the
 * data.
 */
struct beside {
	bool simplex;  /* the listener, which sends the data */
	int slot;      /* of the call and, unless simplex, of the listener's talkgroup */
	int data_slot; /* of the data */
	bool unit;     /* the data is for the talker, else for the talkgroup */
	bool blocks;   /* a header and blocks, else a CSBK */
	bool stuck;    /* the call's sequence does not advance */
	bool shared;   /* data and call have one stream id */
};

static void send(struct world *w, const struct endpoint *at, struct hbp_burst *b, uint8_t mark)
{
	b->payload[0] = mark;
	world_burst(w, at, b);
}

static void send_data(struct world *w, const struct endpoint *at, const struct beside *c,
                      uint32_t stream)
{
	struct hbp_burst b = {.src = LISTENER,
	                      .dst = c->unit ? TALKER : TG,
	                      .client = LISTENER,
	                      .slot = (uint8_t)c->data_slot,
	                      .unit = c->unit,
	                      .class = c->blocks ? BURST_DATA_HEADER : BURST_CSBK,
	                      .stream = stream};

	send(w, at, &b, 1);
	for (uint8_t i = 0; c->blocks && i < 3; i++) {
		b.class = BURST_RATE_12_DATA;
		b.seq++;
		send(w, at, &b, i);
	}
}

/* Frame n of a call: a header, then voice. */
static void send_frame(struct world *w, const struct endpoint *at, const struct beside *c,
                       uint32_t stream, unsigned n)
{
	struct hbp_burst b = {.seq = (uint8_t)(c->stuck ? 0 : n),
	                      .src = TALKER,
	                      .dst = TG,
	                      .client = TALKER,
	                      .slot = (uint8_t)c->slot,
	                      .class = n == 0 ? BURST_VOICE_HEADER : burst_of_position((n - 1) % 6),
	                      .stream = stream};

	send(w, at, &b, (uint8_t)n);
}

static void want(const struct beside *c, const struct world *w, const char *what, unsigned frames)
{
	unsigned got = heard(w, LISTENER, c->simplex ? 2 : c->slot);

	if (got != frames)
		t_fail(__FILE__, __LINE__,
		       "%s listener, call on slot %d%s, %s%s on slot %d%s: %s: %u of %u frames",
		       c->simplex ? "simplex" : "duplex", c->slot, c->stuck ? ", stuck" : "",
		       c->blocks ? "message" : "CSBK", c->unit ? " to one" : "", c->data_slot,
		       c->shared ? ", one id" : "", what, got, frames);
}

static void play_beside(const struct beside *c)
{
	enum { FRAMES = 20 };
	struct endpoint talker = world_endpoint(1, 62031), listener = world_endpoint(2, 62031);
	uint32_t data = c->shared ? 0x0a : 0x0b;
	static struct world w;

	world_open(&w, conf, 1);
	T_CHECK(world_login(&w, &talker, TALKER, '3'));
	T_CHECK(world_login(&w, &listener, LISTENER, c->simplex ? '4' : '3'));
	want_options(&w, &talker, TALKER, 3);
	want_options(&w, &listener, LISTENER, 1u << (c->slot - 1));
	world_sleep(&w, 10000);
	send_data(&w, &listener, c, data);
	world_sleep(&w, 150);
	actions_empty(&w.actions);
	for (unsigned n = 0; n < FRAMES; n++) {
		send_frame(&w, &talker, c, 0x0a, n);
		if (n == 7)
			send_data(&w, &listener, c, data + 0x100);
		if (n == 9)
			send_data(&w, &listener, c, data);
		world_sleep(&w, 60);
	}
	want(c, &w, "a call after data, with data beside it", FRAMES);
	T_CHECK(core_check(w.core) == NULL);
	world_close(&w);
}

T_CASE(a_call_is_heard_whole_beside_data)
{
	for (unsigned n = 0; n < 1u << 7; n++)
		play_beside(&(struct beside){.simplex = n & 1,
		                             .slot = 1 + (int)(n >> 1 & 1),
		                             .data_slot = 1 + (int)(n >> 2 & 1),
		                             .unit = n >> 3 & 1,
		                             .blocks = n >> 4 & 1,
		                             .stuck = n >> 5 & 1,
		                             .shared = n >> 6 & 1});
}

/*
 * Two calls at once from the slots of one repeater: under one id or two, to one talkgroup or to
 * two, by one radio or two, counting or not. Two talkgroups are both heard whole, of one the first.
 */
T_CASE(one_repeater_sends_two_calls_at_once)
{
	enum { FRAMES = 12 };
	struct endpoint talker = world_endpoint(1, 62031), listener = world_endpoint(2, 62031);
	static struct world w;

	for (unsigned n = 0; n < 1u << 4; n++) {
		bool one_id = n & 1, one_radio = n >> 1 & 1, stuck = n >> 2 & 1,
		     one_tg = n >> 3 & 1;
		world_open(&w, conf, 1);
		T_CHECK(world_login(&w, &talker, TALKER, '3'));
		T_CHECK(world_login(&w, &listener, LISTENER, '3'));
		set_options(&w, &listener, LISTENER, "TS1=91;TS2=92");
		world_sleep(&w, 1000);
		for (unsigned i = 0; i < 2 * FRAMES; i++) {
			bool second = i % 2;
			struct hbp_burst b = {.seq = (uint8_t)(stuck ? 0 : i / 2),
			                      .src = TALKER + (second && !one_radio),
			                      .dst = second && !one_tg ? 92 : 91,
			                      .client = TALKER,
			                      .slot = second ? 1 : 2,
			                      .class = i < 2 ? BURST_VOICE_HEADER
			                                     : burst_of_position(i / 2 % 5 + 1),
			                      .stream = second && !one_id ? 0x0b : 0x0a};
			send(&w, &talker, &b, (uint8_t)i);
			world_sleep(&w, 30);
		}
		unsigned first = heard(&w, LISTENER, 1), other = heard(&w, LISTENER, 2);
		if (first != FRAMES || other != (one_tg ? 0 : FRAMES))
			t_fail(__FILE__, __LINE__, "combination %u: %u and %u frames", n, first,
			       other);
		T_CHECK(core_check(w.core) == NULL);
		world_close(&w);
	}
}

T_MAIN()
