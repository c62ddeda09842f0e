/*
 * A broken invariant stays where it is: a fault is planted into one row of each kind, and that
 * row's own call or session ends, with a terminator and a log line, while its neighbours lose
 * nothing.
 */
#include "harness/t.h"
#include "core/step/kind.h"
#include "hotspot/talk.h"
#include "unit/core/world.h"

#define HEAD                                                                                       \
	"[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase "                   \
	"= " WORLD_PASSPHRASE "\nprompts = morse\n"                                                \
	"[limits]\nsessions = 20\nsubscriptions = 100\nstreams = 16\nlocations = 16\npeers = 2\n"
#define CLIENTS 6u
#define FIRST 234500001u
#define LISTENERS 2u /* of each conference: clients 0 and 3 talk, the others listen */

static struct world w;
static struct talk talk[2];

static struct endpoint place(unsigned n)
{
	return world_endpoint((uint8_t)(n + 1), 62031);
}

static void options(unsigned n, const char *text)
{
	uint8_t bytes[64];
	struct wr out = wr_make(bytes, sizeof(bytes));
	struct endpoint at = place(n);

	hbp_write_options(&out, FIRST + n, text, strlen(text));
	world_datagram(&w, &at, bytes, wr_len(&out));
}

static void say(unsigned n, const struct hbp_burst *b)
{
	struct endpoint at = place(n);

	world_burst(&w, &at, b);
}

/* Two conferences, a call in each, and an answer that is played to client 2. */
static void begin_with(const char *conf)
{
	world_open(&w, conf, 1);
	for (unsigned n = 0; n < CLIENTS; n++) {
		struct endpoint at = place(n);
		if (!world_login(&w, &at, FIRST + n, '3'))
			t_fail(__FILE__, __LINE__, "no login");
		options(n, n < CLIENTS / 2 ? "TS1=91" : "TS1=92");
	}
	struct talk other = {.next = {.src = 2345003,
	                              .dst = 5000,
	                              .client = FIRST + 2,
	                              .slot = 2,
	                              .unit = true,
	                              .stream = 9}};
	talk_code(&other);
	struct hbp_burst b = talk_lc(&other, DMR_VOICE_HEADER);
	say(2, &b);
	b = talk_lc(&other, DMR_TERMINATOR);
	say(2, &b);
	world_sleep(&w, 1500);
	for (unsigned i = 0; i < 2; i++) {
		talk[i] = (struct talk){.next = {.src = 2345001 + i,
		                                 .dst = 91 + i,
		                                 .client = FIRST + 3 * i,
		                                 .slot = 1,
		                                 .stream = 7 + i}};
		talk_code(&talk[i]);
		b = talk_lc(&talk[i], DMR_VOICE_HEADER);
		say(3 * i, &b);
	}
	actions_empty(&w.actions);
}

static void begin(void)
{
	begin_with(HEAD);
}

/* Octets that were sent to client n and begin like that. */
static unsigned sent_to(unsigned n, const char *tag, int detail)
{
	struct endpoint at = place(n);
	unsigned found = 0;
	uint8_t bytes[SEND_MAX];

	for (uint32_t i = 0; i < w.actions.target_count; i++) {
		size_t len = world_sent(&w, i, bytes);
		if (addr_equal(&w.actions.targets[i].where.to, &at.to) &&
		    len > 15 * (detail >= 0) && memcmp(bytes, tag, strlen(tag)) == 0 &&
		    (detail < 0 || (bytes[15] & 0x3f) == detail))
			found++;
	}
	return found;
}

static unsigned bugs(void)
{
	unsigned found = 0;

	for (uint32_t i = 0; i < w.actions.record_count; i++)
		found += w.actions.records[i].kind == RECORD_LOG &&
		         w.actions.records[i].log.level == LOG_BUG;
	return found;
}

static bool is_logged(const char *begin)
{
	for (uint32_t i = 0; i < w.actions.record_count; i++)
		if (w.actions.records[i].kind == RECORD_LOG &&
		    strncmp(w.actions.records[i].log.line, begin, strlen(begin)) == 0)
			return true;
	return false;
}

static struct stream *call(unsigned i)
{
	POOL_EACH(struct stream *, x, &w.core->streams.pool)
		if (x->dst == 91 + i && x->slot != 2)
			return x;
	return NULL;
}

static struct session *session(unsigned n)
{
	struct endpoint at = place(n);

	POOL_EACH(struct session *, s, &w.core->sessions.pool)
		if (s->at.to.port && addr_equal(&s->at.to, &at.to))
			return s;
	return NULL;
}

static struct subscription *subscription(unsigned n)
{
	return subscription_at(&w.core->subscriptions, session(n)->slot[0].subscriptions);
}

/* ---- faults of one call ---- */

static void stream_conference(void)
{
	call(0)->conference = 77;
}
static void stream_slot(void)
{
	call(0)->slot = 9;
}
static void stream_state(void)
{
	call(0)->state = 99;
}
static void stream_never(void)
{
	call(0)->expiry.deadline = TICK_NEVER;
}
static void stream_key(void)
{
	call(0)->id ^= 1;
}

