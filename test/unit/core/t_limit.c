#include "core/step/limit.h"

#include "harness/t.h"
#include "world.h"

static struct world w;

static struct step begin(void)
{
	world_open(&w,
	           "[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\n"
	           "passphrase = " WORLD_PASSPHRASE "\n",
	           1);
	return (struct step){.core = w.core, .now = w.now, .actions = &w.actions};
}

static unsigned allowed(struct step *step, enum limit limit, const struct addr *who, unsigned asked)
{
	unsigned n = 0;

	for (unsigned i = 0; i < asked; i++)
		n += limit_allows(step, limit, who, 0);
	return n;
}

T_CASE(a_stranger_is_told_once_in_five_seconds)
{
	struct step step = begin();
	struct addr who = world_endpoint(1, 1000).to, beside = world_endpoint(1, 1001).to;

	T_EQUAL(allowed(&step, LIMIT_NAK, &who, 100), 1);
	T_EQUAL(allowed(&step, LIMIT_NAK, &beside, 100), 1); /* another port is another client */
	step.now += 4999;
	T_EQUAL(allowed(&step, LIMIT_NAK, &who, 100), 0);
	step.now += 1;
	T_EQUAL(allowed(&step, LIMIT_NAK, &who, 100), 1);
	step.now -= 3600 * TICK_SECOND; /* a clock that goes back gives nothing away */
	T_EQUAL(allowed(&step, LIMIT_NAK, &who, 100), 0);
	world_close(&w);
}

T_CASE(an_address_shares_its_logins_and_ten_thousand_come_within_ten_seconds)
{
	struct step step = begin();
	struct addr who = world_endpoint(1, 1000).to, beside = world_endpoint(1, 1001).to;

	T_EQUAL(allowed(&step, LIMIT_HANDSHAKE, &who, 3000), 3000);
	T_EQUAL(allowed(&step, LIMIT_HANDSHAKE, &beside, 3000), 2000);
	step.now += TICK_SECOND;
	T_EQUAL(allowed(&step, LIMIT_HANDSHAKE, &who, 5000), 2000);
	world_close(&w);
}

T_CASE(a_look_at_a_limit_takes_nothing)
{
	struct step step = begin();
	struct addr who = world_endpoint(1, 1000).to;

	for (int i = 0; i < 100; i++)
		T_CHECK(limit_would_allow(&step, LIMIT_NAK, &who, 0));
	T_EQUAL(allowed(&step, LIMIT_NAK, &who, 2), 1);
	T_CHECK(!limit_would_allow(&step, LIMIT_NAK, &who, 0));
	world_close(&w);
}

T_CASE(one_limit_takes_nothing_from_another)
{
	struct step step = begin();
	struct addr who = world_endpoint(1, 1000).to;

	allowed(&step, LIMIT_LOG, &who, 100);
	T_CHECK(limit_allows(&step, LIMIT_NAK, &who, 0));
	T_CHECK(limit_allows(&step, LIMIT_LOG, &who, 1)); /* another reason */
	T_CHECK(!limit_allows(&step, LIMIT_LOG, &who, 0));
	world_close(&w);
}

T_CASE(a_flood_of_invented_addresses_is_answered_no_more_than_there_are_buckets)
{
	struct step step = begin();
	unsigned n = 0;

	for (unsigned i = 0; i < 100000; i++) {
		struct addr who = world_endpoint((uint8_t)(i >> 16), (uint16_t)i).to;
		n += limit_allows(&step, LIMIT_NAK, &who, 0);
	}
	T_CHECK(n > LIMITS / 2 && n <= LIMITS);
	world_close(&w);
}

/* Behind an old proxy all clients of a house share a port; and each has its own bucket. */
T_CASE(clients_that_share_a_port_are_told_each)
{
	struct step step = begin();
	struct addr who = world_endpoint(1, 62031).to;

	for (uint32_t round = 0; round < 3; round++) {
		for (uint32_t id = 2340001; id <= 2340200; id++) {
			T_CHECK(limit_allows(&step, LIMIT_NAK, &who, id));
			T_CHECK(!limit_allows(&step, LIMIT_NAK, &who, id));
		}
		step.now += 5000;
	}
	world_close(&w);
}

/* Octets sent to the sender since the last call. */
static uint32_t answers(void)
{
	uint32_t n = w.actions.target_count;

	actions_empty(&w.actions);
	return n;
}

static bool challenge(const struct endpoint *at, uint32_t id, uint8_t salt[static 4])
{
	uint8_t bytes[8], sent[SEND_MAX];
	struct wr out = wr_make(bytes, sizeof(bytes));

	hbp_write_login(&out, id);
	world_datagram(&w, at, bytes, wr_len(&out));
	bool is_ack =
		w.actions.target_count == 1 && world_sent(&w, 0, sent) == 10 && sent[0] == 'R';
	if (is_ack)
		memcpy(salt, sent + 6, 4);
	actions_empty(&w.actions);
	return is_ack;
}

