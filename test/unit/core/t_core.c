/*
 * Single facts about the core that no scenario shows: what a hostile or broken sender may try, and
 * how much one step may do.
 */
#include "core/step/step.h"
#include "harness/t.h"
#include "hotspot/talk.h"
#include "wire/obp.h"
#include "world.h"

#define HEAD                                                                                       \
	"[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase "                   \
	"= " WORLD_PASSPHRASE "\n"

static struct world world;

static struct endpoint place(unsigned n)
{
	return world_endpoint((uint8_t)n, 1000);
}

static uint32_t client(unsigned n)
{
	return 234500001 + n;
}

/* Opens the world and logs in that many clients, duplex. */
static bool open_with(const char *conf, unsigned clients)
{
	world_open(&world, conf, 1);
	for (unsigned i = 0; i < clients; i++) {
		struct endpoint at = place(i);
		if (!world_login(&world, &at, client(i), '3'))
			return false;
	}
	return true;
}

static struct talk talk_of(unsigned n, uint8_t slot, uint32_t tg, uint32_t stream)
{
	struct talk t = {.next = {.src = 2345001 + n,
	                          .dst = tg,
	                          .client = client(n),
	                          .slot = slot,
	                          .stream = stream}};
	talk_code(&t);
	return t;
}

static struct hbp_burst voice_of(struct talk *t)
{
	static const uint8_t ambe[TALK_AMBE_LEN];

	return talk_voice(t, ambe);
}

static void send_burst(unsigned n, const struct hbp_burst *b)
{
	struct endpoint at = place(n);

	world_burst(&world, &at, b);
}

/* The n-th datagram of the actions as a burst; slot 0 when there is none or it is none. */
static struct hbp_burst heard(uint32_t n)
{
	uint8_t sent[SEND_MAX];
	struct hbp_message m;
	const char *reason;

	if (n >= world.actions.target_count)
		return (struct hbp_burst){0};
	size_t len = world_sent(&world, n, sent);
	return hbp_parse(sent, len, &m, &reason) == PARSE_OK && m.kind == HBP_BURST
	               ? m.burst
	               : (struct hbp_burst){0};
}

/* A CSBK and a superframe under one id; returns how many datagrams left. */
static uint32_t data_and_voice(unsigned n)
{
	struct talk t = talk_of(n, 2, 91, 7);
	struct hbp_burst b = talk_lc(&t, DMR_CSBK);
	uint32_t before = world.actions.target_count;

	send_burst(n, &b);
	for (int i = 0; i < 6; i++) {
		b = voice_of(&t);
		send_burst(n, &b);
	}
	return world.actions.target_count - before;
}

/* With a header of ours, and not past a busy conference. */
T_CASE(voice_under_the_id_of_data_is_a_call_like_any)
{
	T_CHECK(open_with(HEAD "static-2 = 91\n", 3));
	T_EQUAL(data_and_voice(0), 2 * (1 + 1 + 6));
	world_sleep(&world, 20000);
	actions_empty(&world.actions);
	struct talk t = talk_of(1, 2, 91, 8);
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	send_burst(1, &b);
	actions_empty(&world.actions);
	T_EQUAL(data_and_voice(0), 1); /* his slot no longer hears the other: a terminator */
	world_close(&world);
}

T_CASE(ids_and_kind_of_a_call_do_not_change_under_way)
{
	T_CHECK(open_with(HEAD "static-2 = 91\n", 2));
	struct talk t = talk_of(0, 2, 91, 7);
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	send_burst(0, &b);
	b = voice_of(&t);
	b.src = 1;
	b.dst = 92;
	b.unit = true;
	send_burst(0, &b);
	T_EQUAL(world.actions.target_count, 2);
	T_EQUAL(heard(1).src, 2345001);
	T_EQUAL(heard(1).dst, 91);
	T_CHECK(!heard(1).unit);
	world_close(&world);
}

/* A call without a header after a call without an end: terminator, header and frame for each slot
 * that listens. */
T_CASE(a_step_has_room_for_two_calls)
{
	enum { SESSIONS = 64 };

	T_CHECK(open_with(HEAD "static-1 = 91\nstatic-2 = 91\n[limits]\nsessions = 64\n",
	                  SESSIONS));
	struct talk t = talk_of(0, 2, 91, 7);
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	send_burst(0, &b);
	T_EQUAL(world.actions.target_count, 2 * (SESSIONS - 1));
	actions_empty(&world.actions);
	t = talk_of(0, 2, 91, 8);
	b = voice_of(&t);
	T_CHECK(actions_have_room(&world.actions));
	send_burst(0, &b);
	T_EQUAL(world.actions.target_count, 6 * (SESSIONS - 1));
	T_CHECK(world.actions.target_count <= world.actions.target_room);
	T_EQUAL(world.actions.refused_total, 0);
	world_close(&world);
}