static void stream_elsewhere(void)
{
	call(0)->conference = call(1)->conference;
}
static void stream_is_data(void)
{
	call(0)->data = true;
}
static void stream_on_the_other_slot(void)
{
	call(0)->slot = 2;
}
static void stream_from_nowhere(void)
{
	call(0)->origin = (struct source){SOURCE_PEER, FIRST};
}

static void stream_alias_blocks(void)
{
	call(0)->given.blocks = ALIAS_BLOCKS + 1;
}
static void stream_alias_block(void)
{
	call(0)->given.block = ALIAS_BLOCKS;
}

#define CALL_NUMBERS 5 /* of them lead beyond a table */
static void (*const of_a_call[])(void) = {stream_alias_blocks,
                                          stream_alias_block,
                                          stream_conference,
                                          stream_slot,
                                          stream_state,
                                          stream_never,
                                          stream_key,
                                          stream_elsewhere,
                                          stream_is_data,
                                          stream_from_nowhere,
                                          stream_on_the_other_slot};

/* ---- of the session of client 1, who listens ---- */

static void session_id(void)
{
	session(1)->id = 5;
}
static void session_source(void)
{
	session(1)->source.index = 5;
}
static void session_socket(void)
{
	session(1)->at.socket = w.conf.listener_count;
}
static void session_never(void)
{
	session(1)->expiry.deadline = TICK_NEVER;
}
static void session_state(void)
{
	session(1)->state = 99;
}
static void session_text(void)
{
	memset(session(1)->software, 'x', sizeof(session(1)->software));
}
static void session_data(void)
{
	session(1)->slot[0].data_next = 1000;
}
static void session_list_torn(void)
{
	session(1)->slot[0].subscriptions = 50;
}
static void session_list_round(void)
{
	subscription(1)->in_slot.next = subscription(1)->row.index;
}
static void session_hears(void)
{
	session(1)->slot[1].heard = (struct handle){3, 12345};
}
static void session_talks(void)
{
	session(1)->slot[0].talk = pool_handle(&call(1)->row);
}

static void session_of_an_uplink(void)
{
	session(1)->source.kind = SOURCE_UPLINK;
}

#define SESSION_NUMBERS 7
static void (*const of_a_session[])(void) = {session_of_an_uplink, session_id,    session_source,
                                             session_socket,       session_state, session_text,
                                             session_data,         session_never, session_list_torn,
                                             session_list_round,   session_hears, session_talks};

/* ---- of what only leads astray ---- */

static void subscription_session(void)
{
	subscription(1)->session = 12345;
}
static void subscription_conference(void)
{
	subscription(1)->conference = 12345;
}
static void subscription_slot(void)
{
	subscription(1)->slot = 7;
}

static void (*const of_a_subscription[])(void) = {subscription_session, subscription_conference,
                                                  subscription_slot};

/* ---- of what leads from a conference to its listeners ---- */

static struct conference *meeting(void)
{
	return conference_find(&w.core->subscriptions, 91);
}
static void conference_list_torn(void)
{
	subscription(1)->in_conference.next = POOL_NONE;
}
static void conference_list_round(void)
{
	subscription(1)->in_conference.next = subscription(1)->row.index;
}
static void conference_list_back(void)
{
	subscription(1)->in_conference.previous = 77;
}
static void conference_first(void)
{
	meeting()->subscriptions = subscription(4)->row.index;
}
static void conference_last(void)
{
	meeting()->last = 77;
}
static void conference_count(void)
{
	meeting()->count = 1;
}
static void conference_streams(void)
{
	meeting()->streams = 7;
}
static void conference_number(void)
{
	meeting()->tg = 77;
}
static void conference_forgotten(void)
{
	hash_remove(&w.core->subscriptions.by_tg, 91);
}
static void conference_speaker_gone(void)
{
	meeting()->speaker = (struct handle){3, 12345};
}
static void conference_speaker_elsewhere(void)
{
	meeting()->speaker = pool_handle(&call(1)->row);
}
static void stream_listeners(void)
{
	call(0)->listeners = 0;
}
static void session_subscriptions(void)
{
	session(1)->subscriptions = 40;
}

static void (*const of_a_way[])(void) = {conference_list_torn,
                                         conference_list_round,
                                         conference_list_back,
                                         conference_first,
                                         conference_last,
                                         conference_count,
                                         conference_streams,
                                         conference_number,
                                         stream_listeners,
                                         conference_forgotten,
                                         session_subscriptions,
                                         conference_speaker_gone,
                                         conference_speaker_elsewhere};

/* ---- of the answer that client 2 hears ---- */

static struct player *answer(void)
{
	uint32_t at = POOL_NONE;

