/*
 * What one sender can have reported and logged is limited, however often it changes its mind: the
 * pipe to the reporter and the log are everybody's.
 */
#include "base/sha.h"
#include "core/step/kind.h"
#include "dmr/burst.h"
#include "harness/t.h"
#include "hotspot/talk.h"
#include "unit/core/world.h"
#include "wire/obp.h"

#define CLIENT 234500001u
#define RADIO 2345001u
#define STORM 2000
#define MOST 60u /* at once, of anything */
#define WALL UINT64_C(1800000000000000000)
#define SECOND UINT64_C(1000000000)

static struct world w;
static unsigned calls, links, lines;

static void open_world(const char *more)
{
	char text[600];

	snprintf(text, sizeof(text),
	         "[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase "
	         "= " WORLD_PASSPHRASE "\n[peer a]\nbind = 192.0.2.1:62044\n"
	         "target = 10.0.2.1:62044\npassphrase = alpha\nremote-id = 2340\n%s",
	         more);
	world_open(&w, text, 1);
	w.wall_ns = WALL;
	calls = links = lines = 0;
}

static void take_told(void)
{
	for (uint32_t i = 0; i < w.actions.record_count; i++) {
		const struct record *r = &w.actions.records[i];
		calls += r->kind == RECORD_CALL && r->change == CHANGE_UPDATE;
		links += r->kind == RECORD_PEER;
		lines += r->kind == RECORD_LOG;
	}
	actions_empty(&w.actions);
}

/* The reader for whom it is: a burst of the neighbour with that stamp, from that host. */
static void neighbour_says(uint8_t host, uint64_t stamp, const struct obp_key *key)
{
	static uint32_t stream;
	struct talk t = {
		.next = {.src = RADIO, .dst = 91, .client = 2340, .slot = 1, .stream = ++stream}};
	struct obp_burst out = {.source_server = 2340, .hops = 1};
	struct endpoint at = world_endpoint(host, 62044);
	uint8_t bytes[OBP_DATAGRAM_MAX];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	talk_code(&t);
	out.frame = talk_lc(&t, DMR_VOICE_HEADER);
	obp_write_v5(&wr, key, &out, stamp);
	at.socket = CONF_PEER_SOCKETS;
	world_datagram(&w, &at, bytes, wr_len(&wr));
	take_told();
}

/* Everything is reported in the end. */
static void later(void)
{
	unsigned before = links;

	world_sleep(&w, 11 * TICK_SECOND);
	take_told();
	T_CHECK(links > before);
}

T_CASE(aliases_and_positions_beside_a_call)
{
	struct endpoint at = world_endpoint(1, 62031);
	struct talk t = {
		.next = {.src = RADIO, .dst = 91, .client = CLIENT, .slot = 2, .stream = 7}};

	open_world("");
	T_CHECK(world_login(&w, &at, CLIENT, '3'));
	talk_code(&t);
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	world_burst(&w, &at, &b);
	take_told();
	for (unsigned n = 0; n < STORM; n++) {
		uint8_t bytes[15] = {'D', 'M', 'R', n & 1 ? 'A' : 'G', 0x23, 0xc8, 0x29};
		bytes[n & 1 ? 8 : 7] = (uint8_t)(n >> 1);
		bytes[n & 1 ? 9 : 8] = (uint8_t)(n >> 9);
		world_datagram(&w, &at, bytes, n & 1 ? 15 : 14);
		take_told();
	}
	T_CHECK(calls > 10);
	T_CHECK(calls <= MOST);
	world_close(&w);
}

T_CASE(clocks_of_a_neighbour_that_jump)
{
	struct obp_key key = obp_key_make("alpha", false);

	open_world("");
	for (unsigned n = 0; n < STORM; n++)
		neighbour_says(2, WALL + n + (n & 1 ? 10 * SECOND : 0), &key);
	T_CHECK(lines > 1);
	T_CHECK(lines <= MOST);
	T_CHECK(links <= MOST);
	later();
	world_close(&w);
}