static void send_options(unsigned n, const char *options)
{
	uint8_t bytes[500];
	struct wr w = wr_make(bytes, sizeof(bytes));
	struct endpoint at = place(n);

	hbp_write_options(&w, client(n), options, strlen(options));
	world_datagram(&world, &at, bytes, wr_len(&w));
}

/* One RPTO holds some 480 octets: two lists of 50 short numbers that replace two others. */
T_CASE(a_step_has_room_for_two_lists_replaced)
{
	char options[2][500];

	T_CHECK(open_with(HEAD, 1));
	for (int i = 0; i < 2; i++) {
		struct text t = text_make(options[i], sizeof(options[i]));
		for (int slot = 1; slot <= 2; slot++) {
			text_format(&t, "TS%d=", slot);
			for (int tg = 0; tg < 50; tg++)
				text_format(&t, "%d,", 100 + 100 * i + tg);
			text_put(&t, ";");
		}
	}
	send_options(0, options[0]);
	actions_empty(&world.actions);
	T_CHECK(actions_have_room(&world.actions));
	uint32_t room = world.actions.record_cap / 2;
	send_options(0, options[1]);
	T_CHECK(world.actions.record_count > 200 && world.actions.record_count <= room);
	T_EQUAL(world.actions.refused_total, 0);
	world_close(&world);
}

/* Garbage from invented addresses shares buckets with garbage only. */
T_CASE(a_flood_of_garbage_keeps_nobody_out)
{
	T_CHECK(open_with(HEAD, 0));
	for (uint32_t i = 0; i < 20000; i++) {
		uint8_t ip[4] = {172, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};
		struct endpoint from = place(0);
		from.to = addr_v4(ip, 1000);
		actions_empty(&world.actions);
		world_datagram(&world, &from, "XXXX", 4);
	}
	for (unsigned i = 0; i < 50; i++) {
		struct endpoint at = place(i);
		T_CHECK(world_login(&world, &at, client(i), '3'));
	}
	world_close(&world);
}

/* Its own number goes on when the reflector that meant the same conference is given up. */
T_CASE(what_ends_one_name_of_a_conference_leaves_the_other)
{
	T_CHECK(open_with(HEAD "static-2 = 91\n", 2));
	send_options(1, "TS2=91;DIAL=91");
	actions_empty(&world.actions);
	struct talk t = talk_of(0, 2, 91, 7);
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	send_burst(0, &b);
	T_EQUAL(heard(0).dst, 91);
	send_options(1, "TS2=91;DIAL=0");
	actions_empty(&world.actions);
	b = voice_of(&t);
	send_burst(0, &b);
	T_EQUAL(heard(0).dst, 91);
	T_EQUAL(world.actions.target_count, 1);
	T_TEXT(core_check(world.core) ? core_check(world.core) : "", "");
	world_close(&world);
}

static void log_out(unsigned n)
{
	uint8_t bytes[9];
	struct wr w = wr_make(bytes, sizeof(bytes));
	struct endpoint at = place(n);

	hbp_write_close(&w, client(n));
	world_datagram(&world, &at, bytes, wr_len(&w));
}

/* Only one stream of a slot ends with its session; data may come as many, and an id may come again.
 */
T_CASE(data_of_a_session_gone_is_not_heard_by_its_sender)
{
	T_CHECK(open_with(HEAD "static-2 = 91\n", 1));
	struct talk first = talk_of(0, 2, 91, 7), second = talk_of(0, 2, 91, 8);
	struct hbp_burst b = talk_lc(&first, DMR_CSBK);
	send_burst(0, &b);
	b = talk_lc(&second, DMR_CSBK);
	send_burst(0, &b);
	log_out(0);
	for (unsigned n = 2; n-- > 0;) { /* 1 takes the row that was 0's */
		struct endpoint at = place(n);
		T_CHECK(world_login(&world, &at, client(n), '3'));
	}
	for (int i = 0; i < 2; i++) {
		b = talk_lc(i ? &second : &first, DMR_CSBK);
		send_burst(0, &b);
		T_EQUAL(world.actions.target_count, i + 1);
		T_EQUAL(heard((uint32_t)i).client, client(1));
	}
	world_close(&world);
}