	return pool_next(&w.core->players.pool, &at);
}
static void player_slot(void)
{
	answer()->slot = 3;
}
static void player_on_the_other_slot(void)
{
	answer()->slot = 1;
}
static void player_of_another(void)
{
	answer()->session = pool_handle(&session(1)->row);
}
static void player_clips(void)
{
	answer()->clip_count = PLAYER_CLIPS + 1;
}
static void player_clips_on_slot_one(void)
{
	struct session *s = session(2);

	player_clips();
	answer()->slot = 1;
	s->slot[0].player = pool_handle(&answer()->row);
	s->slot[1].player = HANDLE_NONE;
}
static void player_never(void)
{
	answer()->expiry.deadline = TICK_NEVER;
}

static void player_past_its_text(void)
{
	answer()->morse.at = PLAYER_TEXT;
}
static void player_past_its_sign(void)
{
	answer()->morse.sign = MORSE_SIGNS + 1;
}

#define ANSWER_NUMBERS 5
static void (*const of_an_answer[])(void) = {player_past_its_text,
                                             player_past_its_sign,
                                             player_slot,
                                             player_clips,
                                             player_clips_on_slot_one,
                                             player_never,
                                             player_on_the_other_slot,
                                             player_of_another};

/* All rows are checked in turn. */
static void look(void)
{
	for (int turn = 0; turn < 2; turn++)
		world_step(&w, &(struct event){.kind = EVENT_MEND});
}

/* The other conference hears all that is said there from now on. */
static void others_lose_nothing_of(unsigned sessions)
{
	static const uint8_t ambe[TALK_AMBE_LEN];

	actions_empty(&w.actions);
	for (unsigned i = 0; i < 6; i++) {
		struct hbp_burst b = talk_voice(&talk[1], ambe);
		say(3, &b);
	}
	struct hbp_burst b = talk_lc(&talk[1], DMR_TERMINATOR);
	say(3, &b);
	for (unsigned n = 4; n < CLIENTS; n++) {
		T_EQUAL(sent_to(n, "DMRD", -1), 7);
		T_EQUAL(sent_to(n, "DMRD", 0x22), 1);
		T_EQUAL(sent_to(n, "MSTCL", -1), 0);
	}
	const char *torn = core_check(w.core);
	T_TEXT(torn ? torn : "", "");
	T_CHECK(core_sessions(w.core) >= sessions);
}

static void others_lose_nothing(void)
{
	others_lose_nothing_of(CLIENTS - 1);
}

T_CASE(a_broken_call_ends_alone)
{
	for (size_t i = 0; i < ARRAY_LEN(of_a_call) && !t_failed(); i++) {
		begin();
		of_a_call[i]();
		look();
		if (bugs() != 1)
			t_fail(__FILE__, __LINE__, "fault %zu: %u lines", i, bugs());
		if (of_a_call[i] == stream_never)
			T_CHECK(is_logged("call src=2345001 tg=91 stream=00000007 is "));
		T_EQUAL(sent_to(1, "DMRD", 0x22), 1);
		T_EQUAL(sent_to(2, "DMRD", 0x22), 1);
		T_EQUAL(sent_to(4, "DMRD", 0x22), 0);
		T_EQUAL(core_sessions(w.core), CLIENTS);
		T_CHECK(call(0) == NULL);
		others_lose_nothing();
		world_close(&w);
	}
}

T_CASE(a_broken_session_ends_alone)
{
	for (size_t i = 0; i < ARRAY_LEN(of_a_session) && !t_failed(); i++) {
		begin();
		of_a_session[i]();
		look();
		if (bugs() != 1)
			t_fail(__FILE__, __LINE__, "fault %zu: %u lines", i, bugs());
		T_EQUAL(sent_to(1, "MSTCL", -1), 1);
		T_EQUAL(sent_to(2, "DMRD", 0x22), 0);
		T_EQUAL(core_sessions(w.core), CLIENTS - 1);
		T_CHECK(call(0) != NULL);
		others_lose_nothing();
		world_close(&w);
	}
}

T_CASE(a_broken_subscription_goes_alone)
{
	for (size_t i = 0; i < ARRAY_LEN(of_a_subscription) && !t_failed(); i++) {
		begin();
		of_a_subscription[i]();
		look();
		T_CHECK(is_logged("subscription tg=91 is inconsistent ("));
		T_CHECK(call(0) != NULL);
		T_EQUAL(sent_to(2, "DMRD", 0x22), 0);
		others_lose_nothing();
		world_close(&w);
	}
}

