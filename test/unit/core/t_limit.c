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

T_MAIN()