/* A client that keys one talkgroup after the other takes no more rows than a list has. */
T_CASE(one_slot_gathers_fifty_talkgroups)
{
	uint32_t most = 0;

	T_CHECK(open_with(HEAD "single = no\n", 1));
	for (uint32_t tg = 1000; tg < 1400; tg++) {
		struct talk t = talk_of(0, 2, tg, tg);
		struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
		actions_empty(&world.actions);
		world.now += 100; /* one client begins ten streams a second */
		send_burst(0, &b);
	}
	T_EQUAL(world.core->counter[COUNT_SUBSCRIPTIONS_FULL], 400 - TGLIST_MAX);
	send_options(0, "SINGLE=1");
	actions_empty(&world.actions);
	struct talk t = talk_of(0, 2, 1000, 9);
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	send_burst(0, &b);
	for (uint32_t i = 0; i < world.actions.record_count; i++)
		most += world.actions.records[i].kind == RECORD_SUBSCRIPTION &&
		        world.actions.records[i].change == CHANGE_END;
	T_EQUAL(most, 49);
	T_EQUAL(world.actions.refused_total, 0);
	world_close(&world);
}

/* More clients than one step can reach. */
T_CASE(a_stop_takes_as_many_steps_as_it_needs)
{
	struct event stop = {.kind = EVENT_STOP};
	uint32_t told = 0, steps = 0;

	T_CHECK(open_with(HEAD "static-2 = 91\n[limits]\nsessions = 255\n", 255));
	for (; core_has_sessions(world.core) && steps < 9; steps++) {
		actions_empty(&world.actions);
		world_step(&world, &stop);
		told += world.actions.target_count;
	}
	T_EQUAL(told, 255);
	T_CHECK(steps > 1);
	T_EQUAL(world.actions.refused_total, 0);
	world_close(&world);
}

static const struct record *reply_to(struct command c)
{
	actions_empty(&world.actions);
	world_step(&world, &(struct event){.kind = EVENT_COMMAND, .command = &c});
	return world.actions.record_count ? &world.actions.records[world.actions.record_count - 1]
	                                  : NULL;
}

/* An operator with an old list means the call that was in it. */
T_CASE(a_call_of_before_is_not_the_one_that_runs)
{
	struct talk t = talk_of(0, 2, 91, 7), other = talk_of(0, 1, 92, 8);
	struct command c = {.kind = COMMAND_CALL, .number = 3};

	T_CHECK(open_with(HEAD "static-2 = 91\nstatic-1 = 92\n", 2));
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	send_burst(0, &b);
	b = talk_lc(&other, DMR_VOICE_HEADER);
	send_burst(0, &b);
	c.call = (struct call_key){
		.origin = source_client(client(0)), .stream = 7, .generation = 99};
	T_TEXT(reply_to(c)->reply.text, "call has already ended");
	T_EQUAL(core_calls(world.core), 2);
	POOL_EACH(const struct stream *, x, &world.core->streams.pool)
		if (x->id == 7)
			c.call.generation = x->generation;
	T_TEXT(reply_to(c)->reply.text, "call ended");
	T_EQUAL(heard(0).stream, 7); /* the terminator */
	world_close(&world);
}

/* Those of the parent do not concern us; nothing happens. */
T_CASE(a_command_for_another_process_is_unknown)
{
	T_CHECK(open_with(HEAD, 1));
	const struct record *r = reply_to((struct command){.kind = COMMAND_RELOAD, .number = 3});
	T_CHECK(r && r->kind == RECORD_REPLY && !r->reply.done);
	T_TEXT(r->reply.text, "unknown command");
	T_EQUAL(world.actions.target_count, 0);
	world_close(&world);
}

static void ask_status(unsigned n)
{
	struct talk t = talk_of(n, 2, 5000, 100 + n);

	t.next.unit = true;
	talk_code(&t);
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	send_burst(n, &b);
	b = talk_lc(&t, DMR_TERMINATOR);
	send_burst(n, &b);
}

static uint64_t counted(enum counter counter)
{
	return world.core->counter[counter];
}