static void answer(const struct endpoint *at, uint32_t id, const uint8_t salt[static 4],
                   const char *passphrase)
{
	uint8_t bytes[40], digest[SHA256_LEN];
	struct wr out = wr_make(bytes, sizeof(bytes));

	hbp_digest(salt, passphrase, digest);
	hbp_write_key(&out, id, digest);
	world_datagram(&w, at, bytes, wr_len(&out));
}

#define CLIENT 2300101u

/* Nothing at all is answered, so that a forged flood is not sent on to whom it names. */
T_CASE(an_address_that_floods_logins_gets_no_answer)
{
	struct endpoint at = world_endpoint(1, 1000), other = world_endpoint(2, 1000);
	uint8_t salt[4];
	unsigned n = 0;

	begin();
	while (n < 10000 && challenge(&at, CLIENT, salt))
		n++;
	T_EQUAL(n, 5000);
	T_CHECK(challenge(&other, CLIENT, salt));
	T_CHECK(!challenge(&at, CLIENT, salt));
	w.now += TICK_SECOND;
	T_CHECK(challenge(&at, CLIENT, salt));
	world_close(&w);
}

/* An address that guesses is not even told that it is wrong any more; the right one waits, too. */
T_CASE(who_guesses_passphrases_has_a_hundred_guesses)
{
	struct endpoint at = world_endpoint(1, 1000), other = world_endpoint(2, 1000);
	uint8_t salt[4];
	unsigned n = 0;

	begin();
	for (; n < 1000; n++) {
		T_CHECK(challenge(&at, CLIENT, salt));
		answer(&at, CLIENT, salt, "a guess");
		if (answers() != 1)
			break;
	}
	T_EQUAL(n, 100);
	T_CHECK(challenge(&at, CLIENT, salt));
	answer(&at, CLIENT, salt, WORLD_PASSPHRASE);
	T_EQUAL(answers(), 0);
	T_EQUAL(core_sessions(w.core), 0);
	T_CHECK(challenge(&other, CLIENT, salt));
	answer(&other, CLIENT, salt, WORLD_PASSPHRASE);
	T_EQUAL(answers(), 1);
	w.now += TICK_SECOND; /* twenty more */
	T_CHECK(challenge(&at, CLIENT + 1, salt));
	answer(&at, CLIENT + 1, salt, WORLD_PASSPHRASE);
	T_EQUAL(answers(), 1);
	T_EQUAL(core_sessions(w.core), 2);
	world_close(&w);
}

/* All of them together have no more than there is time for. */
T_CASE(many_who_guess_share_two_hundred)
{
	uint8_t salt[4];
	unsigned told = 0;

	begin();
	for (uint8_t host = 1; host <= 40; host++)
		for (unsigned n = 0; n < 10; n++) {
			struct endpoint at = world_endpoint(host, 1000);
			T_CHECK(challenge(&at, CLIENT, salt));
			answer(&at, CLIENT, salt, "a guess");
			told += answers();
		}
	T_EQUAL(told, 200);
	world_close(&w);
}

/* Behind an old proxy: the answer of one takes nothing from the challenge of the other. */
T_CASE(clients_that_share_a_port_answer_each)
{
	struct endpoint at = world_endpoint(1, 1000);
	uint8_t one[4], two[4];

	begin();
	T_CHECK(challenge(&at, CLIENT, one) && challenge(&at, CLIENT + 1, two));
	answer(&at, CLIENT, one, WORLD_PASSPHRASE);
	T_EQUAL(answers(), 1);
	answer(&at, CLIENT + 1, two, WORLD_PASSPHRASE);
	T_EQUAL(answers(), 1);
	T_EQUAL(core_sessions(w.core), 2);
	world_close(&w);
}

/* The same ID from the same address. */
T_CASE(who_logs_in_all_the_time_is_let_in_twenty_times)
{
	struct endpoint at = world_endpoint(1, 1000);
	uint8_t salt[4];
	unsigned n = 0;

	begin();
	for (; n < 100; n++) {
		T_CHECK(challenge(&at, CLIENT, salt));
		answer(&at, CLIENT, salt, WORLD_PASSPHRASE);
		if (answers() != 1)
			break;
	}
	T_EQUAL(n, 20);
	T_CHECK(challenge(&at, CLIENT + 1, salt));
	answer(&at, CLIENT + 1, salt, WORLD_PASSPHRASE);
	T_EQUAL(answers(), 1);
	world_close(&w);
}

/* It goes on, but no longer fills the log. */
T_CASE(who_comes_and_goes_is_logged_twenty_times)
{
	struct endpoint at = world_endpoint(1, 1000);
	unsigned up = 0, down = 0;

	begin();
	for (unsigned n = 0; n < 30; n++, w.now += TICK_SECOND / 10) {
		uint8_t bytes[16];
		struct wr out = wr_make(bytes, sizeof(bytes));
		if (!world_login(&w, &at, CLIENT, '3'))
			break;
		hbp_write_close(&out, CLIENT);
		world_datagram(&w, &at, bytes, wr_len(&out));
		for (uint32_t i = 0; i < w.actions.record_count; i++)
			down += w.actions.records[i].kind == RECORD_LOG;
		up++;
	}
	T_CHECK(up >= 20);
	T_CHECK(down < up && down >= 10);
	world_close(&w);
}

T_MAIN()