T_CASE(addresses_of_a_neighbour_that_jump)
{
	struct obp_key key = obp_key_make("alpha", false);

	open_world("relaxed = yes\n");
	for (unsigned n = 0; n < STORM; n++)
		neighbour_says((uint8_t)(2 + (n & 1)), WALL + n, &key);
	T_CHECK(lines > 1);
	T_CHECK(lines <= MOST);
	T_CHECK(links <= MOST);
	later();
	world_close(&w);
}

T_CASE(stuns_one_after_the_other)
{
	struct obp_key key = obp_key_make("alpha", false);
	struct endpoint at = world_endpoint(2, 62044);

	open_world("accept-stun = yes\nstun-time = 1m\n");
	at.socket = CONF_PEER_SOCKETS;
	for (unsigned n = 0; n < STORM; n++) {
		uint8_t bytes[64];
		struct wr wr = wr_make(bytes, sizeof(bytes));
		obp_write_stun(&wr, &key, WALL + n);
		world_datagram(&w, &at, bytes, wr_len(&wr));
		take_told();
	}
	T_CHECK(lines >= 1);
	T_CHECK(lines <= MOST);
	T_CHECK(links <= MOST);
	later();
	world_close(&w);
}

static void order(struct command c)
{
	c.number = 1;
	world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &c});
}

/* All that was sent so far goes into the sum. */
static void add_sent(struct sha *sum)
{
	uint8_t bytes[SEND_MAX];

	for (uint32_t i = 0; i < w.actions.target_count; i++)
		sha_add(sum, bytes, world_sent(&w, i, bytes));
	actions_empty(&w.actions);
}

/* Something of each kind that is reported; what left for anybody is in the sum. */
static void busy_minute(uint32_t records, uint8_t digest[static SHA256_LEN])
{
	const struct obp_key alpha = obp_key_make("alpha", false),
			     bravo = obp_key_make("bravo", false);
	struct endpoint at = world_endpoint(1, 62031), hears = world_endpoint(3, 62031);
	struct talk t = {
		.next = {.src = RADIO, .dst = 91, .client = CLIENT, .slot = 2, .stream = 7}};
	struct sha sum;

	sha256_begin(&sum);
	open_world("[peer b]\nbind = 192.0.2.1:62044\ntarget = 10.0.4.1:62044\npassphrase = bravo\n"
	           "remote-id = 2341\n[listener m]\nbind = 192.0.2.1:62032\npassphrase = x\n");
	uint32_t all = w.actions.record_cap;
	w.actions.record_cap = records < all ? records : all;
	T_CHECK(world_login(&w, &at, CLIENT, '3'));
	T_CHECK(world_login(&w, &hears, CLIENT + 1, '3'));
	order((struct command){.kind = COMMAND_LINK, .link = {CLIENT + 1, 2, 91}});
	talk_code(&t);
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	world_burst(&w, &at, &b);
	for (unsigned i = 0; i < 12; i++, w.now += DMR_BURST_MS) {
		static const uint8_t ambe[TALK_AMBE_LEN];
		b = talk_voice(&t, ambe);
		world_burst(&w, &at, &b);
	}
	add_sent(&sum);
	uint8_t bytes[16];
	struct wr out = wr_make(bytes, sizeof(bytes));
	hbp_write_login(&out, 0); /* refused */
	world_datagram(&w, &at, bytes, wr_len(&out));
	out = wr_make(bytes, sizeof(bytes));
	w.now += TICK_SECOND;
	hbp_write_ping(&out, CLIENT);
	world_datagram(&w, &at, bytes, wr_len(&out));
	static uint32_t stream = 0x1000;
	stream = 0x1000;
	for (unsigned i = 0; i < 2; i++) { /* the second brings the call of the first */
		struct talk twice = {.next = {.src = 2340009,
		                              .dst = 3100,
		                              .client = 2340 + i,
		                              .slot = 1,
		                              .stream = stream}};
		struct obp_burst burst = {.source_server = 2340 + i, .hops = 1};
		struct endpoint from = world_endpoint(i ? 4 : 2, 62044);
		uint8_t frame[OBP_DATAGRAM_MAX];
		struct wr wr = wr_make(frame, sizeof(frame));
		talk_code(&twice);
		burst.frame = talk_lc(&twice, DMR_VOICE_HEADER);
		obp_write_v5(&wr, i ? &bravo : &alpha, &burst, WALL + i);
		from.socket = CONF_PEER_SOCKETS;
		world_datagram(&w, &from, frame, wr_len(&wr));
	}
	order((struct command){.kind = COMMAND_WHY, .why = {.id = CLIENT}});
	order((struct command){.kind = COMMAND_QUENCHES});
	order((struct command){.kind = COMMAND_SNAPSHOT});
	order((struct command){.kind = COMMAND_KICK, .client = CLIENT + 1});
	add_sent(&sum);
	w.actions.record_cap = all; /* nothing expires before there is room */
	world_sleep(&w, 5 * TICK_SECOND);
	add_sent(&sum);
	sha_end(&sum, digest);
}