/* More ask at once than are answered; who is too late hears nothing, and may ask again. */
T_CASE(sixty_four_are_answered_at_once)
{
	enum { ASKING = PLAYERS + 6 };

	T_CHECK(open_with(HEAD, ASKING));
	for (unsigned n = 0; n < ASKING; n++)
		ask_status(n);
	T_EQUAL(world.core->players.pool.used, PLAYERS);
	T_EQUAL(counted(COUNT_PLAYERS_FULL), ASKING - PLAYERS);
	for (unsigned i = 0; i < 150; i++) {
		world_sleep(&world, TICK_SECOND / 5);
		actions_empty(&world.actions);
	}
	T_EQUAL(world.core->players.pool.used, 0);
	ask_status(ASKING - 1);
	T_EQUAL(world.core->players.pool.used, 1);
	actions_empty(&world.actions);
	world_sleep(&world, 2 * TICK_SECOND);
	T_CHECK(world.actions.target_count > 10);
	T_CHECK(core_check(world.core) == NULL);
	world_close(&world);
}

/* An answer is a call like any: without a row for it, it is left out. */
T_CASE(an_answer_without_room_for_its_call_is_left_out)
{
	T_CHECK(open_with(HEAD "static-2 = 91\n[limits]\nstreams = 16\n", 17));
	ask_status(16);
	world_sleep(&world, 900);
	for (unsigned n = 0; n < 16; n++) {
		struct talk t = talk_of(n, 1, 3001 + n, 200 + n);
		struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
		send_burst(n, &b);
	}
	T_EQUAL(world.core->streams.pool.used, 16);
	actions_empty(&world.actions);
	world_sleep(&world, 300);
	T_EQUAL(world.core->players.pool.used, 0);
	for (uint32_t i = 0; i < world.actions.target_count; i++)
		T_CHECK(world.actions.targets[i].id != client(16));
	T_CHECK(core_check(world.core) == NULL);
	world_close(&world);
}

/* A position in embedded link control is reported once, and again when the radio has moved. */
T_CASE(an_embedded_position_is_told_with_the_call)
{
	struct talk t = talk_of(0, 2, 91, 7);
	unsigned told = 0;

	T_CHECK(open_with(HEAD "static-2 = 91\n", 1));
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	send_burst(0, &b);
	for (unsigned i = 0; i < 5; i++) {
		/* latitude 45 degrees north, twice; the same with another longitude, then latitude
		 */
		struct lc lc = {.octets = {FLCO_GPS, 0, 0, 0, 0, i > 2, i > 3 ? 0x30 : 0x40}};
		lc_encode(&lc, &t.coded);
		for (int k = 0; k < 6; k++) {
			b = voice_of(&t);
			actions_empty(&world.actions);
			send_burst(0, &b);
			for (uint32_t n = 0; n < world.actions.record_count; n++)
				told += world.actions.records[n].kind == RECORD_CALL &&
				        world.actions.records[n].change == CHANGE_UPDATE;
			world.now += 60;
		}
	}
	T_EQUAL(told, 3);
	world_close(&world);
}

/* The loop takes several datagrams before it performs what they led to. */
T_CASE(legs_of_calls_that_begin_together_are_told_apart)
{
	struct talk one = talk_of(0, 1, 91, 7), other = talk_of(0, 2, 92, 8);
	unsigned legs = 0;

	T_CHECK(open_with(HEAD "static-1 = 91\nstatic-2 = 92\n", 4));
	actions_empty(&world.actions);
	struct talk *all[] = {&one, &other};
	for (unsigned i = 0; i < ARRAY_LEN(all); i++) {
		struct hbp_burst b = talk_lc(all[i], DMR_VOICE_HEADER);
		send_burst(0, &b);
	}
	for (uint32_t i = 0; i < world.actions.record_count; i++) {
		const struct record *r = &world.actions.records[i];
		if (r->kind != RECORD_LEGS || !r->legs.open)
			continue;
		legs++;
		for (uint32_t k = 0; k < r->legs.list.count; k++)
			T_EQUAL(r->legs.list.leg[k].tg, r->legs.stream == 7 ? 91 : 92);
	}
	T_EQUAL(legs, 2);
	world_close(&world);
}

/* Rows go out as far as there is room for them, and the rest later; none is lost. */
T_CASE(a_snapshot_waits_for_room)
{
	struct command ask = {.kind = COMMAND_SNAPSHOT, .number = 1};
	struct event more = {.kind = EVENT_ROWS, .rows = 100};
	unsigned sessions = 0, turns = 0;

	T_CHECK(open_with(HEAD, 30));
	actions_empty(&world.actions);
	world_step(&world, &(struct event){.kind = EVENT_COMMAND, .command = &ask});
	for (; core_wants_rows(world.core) && turns < 100; turns++) {
		uint32_t before = world.actions.record_cap - 20 * (turns & 1) - 5;
		world.actions.record_count = turns & 1 ? 0 : before;
		world_step(&world, &more);
		if (!(turns & 1))
			T_EQUAL(world.actions.record_count, before);
		for (uint32_t i = 0; turns & 1 && i < world.actions.record_count; i++)
			sessions += world.actions.records[i].kind == RECORD_SESSION;
		actions_empty(&world.actions);
	}
	T_EQUAL(sessions, 30);
	world_close(&world);
}

