/*
 * Who hears a call on which slot: every combination of duplex and simplex talker and listener, slot
 * of the call, and slots that have the talkgroup on. Generated; the expectation is written down
 * once more, independently: a duplex listener hears it on each slot that has it, a simplex one once
 * on slot 2 if any has, the talker nowhere.
 */
#include "dmr/burst.h"
#include "harness/t.h"
#include "world.h"

#define TG 91
#define TALKER 2300101
#define LISTENER 2300102

static const char conf[] = "[server]\nid = 2345\n[listener hotspots]\nbind = 192.0.2.1:62031\n"
			   "passphrase = " WORLD_PASSPHRASE "\n[limits]\nsessions = 4\n"
			   "subscriptions = 64\nstreams = 16\nlocations = 16\n";

struct combination {
	bool talker_simplex, listener_simplex;
	int slot;                          /* of the call */
	unsigned talker_has, listener_has; /* bit 0: slot 1, bit 1: slot 2 */
};

static void want_options(struct world *w, const struct endpoint *at, uint32_t id, unsigned has)
{
	static const char *const options[] = {"TS1=;TS2=", "TS1=91;TS2=", "TS1=;TS2=91",
	                                      "TS1=91;TS2=91"};
	uint8_t bytes[64];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	hbp_write_options(&wr, id, options[has], strlen(options[has]));
	world_datagram(w, at, bytes, wr_len(&wr));
	actions_empty(&w->actions);
}

static void send_burst(struct world *w, const struct endpoint *at, const struct combination *c,
                       enum dmr_data_type type, uint8_t seq)
{
	struct hbp_burst b = {.seq = seq,
	                      .src = TALKER,
	                      .dst = TG,
	                      .client = TALKER,
	                      .slot = (uint8_t)c->slot,
	                      .type = HBP_DATA_SYNC,
	                      .detail = (uint8_t)type,
	                      .stream = 0x0a};
	struct lc lc = lc_make(FLCO_GROUP, TG, TALKER);
	struct lc_coded coded;
	uint8_t bytes[64];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	lc_encode(&lc, &coded);
	burst_make_lc(b.payload, &coded, type, 1);
	hbp_write_burst(&wr, &b);
	world_datagram(w, at, bytes, wr_len(&wr));
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

T_MAIN(T_ENTRY(every_slot_hears_what_it_has_and_no_other))