/* All that is heard in a conference goes by rows that only follow from others. */
T_CASE(a_broken_way_is_found_again)
{
	for (size_t i = 0; i < ARRAY_LEN(of_a_way) && !t_failed(); i++) {
		static const uint8_t ambe[TALK_AMBE_LEN];
		begin();
		of_a_way[i]();
		for (int turn = 0; turn < 10; turn++)
			look(); /* of some there is one each time */
		if (bugs() != 1 || !call(0))
			t_fail(__FILE__, __LINE__, "fault %zu: %u lines", i, bugs());
		T_EQUAL(core_sessions(w.core), CLIENTS);
		actions_empty(&w.actions);
		struct hbp_burst b = talk_voice(&talk[0], ambe);
		say(0, &b);
		for (unsigned n = 1; n < CLIENTS / 2; n++)
			T_EQUAL(sent_to(n, "DMRD", -1), 1);
		T_CHECK(handle_equal(meeting()->speaker, pool_handle(&call(0)->row)));
		b = talk_lc(&talk[0], DMR_TERMINATOR);
		say(0, &b);
		T_CHECK(handle_is_none(session(1)->slot[0].heard));
		others_lose_nothing();
		world_close(&w);
	}
}

T_CASE(all_ways_are_found_again_at_once)
{
	for (size_t i = 0; i < ARRAY_LEN(of_a_way) && !t_failed(); i++) {
		begin();
		of_a_way[i]();
		char line[160];
		const char *torn = core_check(w.core);
		T_CHECK(torn != NULL);
		snprintf(line, sizeof(line), "%s: indexes rebuilt", torn);
		world_step(&w, &(struct event){.kind = EVENT_MEND, .all = true});
		T_CHECK(bugs() == 1 && is_logged(line));
		T_CHECK(core_check(w.core) == NULL && call(0));
		T_EQUAL(core_sessions(w.core), CLIENTS);
		others_lose_nothing();
		world_close(&w);
	}
}

/* Whatever comes until then: of the broken call itself, of another, of who listens and leaves. */
static void go_on(void)
{
	static const uint8_t ambe[TALK_AMBE_LEN];
	struct endpoint at = place(2);
	uint8_t bytes[16];
	struct wr out = wr_make(bytes, sizeof(bytes));

	for (unsigned i = 0; i < 6; i++)
		for (unsigned k = 0; k < 2; k++) {
			struct hbp_burst b = talk_voice(&talk[k], ambe);
			say(3 * k, &b);
		}
	for (unsigned n = 4; n < CLIENTS; n++)
		T_EQUAL(sent_to(n, "DMRD", -1), 6);
	options(1, "TS1=91,93;TS2=95;SINGLE=1");
	hbp_write_close(&out, FIRST + 2);
	world_datagram(&w, &at, bytes, wr_len(&out));
	world_sleep(&w, 100);
}

static void uses(void (*const fault[])(void), size_t count)
{
	for (size_t i = 0; i < count && !t_failed(); i++) {
		begin();
		fault[i]();
		actions_empty(&w.actions);
		go_on();
		for (int turn = 0; turn < 10; turn++)
			look();
		if (core_sessions(w.core) < CLIENTS - 2)
			t_fail(__FILE__, __LINE__, "fault %zu: %u sessions are left", i,
			       core_sessions(w.core));
		others_lose_nothing_of(CLIENTS - 2);
		world_close(&w);
	}
}

T_CASE(a_broken_row_harms_nobody_until_it_is_found)
{
	uses(of_a_call, ARRAY_LEN(of_a_call));
	uses(of_a_session, ARRAY_LEN(of_a_session));
	uses(of_a_subscription, ARRAY_LEN(of_a_subscription));
	uses(of_a_way, ARRAY_LEN(of_a_way));
	uses(of_an_answer, ARRAY_LEN(of_an_answer));
}

T_CASE(a_broken_answer_ends_alone)
{
	for (size_t i = 0; i < ARRAY_LEN(of_an_answer) && !t_failed(); i++) {
		begin();
		T_EQUAL(w.core->players.pool.used, 1);
		of_an_answer[i]();
		look();
		look(); /* some rows are looked at each time */
		T_EQUAL(bugs(), 1);
		T_CHECK(is_logged("a prompt is inconsistent ("));
		T_EQUAL(w.core->players.pool.used, 0);
		T_EQUAL(core_sessions(w.core), CLIENTS);
		T_CHECK(call(0) != NULL);
		others_lose_nothing();
		world_close(&w);
	}
}

/* A process that died of a fault, or of making it, is followed by one that mends it. */
T_CASE(what_is_taken_over_is_mended)
{
	for (size_t i = 0; i < ARRAY_LEN(of_a_call) && !t_failed(); i++) {
		struct arena arena;
		begin();
		of_a_call[i]();
		w.core->subscriptions.by_rf.count = 3; /* and a step that was not ended */
		arena_lay(&arena, w.arena.block, w.arena.size);
		w.core = core_find(&arena, &w.conf);
		T_CHECK(core_adopt(w.core) == NULL);
		world_step(&w, &(struct event){.kind = EVENT_MEND, .all = true});
		T_EQUAL(core_sessions(w.core), CLIENTS);
		others_lose_nothing();
		world_close(&w);
	}
}

/* ---- of what links, and what is kept out ---- */

#define LINKS                                                                                      \
	HEAD "[peer a]\nbind = 192.0.2.1:62044\ntarget = 10.0.7.1:62044\npassphrase = kilo\n"      \
	     "[peer b]\nbind = 192.0.2.1:62044\ntarget = 10.0.8.1:62044\npassphrase = kilo\n"      \
	     "[uplink up]\ntarget = 10.0.9.1:62031\nid = 2345007\npassphrase = x\n"                \
	     "map = 2:95 = 95\n"