/* Without a claim a call of ours is carried, and one of a neighbour is refused. */
T_CASE(a_full_table_of_claims_keeps_no_client_out)
{
	const struct obp_key key = obp_key_make("kilo", false);
	struct talk t = talk_of(0, 2, 3100, 7), theirs = {.next = {.src = 2340001,
	                                                           .dst = 3101,
	                                                           .client = 2340,
	                                                           .slot = 1,
	                                                           .stream = 9}};
	struct endpoint at = world_endpoint(77, 62044);
	struct obp_burst burst = {.source_server = 2340, .hops = 1};
	uint8_t bytes[OBP_DATAGRAM_MAX];
	struct wr out = wr_make(bytes, sizeof(bytes));

	T_CHECK(open_with(HEAD "static-2 = 3100\n[peer a]\nbind = 192.0.2.1:62044\ntarget = "
	                       "10.0.77.1:62044\npassphrase = kilo\nremote-id = 2340\n",
	                  2));
	world.wall_ns = UINT64_C(1800000000000000000);
	struct claims *c = &world.core->claims;
	for (uint32_t i = 0; i < c->capacity; i++)
		claim_take(c, i + 1, source_client(5), world.now);
	T_EQUAL(c->used, c->capacity);
	at.socket = CONF_PEER_SOCKETS;
	talk_code(&theirs);
	burst.frame = talk_lc(&theirs, DMR_VOICE_HEADER);
	obp_write_v5(&out, &key, &burst, world.wall_ns);
	world_datagram(&world, &at, bytes, wr_len(&out));
	T_EQUAL(counted(COUNT_STREAMS_FULL), 1);
	T_EQUAL(core_calls(world.core), 0);
	actions_empty(&world.actions);
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	send_burst(0, &b);
	T_EQUAL(world.actions.target_count, 2); /* the other client, and the neighbour */
	b = talk_lc(&t, DMR_TERMINATOR);
	send_burst(0, &b);
	T_EQUAL(world.actions.target_count, 4);
	T_CHECK(core_check(world.core) == NULL);
	world_close(&world);
}

/* The neighbours get its end all the same. */
T_CASE(a_call_without_a_claim_is_cut_for_neighbours_too)
{
	const struct command kick = {.kind = COMMAND_KICK, .number = 1, .kick.client = client(0)};
	struct talk t = talk_of(0, 2, 3100, 7);
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);

	T_CHECK(open_with(HEAD "static-2 = 3100\n[peer a]\nbind = 192.0.2.1:62044\ntarget = "
	                       "10.0.77.1:62044\npassphrase = kilo\nremote-id = 2340\n",
	                  1));
	world.wall_ns = UINT64_C(1800000000000000000);
	for (uint32_t i = 0; i < world.core->claims.capacity; i++)
		claim_take(&world.core->claims, i + 1, source_client(5), world.now);
	send_burst(0, &b);
	T_EQUAL(world.actions.target_count, 1);
	actions_empty(&world.actions);
	world_step(&world, &(struct event){.kind = EVENT_COMMAND, .command = &kick});
	T_EQUAL(world.actions.target_count, 2); /* to the neighbour, and MSTCL */
	world_close(&world);
}

/* It is not a radio: data for it and the call that it hears on the same slot go on side by side. */
T_CASE(data_for_the_gateway_leaves_its_call)
{
	struct talk t = talk_of(0, 2, 91, 7), data = talk_of(1, 2, 2399998, 8);

	T_CHECK(open_with("[server]\nid = 2345\ndata-gateway = 234500003\n[listener l]\n"
	                  "bind = 192.0.2.1:62031\npassphrase = " WORLD_PASSPHRASE "\n"
	                  "static-2 = 91\n",
	                  3));
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	send_burst(0, &b);
	actions_empty(&world.actions);
	data.next.unit = true;
	b = talk_lc(&data, DMR_CSBK);
	send_burst(1, &b);
	T_EQUAL(world.actions.target_count, 1);
	T_EQUAL(world.actions.targets[0].id, client(2));
	actions_empty(&world.actions);
	b = voice_of(&t);
	send_burst(0, &b);
	T_EQUAL(world.actions.target_count, 2);
	T_CHECK(core_check(world.core) == NULL);
	world_close(&world);
}

