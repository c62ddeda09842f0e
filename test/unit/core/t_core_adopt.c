/*
 * What a process leaves to the next one: a core that is whole serves on as if nothing had happened,
 * and one that is not is refused, whatever of it is broken.
 */
#include "harness/t.h"
#include "core/step/expire.h"
#include "hotspot/talk.h"
#include "unit/core/world.h"

#define HEAD                                                                                       \
	"[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase "                   \
	"= " WORLD_PASSPHRASE "\nprompts = none\nstatic-2 = 91\n"                                  \
	"[peer uk]\nbind = 192.0.2.1:62044\ntarget = 10.0.9.1:62044\npassphrase = kilo tango\n"    \
	"[limits]\nsessions = 20\nsubscriptions = 100\nstreams = 16\nlocations = 16\npeers = 2\n"
#define CLIENTS 3u
#define FIRST 234500001u

static struct world w, twin;
static struct talk talk;

static void login_all(struct world *into)
{
	for (uint32_t n = 0; n < CLIENTS; n++) {
		struct endpoint at = world_endpoint((uint8_t)(n + 1), 62031);
		if (!world_login(into, &at, FIRST + n, '3'))
			t_fail(__FILE__, __LINE__, "no login");
	}
}

static void say(struct world *into, const struct hbp_burst *b)
{
	struct endpoint at = world_endpoint(1, 62031);

	world_burst(into, &at, b);
	world_sleep(into, 60);
}

static void voice(unsigned frames)
{
	static const uint8_t ambe[TALK_AMBE_LEN];

	for (unsigned i = 0; i < frames; i++) {
		struct hbp_burst b = talk_voice(&talk, ambe);
		say(&w, &b);
		say(&twin, &b);
	}
}

static void open_one(struct world *into)
{
	world_open(into, HEAD, 1);
	login_all(into);
}

static void begin(void)
{
	open_one(&w);
	open_one(&twin);
	talk = (struct talk){
		.next = {.src = 2345001, .dst = 91, .client = FIRST, .slot = 2, .stream = 7}};
	talk_code(&talk);
	struct hbp_burst header = talk_lc(&talk, DMR_VOICE_HEADER);
	say(&w, &header);
	say(&twin, &header);
	voice(8);
}

static void end(void)
{
	world_close(&w);
	world_close(&twin);
}

/* Another process finds it: nothing is known of it but where its arena lies. */
static const char *adopt(void)
{
	struct arena arena;

	arena_lay(&arena, w.arena.block, w.arena.size);
	w.core = core_find(&arena, &w.conf);
	return core_adopt(w.core);
}

static void same_actions(void)
{
	T_CHECK(world_same_sends(&w, &twin));
	T_EQUAL(w.actions.record_count, twin.actions.record_count);
	actions_empty(&w.actions);
	actions_empty(&twin.actions);
}

T_CASE(a_whole_core_goes_on_as_if_nothing_had_happened)
{
	begin();
	actions_empty(&w.actions);
	actions_empty(&twin.actions);
	T_TEXT(adopt() ? adopt() : "", "");
	expire_rebuild(twin.core); /* nothing else is another */
	T_EQUAL(core_hash(w.core), core_hash(twin.core));
	voice(9);
	struct hbp_burst last = talk_lc(&talk, DMR_TERMINATOR);
	say(&w, &last);
	say(&twin, &last);
	same_actions();
	world_sleep(&w, 10 * TICK_MINUTE); /* the heap was rebuilt: everything expires in time */
	world_sleep(&twin, 10 * TICK_MINUTE);
	same_actions();
	T_EQUAL(core_hash(w.core), core_hash(twin.core));
	T_CHECK(!core_has_sessions(w.core));
	end();
}

/* Where tables lie is known from the configuration: offsets in the arena are not trusted. */
T_CASE(pointers_are_not_believed)
{
	begin();
	w.core->sessions.pool.rows = NULL;
	w.core->sessions.by_id.slots = NULL;
	w.core->streams.pool.capacity = UINT32_MAX;
	w.core->claims.rows = NULL;
	w.core->expiry.entries = NULL;
	w.core->expiry.capacity = 1;
	w.core->conf = NULL;
	w.core->itself.rows = NULL;
	T_TEXT(adopt() ? adopt() : "", "");
	expire_rebuild(twin.core); /* nothing else is another */
	T_EQUAL(core_hash(w.core), core_hash(twin.core));
	end();
}