static struct block *block;

static void begin_linked(void)
{
	const struct command c = {
		.kind = COMMAND_BLOCK, .number = 1, .block = {.target = {.id = 2345999}}};

	begin_with(LINKS);
	world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &c});
	block = blocklist_of_id(&w.core->blocks, 2345999);
	T_CHECK(block);
	actions_empty(&w.actions);
}

static struct peer *link_at(uint32_t i)
{
	return peer_at(&w.core->peers, i);
}
static void peer_socket(void)
{
	link_at(0)->at.socket = 12345;
}
static void peer_never(void)
{
	link_at(0)->timer.deadline = TICK_NEVER;
}
static void peer_keys(void)
{
	link_at(0)->admission.state = 77;
}
static void uplink_socket(void)
{
	uplink_at(&w.core->uplinks, 0)->at.socket = 12345;
}
static void uplink_wrong_state(void)
{
	uplink_at(&w.core->uplinks, 0)->state = 99;
}
static void uplink_never(void)
{
	uplink_at(&w.core->uplinks, 0)->timer.deadline = TICK_NEVER;
}
static void uplink_session_state(void)
{
	session_get(&w.core->sessions, uplink_at(&w.core->uplinks, 0)->session)->state = 99;
}
static void block_of_nobody(void)
{
	block->id = 0;
}

static void (*const of_a_link[])(void) = {peer_socket,     peer_never,          peer_keys,
                                          uplink_socket,   uplink_never,        uplink_wrong_state,
                                          block_of_nobody, uplink_session_state};

T_CASE(a_broken_link_begins_anew_alone)
{
	for (size_t i = 0; i < ARRAY_LEN(of_a_link) && !t_failed(); i++) {
		begin_linked();
		uint64_t sent = link_at(1)->sent_ns;
		of_a_link[i]();
		look();
		if (bugs() != 1)
			t_fail(__FILE__, __LINE__, "fault %zu: %u lines", i, bugs());
		if (of_a_link[i] == block_of_nobody)
			T_CHECK(is_logged("a block is inconsistent ("));
		T_CHECK(call(0) && call(1));
		T_CHECK(link_at(0)->at.socket == link_at(1)->at.socket);
		T_CHECK(link_at(1)->sent_ns >= sent && link_at(1)->admission.state == 0);
		others_lose_nothing();
		world_sleep(&w, 30 * TICK_SECOND);
		T_CHECK(core_check(w.core) == NULL);
		world_close(&w);
	}
}

/* The other server has to know again who is there. */
T_CASE(a_broken_session_of_an_uplink_logs_in_again)
{
	static const uint8_t ack[] = "RPTACK\1\2\3\4";
	struct endpoint master = world_endpoint(9, 62031);

	begin_linked();
	master.socket = CONF_UPLINK_SOCKETS;
	world_sleep(&w, 0);
	for (unsigned i = 0; i < 4; i++)
		world_datagram(&w, &master, ack, i ? 6 : 10);
	T_EQUAL(uplink_at(&w.core->uplinks, 0)->state, UPLINK_UP);
	struct hbp_burst b = world_frame(2345008, 95, 0);
	b.client = 2345007;
	uint32_t calls = core_calls(w.core);
	world_burst(&w, &master, &b);
	T_EQUAL(core_calls(w.core), calls + 1);
	uplink_session_state();
	actions_empty(&w.actions);
	look();
	T_EQUAL(bugs(), 1);
	T_CHECK(uplink_at(&w.core->uplinks, 0)->state <= UPLINK_LOGIN);
	T_EQUAL(core_calls(w.core), calls);
	others_lose_nothing();
	world_close(&w);
}

T_CASE(a_broken_link_keeps_the_key_it_renews)
{
	begin_linked();
	link_at(0)->admission.state = ADMISSION_RENEWED;
	link_at(0)->admission.until = w.now + TICK_MINUTE;
	peer_socket();
	look();
	T_EQUAL(bugs(), 1);
	T_EQUAL(link_at(0)->admission.state, ADMISSION_RENEWED);
	world_close(&w);
}

T_CASE(a_broken_link_to_a_name_waits_for_its_address)
{
	begin_with(HEAD "[peer a]\nbind = 192.0.2.1:62044\ntarget = one.example.org:62044\n"
	                "passphrase = kilo\n");
	link_at(0)->has_address = true;
	peer_socket();
	look();
	T_EQUAL(bugs(), 1);
	T_EQUAL(link_at(0)->at.socket, w.conf.peer[0].socket);
	T_CHECK(!link_at(0)->has_address);
	world_close(&w);
}

static void stream_of_a_neighbour(void)
{
	call(0)->origin = (struct source){SOURCE_PEER, 0};
}
static void stream_of_an_uplink(void)
{
	call(0)->origin = (struct source){SOURCE_UPLINK, 0};
}