/* Two hundred at once are more than people read; afterwards once for each address. */
T_CASE(refusals_of_a_flood)
{
	unsigned told = 0, more = 0;

	open_world("");
	for (unsigned n = 0; n < 600; n++) {
		struct endpoint at = world_endpoint((uint8_t)(n < 300 ? 1 : n), 62031);
		uint8_t bytes[8];
		struct wr out = wr_make(bytes, sizeof(bytes));
		hbp_write_login(&out, 0);
		world_datagram(&w, &at, bytes, wr_len(&out));
		for (uint32_t i = 0; i < w.actions.record_count; i++)
			if (w.actions.records[i].kind == RECORD_REFUSAL)
				*(n < 300 ? &told : &more) += 1;
		actions_empty(&w.actions);
	}
	T_EQUAL(told, 200);
	T_EQUAL(more, 255); /* of 256 hosts the first was heard before */
	world_close(&w);
}

/* A list of records that is full costs what it would tell, and no datagram. */
T_CASE(without_room_to_tell_the_same_is_sent)
{
	uint8_t told[SHA256_LEN], silent[SHA256_LEN];

	busy_minute(UINT32_MAX, told);
	T_EQUAL(w.actions.refused_total, 0);
	T_CHECK(core_sessions(w.core) == 1);
	world_close(&w);
	for (uint32_t records = 0; records < 3; records++) {
		busy_minute(records, silent);
		T_CHECK(memcmp(told, silent, sizeof(told)) == 0);
		T_CHECK(w.actions.refused_total > 0);
		T_CHECK(core_check(w.core) == NULL);
		world_close(&w);
	}
}

static struct peer_row row_of(enum kind kind, const void *row)
{
	struct record r = {.kind = RECORD_KINDS};

	if (!kinds[kind].show(w.core, w.now, row, &r) || r.kind != RECORD_PEER)
		t_fail(__FILE__, __LINE__, "no row");
	return r.peer;
}

T_CASE(all_that_is_known_of_an_uplink_is_told)
{
	open_world("[uplink up]\ntarget = 10.0.9.1:62031\nid = 2345007\npassphrase = x\n"
	           "map = 2:92 = 92\n");
	struct uplink *u = uplink_at(&w.core->uplinks, 0);
	struct session *s = session_get(&w.core->sessions, u->session);
	u->at = world_endpoint(9, 62031);
	u->state = UPLINK_UP;
	u->since = 11;
	u->heard = 12;
	u->lost_total = 13;
	u->refused_total = 14;
	s->frames_in_total = 15;
	s->frames_out_total = 16;
	struct peer_row r = row_of(KIND_UPLINK, u);
	T_TEXT(r.name, "up");
	T_TEXT(r.protocol, "hbp");
	T_CHECK(addr_equal(&r.at, &u->at.to) && r.up && !r.stunned);
	T_EQUAL(r.state, LINK_UP);
	T_CHECK(source_equal(r.origin, (struct source){SOURCE_UPLINK, 0}));
	T_EQUAL(r.since, 11);
	T_EQUAL(r.heard, 12);
	T_EQUAL(r.stunned_until, TICK_LONG_AGO);
	T_EQUAL(r.lost_total, 13);
	T_EQUAL(r.refused_total, 14);
	T_EQUAL(r.frames_in_total, 15);
	T_EQUAL(r.frames_out_total, 16);
	u->state = UPLINK_OPTIONS;
	u->session = HANDLE_NONE;
	r = row_of(KIND_UPLINK, u);
	T_CHECK(!r.up);
	T_EQUAL(r.state, LINK_DOWN);
	T_EQUAL(r.frames_in_total, 0);
	T_EQUAL(r.frames_out_total, 0);
	world_close(&w);
}