/* Whoever comes when the table is full takes the place of the one that has been half logged in for
 * the longest. */
T_CASE(the_oldest_half_login_yields)
{
	const unsigned rows = 40;

	world_open(&world, HEAD "[limits]\nsessions = 40\n", 1);
	for (unsigned n = 0; n < rows + SESSIONS_HALF_OPEN + 5; n++) {
		struct endpoint at = place(n);
		T_CHECK(world_authenticate(&world, &at, client(n), WORLD_PASSPHRASE));
		T_CHECK(session_find(&world.core->sessions, client(n)));
		if (n >= rows)
			T_CHECK(!session_find(&world.core->sessions, client(n - rows)));
	}
	T_EQUAL(world.core->sessions.pool.used, rows);
	world_close(&world);
}

/* What one sends earns what it is sent, up to a limit. */
T_CASE(an_unproven_client_saves_up_a_mebioctet)
{
	struct talk t = talk_of(0, 2, 91, 7);

	T_CHECK(open_with(HEAD "static-2 = 91\n", 1));
	struct session *s = session_find(&world.core->sessions, client(0));
	s->budget.unproven = true;
	s->budget.credit = (1u << 20) - 1;
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	send_burst(0, &b);
	T_EQUAL(s->budget.credit, (1u << 20) - 1 + 2 * HBP_BURST_LEN);
	b = voice_of(&t);
	send_burst(0, &b);
	T_EQUAL(s->budget.credit, (1u << 20) - 1 + 2 * HBP_BURST_LEN);
	world_close(&world);
}

/* ... until it has answered a challenge, which can only have reached it where it says it is. */
T_CASE(an_unproven_client_that_answers_is_proven)
{
	struct endpoint at = place(0);

	T_CHECK(open_with(HEAD, 1));
	T_CHECK(!session_find(&world.core->sessions, client(0))->budget.unproven);
	session_find(&world.core->sessions, client(0))->budget.unproven = true;
	T_CHECK(world_login(&world, &at, client(0), '3'));
	T_CHECK(!session_find(&world.core->sessions, client(0))->budget.unproven);
	world_close(&world);
}

/* As the reporter remembers it from before a restart. */
T_CASE(a_restored_location_is_as_old_as_it_was)
{
	const struct command c = {
		.kind = COMMAND_LOCATE,
		.locate = {.client = client(0), .slot = 2, .radio = 2345009, .seconds = 100}};

	T_CHECK(open_with(HEAD, 1));
	world_step(&world, &(struct event){.kind = EVENT_COMMAND, .command = &c});
	const struct location *l = location_find(&world.core->locations, 2345009);
	T_CHECK(l && l->slot == 2 && source_equal(l->origin, source_client(client(0))));
	T_EQUAL(l->at, world.now - 100 * TICK_SECOND);
	world_close(&world);
}

/* The call is known from its first header, whatever noise made of another. */
T_CASE(a_header_that_cannot_be_read_is_repaired)
{
	struct talk t = talk_of(0, 2, 91, 7);
	uint8_t first[SEND_MAX], second[SEND_MAX];

	T_CHECK(open_with(HEAD "static-2 = 91\n", 2));
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	actions_empty(&world.actions);
	send_burst(0, &b);
	T_EQUAL(world.actions.target_count, 1);
	T_EQUAL(world_sent(&world, 0, first), HBP_BURST_LEN);
	b.seq++;
	for (size_t i = 0; i < 12; i++)
		b.payload[i] ^= 0x5A;
	world.now += 60;
	actions_empty(&world.actions);
	send_burst(0, &b);
	T_EQUAL(world.actions.target_count, 1);
	T_EQUAL(world_sent(&world, 0, second), HBP_BURST_LEN);
	T_BYTES(second + 20, first + 20, DMR_BURST_LEN);
	world_close(&world);
}

/* A frame without it leaves the last one. */
T_CASE(the_signal_of_a_call_is_that_of_its_last_frame)
{
	T_CHECK(open_with(HEAD "static-2 = 91\n", 1));
	struct talk t = talk_of(0, 2, 91, 7);
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	for (uint8_t rssi = 80; rssi < 82; rssi++) {
		b.rssi = rssi;
		send_burst(0, &b);
		b = voice_of(&t);
		send_burst(0, &b);
		T_EQUAL(((struct stream *)pool_at(&world.core->streams.pool, 0))->rssi, rssi);
		b = voice_of(&t);
	}
	world_close(&world);
}