static bool end_is_told_of(enum source_kind kind)
{
	for (uint32_t i = 0; i < w.actions.record_count; i++) {
		const struct record *r = &w.actions.records[i];
		if (r->kind == RECORD_CALL && r->change == CHANGE_END)
			return r->call.origin.kind == kind;
	}
	return false;
}

/* It is ended as what it says it is. */
T_CASE(a_call_that_says_it_came_by_a_link_ends_alone)
{
	static void (*const of_a_linked_call[])(void) = {stream_of_a_neighbour,
	                                                 stream_of_an_uplink};

	for (size_t i = 0; i < ARRAY_LEN(of_a_linked_call) && !t_failed(); i++) {
		begin_linked();
		of_a_linked_call[i]();
		look();
		T_EQUAL(bugs(), 1);
		T_EQUAL(sent_to(1, "DMRD", 0x22), 1);
		T_CHECK(call(0) == NULL);
		T_CHECK(end_is_told_of(i ? SOURCE_UPLINK : SOURCE_PEER));
		others_lose_nothing();
		world_close(&w);
	}
}

static void no_peers(void)
{
	w.conf.peer_count = 0;
}
static void no_peer_here(void)
{
	w.conf.peer[0].name[0] = 0;
}
static void no_uplinks(void)
{
	w.conf.uplink_count = 0;
}
static void no_uplink_here(void)
{
	w.conf.uplink[0].name[0] = 0;
}

T_CASE(a_link_that_is_not_configured_is_closed)
{
	static void (*const of_the_configuration[])(void) = {no_peers, no_peer_here, no_uplinks,
	                                                     no_uplink_here};

	for (size_t i = 0; i < ARRAY_LEN(of_the_configuration) && !t_failed(); i++) {
		begin_linked();
		of_the_configuration[i]();
		look();
		T_CHECK(bugs() >= 1);
		T_CHECK(i > 1 ? !uplink_at(&w.core->uplinks, 0) : !link_at(0));
		T_CHECK(i > 1 ? link_at(0) != NULL : uplink_at(&w.core->uplinks, 0) != NULL);
		T_CHECK(call(0) && call(1));
		others_lose_nothing();
		world_close(&w);
	}
}

/* The list of actions is nearly full: they are harmless at once, and end at a later look. */
T_CASE(many_faults_are_mended_in_turn)
{
	begin();
	for (unsigned n = 0; n < CLIENTS; n++)
		if (n != 3 && n != 4 && n != 5)
			memset(session(n)->software, 'x', sizeof(session(n)->software));
	w.actions.record_count = w.actions.record_cap - 1;
	look();
	T_EQUAL(core_sessions(w.core), CLIENTS); /* harmless, but not told yet */
	actions_empty(&w.actions);
	T_CHECK(core_check(w.core) == NULL);
	others_lose_nothing();
	world_close(&w);
}

/* A house of some hundred: a look takes some rows of each kind, and ends some. */
T_CASE(a_large_house_is_mended_in_parts)
{
	enum { HOTSPOTS = 150, BROKEN = 40 };
	static struct handle rows[HOTSPOTS];
	struct subscriptions *t;

	world_open(&w,
	           "[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase "
	           "= " WORLD_PASSPHRASE "\nstatic-1 = 91\nstatic-2 = 92\n",
	           1);
	t = &w.core->subscriptions;
	for (uint32_t n = 0; n < HOTSPOTS; n++) {
		struct endpoint at = world_endpoint((uint8_t)(n + 1), 62031);
		T_CHECK(world_login(&w, &at, FIRST + 100 * n, '3'));
		rows[n] = pool_handle(&session_find(&w.core->sessions, FIRST + 100 * n)->row);
	}
	for (uint32_t n = 0; n < BROKEN; n++)
		session_get(&w.core->sessions, rows[n])->expiry.deadline = TICK_NEVER;
	/* beyond the first rows, so that all is listed anew before a look comes to them */
	struct subscription *lost[3];
	for (uint32_t n = 0; n < 3; n++) {
		struct session *s = session_get(&w.core->sessions, rows[HOTSPOTS - 1 - n]);
		lost[n] = subscription_find(t, s, 1, 91);
		T_CHECK(lost[n] && lost[n]->row.index > 128);
	}
	lost[0]->session = 12345;
	lost[1]->conference = 12345;
	lost[2]->slot = 2;
	lost[2]->rf_tg = 92;
	for (int turn = 0; turn < 4; turn++) {
		actions_empty(&w.actions);
		look();
	}
	T_EQUAL(core_sessions(w.core), HOTSPOTS - BROKEN);
	T_EQUAL(t->pool.used, 2 * (HOTSPOTS - BROKEN) - 3);
	const char *torn = core_check(w.core);
	T_TEXT(torn ? torn : "", "");
	world_close(&w);
}