T_CASE(all_that_is_known_of_a_server_link_is_told)
{
	open_world("");
	struct peer *p = peer_at(&w.core->peers, 0);
	p->at = world_endpoint(8, 62044);
	p->up = true;
	p->since = 11;
	p->heard = 12;
	p->stunned_until = w.now + 1;
	p->version = 5;
	p->clock_told = true;
	p->offset_ms = 20;
	p->frames_in_total = 21;
	p->frames_out_total = 22;
	p->lost_total = 23;
	p->refused_total = 24;
	p->stale_total = 25;
	p->quenches_in_total = 26;
	p->quenches_out_total = 27;
	struct peer_row r = row_of(KIND_PEER, p);
	T_TEXT(r.name, "a");
	T_TEXT(r.protocol, "fbp");
	T_CHECK(addr_equal(&r.at, &p->at.to) && r.up && r.stunned && r.clock_differs);
	T_EQUAL(r.state, LINK_UP);
	T_CHECK(source_equal(r.origin, (struct source){SOURCE_PEER, 0}));
	T_EQUAL(r.stunned_by, ISSUER_NEIGHBOUR);
	T_EQUAL(r.stunned_until, w.now + 1);
	T_EQUAL(r.since, 11);
	T_EQUAL(r.heard, 12);
	T_EQUAL(r.remote, 2340);
	T_EQUAL(r.version, 5);
	T_EQUAL(r.behind_ms, 20);
	T_EQUAL(r.ahead_ms, 0);
	T_EQUAL(r.frames_in_total, 21);
	T_EQUAL(r.frames_out_total, 22);
	T_EQUAL(r.lost_total, 23);
	T_EQUAL(r.refused_total, 24);
	T_EQUAL(r.stale_total, 25);
	T_EQUAL(r.quenches_in_total, 26);
	T_EQUAL(r.quenches_out_total, 27);
	p->stunned_until = TICK_NEVER;
	p->offset_ms = -30;
	p->up = p->clock_told = false;
	r = row_of(KIND_PEER, p);
	T_CHECK(r.stunned && !r.clock_differs);
	T_EQUAL(r.stunned_by, ISSUER_OPERATOR);
	T_EQUAL(r.state, LINK_DOWN);
	T_EQUAL(r.behind_ms, 0);
	T_EQUAL(r.ahead_ms, 30);
	p->stunned_until = w.now;
	p->offset_ms = INT64_C(1) << 32;
	r = row_of(KIND_PEER, p);
	T_CHECK(!r.stunned);
	T_EQUAL(r.stunned_by, ISSUER_NONE);
	T_EQUAL(r.behind_ms, UINT32_MAX);
	p->offset_ms = UINT32_MAX;
	T_EQUAL(row_of(KIND_PEER, p).behind_ms, UINT32_MAX);
	p->offset_ms = UINT32_MAX - 1;
	T_EQUAL(row_of(KIND_PEER, p).behind_ms, UINT32_MAX - 1);
	world_close(&w);
}

/* Without keepalives only what is sent says whether it is there. */
T_CASE(state_of_a_link_without_keepalives_is_known_by_its_frames)
{
	open_world("");
	struct peer *p = peer_at(&w.core->peers, 0);
	w.conf.peer[0].protocol = PEER_OBP;
	p->up = true;
	p->heard = TICK_LONG_AGO;
	T_EQUAL(row_of(KIND_PEER, p).state, LINK_QUIET);
	T_TEXT(row_of(KIND_PEER, p).protocol, "obp");
	p->frames_out_total = 1;
	T_EQUAL(row_of(KIND_PEER, p).state, LINK_UNHEARD);
	p->heard = w.now;
	T_EQUAL(row_of(KIND_PEER, p).state, LINK_UP);
	p->heard = TICK_LONG_AGO;
	w.conf.peer[0].protocol = PEER_FBP;
	T_EQUAL(row_of(KIND_PEER, p).state, LINK_UP);
	w.conf.peer[0].keepalive = 0;
	T_EQUAL(row_of(KIND_PEER, p).state, LINK_UNHEARD);
	world_close(&w);
}

T_MAIN()