T_CASE(a_snapshot_bears_the_number_of_who_asked)
{
	const struct command ask = {.kind = COMMAND_SNAPSHOT, .number = 77};

	T_CHECK(open_with(HEAD, 1));
	world_step(&world, &(struct event){.kind = EVENT_COMMAND, .command = &ask});
	const struct record *r = world.actions.records;
	T_CHECK(r->kind == RECORD_SNAPSHOT && r->snapshot.begin);
	T_EQUAL(r->snapshot.number, 77);
	actions_empty(&world.actions);
	while (core_wants_rows(world.core))
		world_step(&world, &(struct event){.kind = EVENT_ROWS, .rows = 1000});
	r = &world.actions.records[world.actions.record_count - 1];
	T_CHECK(r->kind == RECORD_SNAPSHOT && !r->snapshot.begin);
	T_EQUAL(r->snapshot.number, 77);
	world_close(&world);
}

static void bring(uint8_t host, uint32_t server, const struct hbp_burst *b)
{
	const struct obp_key key = obp_key_make("kilo", false);
	struct obp_burst burst = {.frame = *b, .source_server = 2350, .hops = 1};
	struct endpoint at = world_endpoint(host, 62044);
	uint8_t bytes[OBP_DATAGRAM_MAX];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	burst.frame.client = server;
	at.socket = CONF_PEER_SOCKETS;
	world.wall_ns += 1000000;
	obp_write_v5(&wr, &key, &burst, world.wall_ns);
	world_datagram(&world, &at, bytes, wr_len(&wr));
	actions_empty(&world.actions);
}

/* Its stream from the neighbour that has fallen silent ends, and it goes on from the other. */
T_CASE(data_for_a_radio_goes_on_from_the_next_neighbour)
{
	struct talk t = talk_of(0, 1, 2399998, 7);

	T_CHECK(open_with(HEAD "[peer a]\nbind = 192.0.2.1:62044\ntarget = 10.0.77.1:62044\n"
	                       "passphrase = kilo\nremote-id = 2340\n"
	                       "[peer b]\nbind = 192.0.2.1:62044\ntarget = 10.0.78.1:62044\n"
	                       "passphrase = kilo\nremote-id = 2341\n",
	                  1));
	world.wall_ns = UINT64_C(1800000000000000000);
	t.next.unit = true;
	struct hbp_burst b = talk_lc(&t, DMR_CSBK);
	bring(77, 2340, &b);
	T_EQUAL(world.core->streams.pool.used, 1);
	T_EQUAL(world.core->claims.used, 1);
	world.core->claims.rows[0].last -= 2 * TICK_SECOND;
	b = talk_lc(&t, DMR_CSBK);
	b.payload[20] ^= 1; /* not one that it has carried */
	bring(78, 2341, &b);
	T_EQUAL(counted(COUNT_MESH_TAKEN_OVER), 1);
	T_EQUAL(world.core->streams.pool.used, 1);
	T_CHECK(core_check(world.core) == NULL);
	world_close(&world);
}

static const char *logged(void)
{
	const char *line = "";

	for (uint32_t i = 0; i < world.actions.record_count; i++)
		if (world.actions.records[i].kind == RECORD_LOG)
			line = world.actions.records[i].log.line;
	return line;
}

T_CASE(what_is_refused_is_logged_with_its_reason)
{
	static const char options[] = "TS2=91;word";
	struct endpoint known = place(0), stranger = place(9);
	uint8_t bytes[64];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	T_CHECK(open_with(HEAD, 1));
	world_datagram(&world, &stranger, "DMRDx", 5);
	T_TEXT(logged(), "dropped datagram from=10.0.9.1:1000 len=5 reason=\"wrong length\"");
	actions_empty(&world.actions);
	hbp_write_ping(&wr, client(9));
	world_datagram(&world, &stranger, bytes, wr_len(&wr));
	T_TEXT(logged(), "refused client=234500010 from=10.0.9.1:1000 listener=l message=RPTPING "
	                 "reason=\"no session: log in again\"");
	actions_empty(&world.actions);
	wr = wr_make(bytes, sizeof(bytes));
	hbp_write_options(&wr, client(0), options, strlen(options));
	world_datagram(&world, &known, bytes, wr_len(&wr));
	T_TEXT(logged(), "options client=234500001 skipped=1 first=\"missing =\" at=7 "
	                 "options=\"TS2=91;word\"");
	world_close(&world);
}