/* Each of them: one that is forgotten would be sought in the memory of a process that is gone. */
T_CASE(every_table_is_found_in_the_arena)
{
	begin();
	struct core *c = w.core;
	struct hash *const indexes[] = {
		&c->sessions.by_id,      &c->sessions.by_address, &c->sessions.by_radio,
		&c->subscriptions.by_rf, &c->subscriptions.by_tg, &c->streams.by_id,
		&c->streams.buried,      &c->locations.by_radio,  &c->claims.by_key,
		&c->quenches.by_key,
	};
	struct hash before[ARRAY_LEN(indexes)];
	const struct core was = *c;

	for (size_t i = 0; i < ARRAY_LEN(indexes); i++) {
		before[i] = *indexes[i];
		indexes[i]->slots = NULL;
		indexes[i]->mask = indexes[i]->capacity = 0;
	}
	c->streams.tombstones = NULL;
	c->decisions.rows = NULL;
	c->locations.rows = NULL;
	c->claims.rows = NULL;
	c->quenches.rows = NULL;
	c->quenches.next = NULL;
	c->expiry.entries = NULL;
	c->locations.capacity = c->claims.capacity = c->expiry.capacity = UINT32_MAX;
	T_TEXT(adopt() ? adopt() : "", "");
	for (size_t i = 0; i < ARRAY_LEN(indexes); i++)
		if (indexes[i]->slots != before[i].slots || indexes[i]->mask != before[i].mask ||
		    indexes[i]->capacity != before[i].capacity)
			t_fail(__FILE__, __LINE__, "index %zu", i);
	T_CHECK(c->streams.tombstones == was.streams.tombstones);
	T_CHECK(c->decisions.rows == was.decisions.rows);
	T_CHECK(c->locations.rows == was.locations.rows);
	T_CHECK(c->claims.rows == was.claims.rows);
	T_CHECK(c->quenches.rows == was.quenches.rows && c->quenches.next == was.quenches.next);
	T_CHECK(c->expiry.entries == was.expiry.entries);
	T_EQUAL(c->locations.capacity, was.locations.capacity);
	T_EQUAL(c->claims.capacity, was.claims.capacity);
	T_EQUAL(c->expiry.capacity, was.expiry.capacity);
	end();
}

static struct session *session(void)
{
	return session_find(&w.core->sessions, FIRST + 1);
}

static void stopped(void)
{
	w.core->stopped = true;
}
static void used(void)
{
	w.core->sessions.pool.used++;
}
static void fresh(void)
{
	w.core->subscriptions.pool.fresh = UINT32_MAX;
}
static void not_free(void)
{
	w.core->streams.pool.free = 0;
}
static void not_there(void)
{
	w.core->players.pool.free = 12345678;
}
static void number(void)
{
	session()->row.index = 77;
}
static void generation(void)
{
	session()->row.generation++;
}
static void place(void)
{
	w.core->claims.next = UINT32_MAX;
}
static void half_open(void)
{
	w.core->sessions.half_open_next = UINT32_MAX;
}

/* What no single row can answer for. */
static void (*const wounds[])(void) = {stopped, used,       fresh, not_free, not_there,
                                       number,  generation, place, half_open};

T_CASE(broken_tables_are_refused_and_their_clients_told)
{
	for (size_t i = 0; i < ARRAY_LEN(wounds); i++) {
		struct lost_client lost;
		uint32_t at = UINT32_MAX, told = 0;

		begin();
		wounds[i]();
		if (!adopt())
			t_fail(__FILE__, __LINE__, "wound %zu: adopted", i);
		while (core_lost_client(w.core, &at, &lost)) {
			T_CHECK(lost.id >= FIRST && lost.id < FIRST + CLIENTS);
			T_EQUAL(lost.where.to.port, 62031);
			told++;
		}
		T_CHECK(told >= CLIENTS - 1);
		end();
	}
}

/* Octets at random places, all over the core: no check may be led astray by them. */
T_CASE(rubbish_is_survived)
{
	uint64_t random = 1;

	for (unsigned run = 0; run < 300; run++) {
		struct lost_client lost;
		uint32_t at = UINT32_MAX;

		begin();
		for (unsigned i = 0; i < 1u << run % 12; i++)
			w.arena.block[world_random(&random) % w.arena.size] =
				(uint8_t)world_random(&random);
		if (adopt())
			while (core_lost_client(w.core, &at, &lost))
				T_CHECK(lost.id != 0);
		end();
	}
}

T_CASE(a_lost_client_is_told_to_log_in_again)
{
	struct event event = {.kind = EVENT_LOST, .lost = {FIRST, world_endpoint(1, 62031)}};
	uint8_t sent[SEND_MAX];

	world_open(&w, HEAD, 1);
	world_step(&w, &event);
	T_EQUAL(w.actions.target_count, 1);
	T_EQUAL(world_sent(&w, 0, sent), 9);
	T_CHECK(memcmp(sent, "MSTCL\x0d\xfa\x2f\xa1", 9) == 0);
	world_close(&w);
}

/* What remains of a broken core is believed only as far as it can be an address of a client of
 * ours. */
T_CASE(only_clients_are_told)
{
	struct lost_client lost;
	uint32_t at = POOL_NONE, told = 0, n = 0;

	world_open(&w,
	           HEAD "[uplink up]\ntarget = 10.0.8.1:62031\nid = 2345007\npassphrase = x\n"
	                "map = 2:95 = 95\n",
	           1);
	for (uint32_t i = 0; i < 6; i++) {
		struct endpoint from = world_endpoint((uint8_t)(i + 1), 62031);
		T_CHECK(world_login(&w, &from, FIRST + i, '3'));
	}
	POOL_EACH(struct session *, s, &w.core->sessions.pool) {
		if (session_is_uplink(s))
			continue;
		if (n == 0)
			s->id = 0;
		else if (n == 1)
			s->id = CONF_CLIENT_ID_MAX + 1;
		else if (n == 2)
			s->at.to.port = 0;
		else if (n == 3)
			s->at.socket = 7;
		n++;
	}
	w.core->sessions.pool.fresh = 0; /* what has been used is not known either */
	while (core_lost_client(w.core, &at, &lost)) {
		T_CHECK(lost.id == FIRST + 4 || lost.id == FIRST + 5);
		told++;
	}
	T_EQUAL(told, 2);
	world_close(&w);
}

T_MAIN()