static struct hbp_burst said(unsigned n, uint32_t tg, uint8_t type)
{
	struct talk t = {.next = {.src = 2345011 + n,
	                          .dst = tg,
	                          .client = FIRST + n,
	                          .slot = 1,
	                          .stream = 20 + n}};

	talk_code(&t);
	return talk_lc(&t, type);
}

/* Who waits goes on waiting, data is no speaker, and what is being recorded for an echo stays. */
T_CASE(what_is_beside_a_broken_call_stays)
{
	static const uint8_t ambe[TALK_AMBE_LEN];
	struct talk echo = {
		.next = {
			.src = 2345014, .dst = 9990, .client = FIRST + 4, .slot = 2, .stream = 30}};

	begin();
	struct hbp_burst b = said(1, 91, DMR_VOICE_HEADER);
	say(1, &b);
	b = said(2, 91, DMR_CSBK);
	say(2, &b);
	talk_code(&echo);
	b = talk_lc(&echo, DMR_VOICE_HEADER);
	say(4, &b);
	for (unsigned i = 0; i < 12; i++) {
		b = talk_voice(&echo, ambe);
		say(4, &b);
	}
	(void)pool_take(&w.core->players.recordings);
	T_EQUAL(w.core->players.recordings.used, 2);
	stream_get(&w.core->streams, session(0)->slot[0].talk)->state = 99;
	conference_speaker_gone();
	actions_empty(&w.actions);
	for (int turn = 0; turn < 10; turn++)
		look();
	bool waits = false;
	POOL_EACH(const struct stream *, x, &w.core->streams.pool)
		waits |= x->src == 2345012 && x->state == CALL_WAITING;
	T_CHECK(waits);
	T_EQUAL(w.core->players.recordings.used, 1);
	b = talk_lc(&echo, DMR_TERMINATOR);
	say(4, &b);
	actions_empty(&w.actions);
	world_sleep(&w, TICK_SECOND + 200);
	hash_put(&w.core->sessions.by_id, 5, 5); /* and once more, while it is played */
	world_step(&w, &(struct event){.kind = EVENT_MEND, .all = true});
	world_sleep(&w, 2 * TICK_SECOND);
	T_CHECK(sent_to(4, "DMRD", -1) > 12);
	T_CHECK(core_check(w.core) == NULL);
	world_close(&w);
}

/* A slot that is said to talk or to hear in data is free again, for its next call. */
T_CASE(a_slot_is_not_busy_with_data)
{
	for (int i = 0; i < 2 && !t_failed(); i++) {
		begin();
		struct hbp_burst b = said(1, 91, DMR_CSBK);
		say(1, &b);
		POOL_EACH(struct stream *, x, &w.core->streams.pool)
			if (x->data && i == 0)
				session(1)->slot[0].talk = pool_handle(&x->row);
			else if (x->data)
				session(2)->slot[0].heard = pool_handle(&x->row);
		T_CHECK(core_check(w.core) != NULL);
		world_step(&w, &(struct event){.kind = EVENT_MEND, .all = true});
		T_CHECK(core_check(w.core) == NULL);
		T_CHECK(bugs() >= 1);
		others_lose_nothing();
		world_close(&w);
	}
}

/* Numbers that lead beyond a table are put right at once, the rest when it is found again. */
static void is_harmless_without_room(void (*const fault[])(void), size_t count, size_t numbers)
{
	for (size_t i = 0; i < count && !t_failed(); i++) {
		begin();
		fault[i]();
		w.actions.record_count = w.actions.record_cap;
		world_step(&w, &(struct event){.kind = EVENT_MEND, .all = true});
		if (fault[i] == stream_conference)
			T_EQUAL(call(0)->state, CALL_IGNORED);
		if (i < numbers && core_check(w.core))
			t_fail(__FILE__, __LINE__, "fault %zu: %s", i, core_check(w.core));
		for (int turn = 0; turn < 10; turn++) {
			actions_empty(&w.actions);
			look();
		}
		others_lose_nothing();
		world_close(&w);
	}
}

T_CASE(a_broken_row_that_cannot_be_ended_yet_is_harmless)
{
	is_harmless_without_room(of_a_call, ARRAY_LEN(of_a_call), CALL_NUMBERS);
	is_harmless_without_room(of_a_session, ARRAY_LEN(of_a_session), SESSION_NUMBERS);
	is_harmless_without_room(of_an_answer, ARRAY_LEN(of_an_answer), ANSWER_NUMBERS);
}

/* As one is left by a process that died between making it and its first call. */
T_CASE(a_conference_of_nobody_goes)
{
	begin();
	conference_hold(&w.core->subscriptions, 777)->streams = 0;
	world_step(&w, &(struct event){.kind = EVENT_DERIVE});
	T_CHECK(!conference_find(&w.core->subscriptions, 777));
	others_lose_nothing();
	world_close(&w);
}