/* Each needs a row, and costs more than a frame of one that runs. */
T_CASE(sixty_transmissions_begin_at_once_and_ten_a_second)
{
	T_CHECK(open_with(HEAD "static-2 = 91\n[limits]\nframes-per-second = 1000\n", 1));
	for (unsigned i = 0; i < 80; i++) {
		struct talk t = talk_of(0, 2, 91, 100 + i);
		struct hbp_burst b = talk_lc(&t, DMR_CSBK);
		send_burst(0, &b);
		actions_empty(&world.actions);
	}
	T_EQUAL(counted(COUNT_BUDGET), 20);
	world.now += TICK_SECOND;
	for (unsigned i = 0; i < 20; i++) {
		struct talk t = talk_of(0, 2, 91, 200 + i);
		struct hbp_burst b = talk_lc(&t, DMR_CSBK);
		send_burst(0, &b);
	}
	T_EQUAL(counted(COUNT_BUDGET), 30);
	world_close(&world);
}

/* Of a header while that client's call on slot 2 goes on: is it another stream? */
static bool begins_another(const struct hbp_burst *b)
{
	uint64_t before = world.core->streams.generation;

	send_burst(0, b);
	actions_empty(&world.actions);
	return world.core->streams.generation == before + 1;
}

/* Also where a slot refers to the call of the other one by a fault, which is found later. */
T_CASE(every_part_of_its_key_makes_another_stream)
{
	for (unsigned part = 0; part < 6; part++) {
		T_CHECK(open_with(HEAD "static-2 = 91,92\n", 1));
		struct session *s = session_find(&world.core->sessions, client(0));
		struct talk t = talk_of(0, 2, 91, 7);
		struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER), csbk = talk_lc(&t, DMR_CSBK);
		T_CHECK(begins_another(&b));
		s->slot[0].talk = s->slot[1].talk;
		b.stream += part == 1;
		b.dst += part == 2;
		b.slot = part == 3 ? 1 : 2;
		b.unit = part == 4;
		if (begins_another(part == 5 ? &csbk : &b) != (part > 0))
			t_fail(__FILE__, __LINE__, "part %u", part);
		world_close(&world);
	}
}

/* Beyond the last place nothing is written. */
T_CASE(verdicts_have_their_places)
{
	static struct actions a;

	for (uint32_t i = 0; i < JUDGED_MAX + 10; i++)
		T_CHECK(actions_judged(&a, i % 3 == 0) == (i % 3 == 0));
	T_EQUAL(a.verdicts.count, JUDGED_MAX);
	a.verdicts.given = true;
	a.verdicts.count = 0;
	for (uint32_t i = 0; i < JUDGED_MAX - 1; i++)
		T_CHECK(actions_judged(&a, true) == (i % 3 == 0));
}

/* As `freedmr check` lists them. */
T_CASE(each_table_has_the_rows_that_its_limits_ask_for)
{
	char rows[2000];
	struct text t = text_make(rows, sizeof(rows));

	world_open(&world,
	           HEAD "[limits]\nsessions = 300\nsubscriptions = 900\nstreams = 70\npeers = 5\n"
	                "locations = 1100\n",
	           1);
	for (size_t i = 0; i < world.arena.cuts; i++)
		text_format(&t, "%zu %s\n", world.arena.cut[i].rows, world.arena.cut[i].name);
	T_TEXT(rows,
	       "1 core\n"
	       "316 sessions\n"
	       "1024 sessions by id\n"
	       "1024 sessions by address\n"
	       "1024 sessions by radio\n"
	       "1156 subscriptions\n"
	       "1226 conferences\n"
	       "4096 subscriptions by talkgroup\n"
	       "4096 conferences by talkgroup\n"
	       "70 streams\n"
	       "256 streams by id\n"
	       "70 ended streams\n"
	       "256 ended streams by id\n"
	       "64 players\n"
	       "16 recordings\n"
	       "16 announcements\n"
	       "256 blocks\n"
	       "4096 decisions\n"
	       "1100 locations\n"
	       "4096 locations by radio\n"
	       "5 peers\n"
	       "16 uplinks\n"
	       "280 claims\n"
	       "1024 claims by stream\n"
	       "640 quenches\n"
	       "5 quenches by peer\n"
	       "2048 quenches by stream\n"
	       "128 words of before\n"
	       "4432 expiry\n"
	       "593 datagrams to send\n"
	       "7920 receivers\n"
	       "648 records to write\n");
	world_close(&world);
}

T_MAIN()
