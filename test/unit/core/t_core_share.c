/*
 * Each client has its own few subscriptions, whatever the others ask for. Hundreds of random tables
 * and crowds: greedy clients send lists of up to eighty talkgroups and key more, modest ones come
 * and go and ask for no more than their share, and have all of it at once, each time.
 */
#include "core/step/step.h"
#include "harness/t.h"
#include "hotspot/talk.h"
#include "world.h"

#define CLIENTS 24u
#define SEEDS 60u
#define STEPS 300u

struct crowd {
	struct world world;
	uint64_t random;
	uint32_t clients;
	uint32_t kept; /* of a client: as many as the table is documented to keep for each */
};

static uint32_t below(struct crowd *c, uint32_t n)
{
	return world_random(&c->random) % n;
}

static uint32_t id_of(uint32_t who)
{
	return 2300101 + who;
}

static struct endpoint place_of(uint32_t who)
{
	return world_endpoint((uint8_t)(1 + who), 4000);
}

static bool is_modest(uint32_t who)
{
	return who % 3 == 0;
}

static void ask(struct crowd *c, uint32_t who, const char *text)
{
	struct endpoint at = place_of(who);
	uint8_t bytes[1200];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	c->world.now += 1000; /* within the budget of option strings */
	hbp_write_options(&wr, id_of(who), text, strlen(text));
	world_datagram(&c->world, &at, bytes, wr_len(&wr));
	actions_empty(&c->world.actions);
}

/* "TS1=...;TS2=..." of `count` talkgroups from `first`, at most 50 on each slot. */
static void ask_for(struct crowd *c, uint32_t who, uint32_t count, uint32_t first)
{
	char text[1024];
	struct text t = text_make(text, sizeof(text));

	text_format(&t, "TS1=");
	for (uint32_t i = 50; i < count; i++)
		text_format(&t, "%lu,", (unsigned long)(first + i));
	text_format(&t, ";TS2=");
	for (uint32_t i = 0; i < count && i < 50; i++)
		text_format(&t, "%lu,", (unsigned long)(first + i));
	ask(c, who, text);
}

static void key(struct crowd *c, uint32_t who, uint32_t tg)
{
	struct endpoint at = place_of(who);
	struct hbp_burst b = {.src = id_of(who),
	                      .dst = tg,
	                      .client = id_of(who),
	                      .slot = 2,
	                      .class = BURST_A,
	                      .stream = 1 + below(c, 1u << 30)};

	world_burst(&c->world, &at, &b);
	actions_empty(&c->world.actions);
	world_sleep(&c->world, 1100);
	actions_empty(&c->world.actions);
}

static uint32_t subscribed(const struct crowd *c, uint32_t who)
{
	const struct session *s = session_find(&c->world.core->sessions, id_of(who));
	uint32_t found = 0;

	for (int i = 0; s && i < 2; i++)
		SUBSCRIPTION_EACH(x, &c->world.core->subscriptions, &s->slot[i])
			found++;
	return found;
}

static void come(struct crowd *c, uint32_t who)
{
	struct endpoint at = place_of(who);

	T_CHECK(world_login(&c->world, &at, id_of(who), '3'));
}

static void go(struct crowd *c, uint32_t who)
{
	struct endpoint at = place_of(who);
	uint8_t bytes[16];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	hbp_write_close(&wr, id_of(who));
	world_datagram(&c->world, &at, bytes, wr_len(&wr));
	actions_empty(&c->world.actions);
}

/* Returns false if a client did not get its reserved rows. */
static bool act(struct crowd *c)
{
	uint32_t who = below(c, c->clients);

	c->world.now += 2000;
	if (!session_find(&c->world.core->sessions, id_of(who))) {
		come(c, who);
		return true;
	}
	if (below(c, 8) == 0) {
		go(c, who);
		return true;
	}
	if (!is_modest(who)) {
		if (below(c, 2))
			ask_for(c, who, below(c, 81), 100 * (1 + who));
		else
			key(c, who, 5000 + below(c, 3000));
		return true;
	}
	uint32_t want = 1 + below(c, c->kept);
	ask_for(c, who, want, 90 + 20 * below(c, 3)); /* never what it has keyed */
	return subscribed(c, who) >= want;
}

static void play(uint64_t seed)
{
	struct crowd c = {.random = seed};
	char conf[300];
	struct text t = text_make(conf, sizeof(conf));

	c.clients = 3 + below(&c, CLIENTS - 2);
	uint32_t rows = c.clients * (2 + below(&c, 24));
	c.kept = rows / 2 / c.clients < 8 ? rows / 2 / c.clients : 8;
	text_format(&t,
	            "[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase = %s\n"
	            "timer = 20s\n[limits]\nsessions = %u\nsubscriptions = %u\nstreams = 64\n",
	            WORLD_PASSPHRASE, (unsigned)c.clients, (unsigned)rows);
	world_open(&c.world, conf, (uint8_t)seed);
	for (uint32_t i = 0; i < STEPS; i++) {
		bool good = act(&c);
		const char *fault = core_check(c.world.core);
		if (!good || fault) {
			t_fail(__FILE__, __LINE__, "seed %u step %u: %s", (unsigned)seed,
			       (unsigned)i, fault ? fault : "a client did not get its share");
			break;
		}
	}
	world_close(&c.world);
}

T_CASE(each_client_has_its_share_whatever_others_ask_for)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		play(seed);
}

/* Rows reserved for newcomers cannot be used up by the others, one by one. */
T_CASE(a_full_house_of_modest_clients_has_all_it_asks_for)
{
	struct crowd c = {.random = 7, .clients = 16, .kept = 4};

	world_open(&c.world,
	           "[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase "
	           "= " WORLD_PASSPHRASE "\n[limits]\nsessions = 16\nsubscriptions = 128\n",
	           1);
	come(&c, 0);
	ask_for(&c, 0, 80, 1000);
	T_EQUAL(subscribed(&c, 0), 128 - 15 * 4);
	for (uint32_t who = 1; who < 16; who++) {
		come(&c, who);
		ask_for(&c, who, 4, 91 + who);
		T_EQUAL(subscribed(&c, who), 4);
	}
	T_EQUAL(subscribed(&c, 0), 128 - 15 * 4);
	world_close(&c.world);
}

T_MAIN()