/* There is nothing to play of it. */
T_CASE(an_answer_of_no_kind_ends)
{
	begin();
	answer()->kind = 7;
	world_sleep(&w, 2 * TICK_SECOND);
	T_EQUAL(w.core->players.pool.used, 0);
	T_EQUAL(core_sessions(w.core), CLIENTS);
	T_CHECK(core_check(w.core) == NULL);
	world_close(&w);
}

/* Whose answer it is says the answer. */
T_CASE(a_slot_forgets_the_answer_of_another)
{
	begin();
	session(5)->slot[1].player = pool_handle(&answer()->row);
	conference_count();
	look();
	T_CHECK(handle_is_none(session(5)->slot[1].player));
	T_CHECK(handle_equal(session(2)->slot[0].player, pool_handle(&answer()->row)) ||
	        handle_equal(session(2)->slot[1].player, pool_handle(&answer()->row)));
	others_lose_nothing();
	world_close(&w);
}

/* The answer itself is whole, and ends when its next frame is due. */
T_CASE(an_answer_whose_call_is_broken_ends)
{
	begin();
	struct stream *x = stream_get(&w.core->streams, answer()->stream);
	T_CHECK(x != NULL);
	x->state = 99;
	look();
	T_EQUAL(bugs(), 1);
	world_sleep(&w, 200);
	T_EQUAL(w.core->players.pool.used, 0);
	others_lose_nothing();
	world_close(&w);
}

/* Until it is found, a subscription without a session ends nothing, shows nothing and does not run
 * out. */
T_CASE(a_subscription_without_a_session_is_passed_over)
{
	struct record row = {.kind = RECORD_KINDS};

	begin();
	struct subscription *x = subscription(1);
	x->session = 12345;
	T_CHECK(!kinds[KIND_SUBSCRIPTION].show(w.core, w.now, x, &row));
	struct step step = {.core = w.core, .now = w.now, .actions = &w.actions};
	kinds[KIND_SUBSCRIPTION].due(&step, x);
	struct hbp_burst b = talk_lc(&talk[0], DMR_TERMINATOR);
	say(0, &b);
	T_EQUAL(sent_to(2, "DMRD", 0x22), 1);
	for (int turn = 0; turn < 3; turn++)
		look();
	others_lose_nothing();
	world_close(&w);
}

/* Which copy counts is found by an index that a dead process may have left torn. */
T_CASE(broken_claims_cost_no_session)
{
	for (int i = 0; i < 3 && !t_failed(); i++) {
		begin_linked();
		T_CHECK(w.core->claims.used > 1);
		if (i == 0)
			w.core->claims.rows[0].key ^= 1;
		else if (i == 1)
			w.core->claims.rows[0].key = w.core->claims.rows[1].key;
		else
			w.core->claims.by_key.count = 0;
		T_CHECK(core_check(w.core) != NULL);
		world_step(&w, &(struct event){.kind = EVENT_MEND, .all = true});
		T_EQUAL(core_sessions(w.core), CLIENTS + 1);
		T_CHECK(call(0) && call(1));
		others_lose_nothing();
		world_close(&w);
	}
}

/* A torn index would send private calls to somebody else. */
T_CASE(broken_locations_lead_nobody_astray)
{
	for (int i = 0; i < 4 && !t_failed(); i++) {
		begin_linked();
		struct locations *t = &w.core->locations;
		T_CHECK(t->used > 1);
		if (i == 0)
			t->rows[0].radio ^= 1;
		else if (i == 1)
			t->rows[0].radio = t->rows[1].radio;
		else if (i == 2)
			t->by_radio.count = 0;
		else
			hash_put(&t->by_radio, t->rows[0].radio, 1);
		T_CHECK(core_check(w.core) != NULL);
		world_step(&w, &(struct event){.kind = EVENT_MEND, .all = true});
		T_EQUAL(core_sessions(w.core), CLIENTS + 1);
		T_CHECK(call(0) && call(1));
		others_lose_nothing();
		for (uint32_t n = 0; n < t->used; n++)
			T_CHECK(location_find(t, t->rows[n].radio) == &t->rows[n]);
		world_close(&w);
	}
}

/* So would a hotspot that is not found by its radio. */
T_CASE(hotspots_are_found_by_their_radio_again)
{
	begin();
	hash_remove(&w.core->sessions.by_radio, session_radio(FIRST + 1));
	T_CHECK(core_check(w.core) != NULL);
	world_step(&w, &(struct event){.kind = EVENT_MEND, .all = true});
	T_EQUAL(sessions_of_radio(&w.core->sessions, session_radio(FIRST + 1)), CLIENTS);
	others_lose_nothing();
	world_close(&w);
}

T_CASE(what_is_whole_is_left_alone)
{
	begin();
	uint64_t hash = core_hash(w.core);
	for (int i = 0; i < 5; i++)
		look();
	world_step(&w, &(struct event){.kind = EVENT_MEND, .all = true});
	T_EQUAL(core_hash(w.core), hash);
	T_EQUAL(w.actions.target_count, 0);
	T_EQUAL(bugs(), 0);
	world_close(&w);
}

T_MAIN()
