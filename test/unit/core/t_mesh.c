/*
 * Datagrams of the mesh at the door, one by one: every vector, and what has to be refused, with the
 * right answer and without a trace in any row.
 */
#include "core/step/step.h"
#include "unit/core/world.h"

#include "harness/t.h"
#include "hotspot/talk.h"
#include "wire/obp.h"

#define STAMP UINT64_C(1700000000123456789) /* of the vectors */
#define SECOND UINT64_C(1000000000)
#define NEIGHBOUR 2 /* last octet of its address */

static struct world w;

static void open_world(const char *protocol)
{
	char text[600];

	if (w.core)
		world_close(&w);
	snprintf(text, sizeof(text),
	         "[server]\nid = 7301\nhome-first = 92\n[listener l]\nbind = 192.0.2.1:62031\n"
	         "passphrase = " WORLD_PASSPHRASE "\n[peer uk]\nprotocol = %s\n"
	         "bind = 127.0.0.1:62044\ntarget = 10.0.%d.1:62044\npassphrase = passw0rd\n"
	         "remote-id = 2345\n[peer other]\nbind = 127.0.0.1:62044\n"
	         "target = 10.0.9.1:62044\npassphrase = something else\n"
	         "[limits]\nsessions = 4\nsubscriptions = 16\nstreams = 16\n",
	         protocol, NEIGHBOUR);
	world_open(&w, text, 1);
	w.wall_ns = STAMP + SECOND;
}

static struct endpoint neighbour(void)
{
	struct endpoint at = world_endpoint(NEIGHBOUR, 62044);

	at.socket = CONF_PEER_SOCKETS;
	return at;
}

/* Gives the core the datagram, at a guard page; w.actions then holds what it wants done. */
static void take(const uint8_t *bytes, size_t len)
{
	struct endpoint at = neighbour();

	actions_empty(&w.actions);
	world_datagram(&w, &at, t_guarded(bytes, len), len);
}

static void add_row(void *to, const struct record *r)
{
	uint64_t *sum = to;
	uint8_t bytes[RECORD_MAX];
	struct wr out = wr_make(bytes, sizeof(bytes));

	if (r->kind == RECORD_COUNTER)
		return;
	record_write(&out, r);
	for (size_t at = 0; at < wr_len(&out); at++)
		*sum = (*sum ^ bytes[at]) * 1099511628211u;
}

/* A sum over all rows but counters: what a datagram that is refused may not change. */
static uint64_t rows(void)
{
	uint64_t sum = 14695981039346656037u;

	world_snapshot(&w, add_row, &sum);
	return sum;
}

struct counted {
	const char *name;
	uint64_t value;
};

static void take_counter(void *to, const struct record *r)
{
	struct counted *c = to;

	if (r->kind == RECORD_COUNTER && strcmp(r->counter.name, c->name) == 0)
		c->value = r->counter.value;
}

static uint64_t counter(const char *name)
{
	struct counted c = {name, UINT64_MAX};

	world_snapshot(&w, take_counter, &c);
	return c.value;
}

/* What was answered, as tags: "BCSQ", "BCVE", "". */
static const char *answers(void)
{
	static char tags[64];
	size_t n = 0;

	tags[0] = 0;
	for (uint32_t i = 0; i < w.actions.target_count && n + 5 < sizeof(tags); i++) {
		uint8_t sent[SEND_MAX];
		world_sent(&w, i, sent);
		n += (size_t)snprintf(tags + n, sizeof(tags) - n, "%s%.4s", n ? " " : "",
		                      (const char *)sent);
	}
	return tags;
}

/* Every vector on a link of each protocol: what comes of it. */
static const struct expectation {
	const char *vector;
	const char *fbp,
		*fbp_answer; /* the counter that rises, and what is sent to the neighbour */
	const char *obp;
} vectors[] = {
	{"obp1_header", "mesh_wrong_version_total", "BCVE", "calls_total"},
	{"obp1_voice_b", "mesh_wrong_version_total", "BCVE", "calls_total"},
	{"obp1_term", "mesh_wrong_version_total", "BCVE", "bursts_after_end_total"},
	{"obp1_header_longpass", "mesh_forged_total", "", "mesh_forged_total"},
	{"obp1_header_longpass_uncut", "mesh_forged_total", "", "mesh_forged_total"},
	{"obp1_header_unpadded", "mesh_wrong_version_total", "BCVE", "calls_total"},
	{"obp1_bad_slot2", "mesh_wrong_version_total", "BCVE", "mesh_slot_bit_total"},
	{"obp1_bad_mac", "mesh_forged_total", "", "mesh_forged_total"},
	{"fbp2_header", "datagrams_foreign_total", "", "datagrams_foreign_total"},
	{"fbp3_header", "datagrams_foreign_total", "", "datagrams_foreign_total"},
	{"fbp4_header", "calls_total", "", "mesh_wrong_version_total"},
	{"fbp4_misversioned", "calls_total", "", "mesh_wrong_version_total"},
	{"fbp5_header", "calls_total", "", "mesh_wrong_version_total"},
	{"fbp5_voice_a", "calls_total", "", "mesh_wrong_version_total"},
	{"fbp5_voice_b", "calls_total", "", "mesh_wrong_version_total"},
	{"fbp5_term", "bursts_after_end_total", "", "mesh_wrong_version_total"},
	{"fbp5_header_unpadded_key", "mesh_forged_total", "", "mesh_forged_total"},
	{"fbp5_header_longpass", "mesh_forged_total", "", "mesh_forged_total"},
	{"fbp5_forwarded", "mesh_wrong_server_total", "", "mesh_wrong_server_total"},
	{"fbp5_hops9", "calls_total", "", "mesh_wrong_version_total"},
	{"fbp5_hops10", "mesh_hop_limit_total", "BCSQ", "mesh_wrong_version_total"},
	{"fbp5_unit_data_header", "bursts_total", "", "mesh_wrong_version_total"},
	{"fbp5_local_tg9", "mesh_filtered_total", "BCSQ", "mesh_wrong_version_total"},
	{"fbp5_trailing_junk", "datagrams_malformed_total", "", "datagrams_malformed_total"},
	{"bcka", "datagrams_total", "", "datagrams_foreign_total"},
	{"bcst", "mesh_stuns_total", "", "datagrams_foreign_total"},
	{"bcst_stamped", "mesh_stuns_total", "", "datagrams_foreign_total"},
	{"bcve_1", "datagrams_total", "", "datagrams_foreign_total"},
	{"bcve_4", "datagrams_total", "", "datagrams_foreign_total"},
	{"bcve_5", "datagrams_total", "", "datagrams_foreign_total"},
	{"bcve_6", "mesh_wrong_version_total", "", "datagrams_foreign_total"},
	{"bcsq", "mesh_quenches_total", "", "datagrams_foreign_total"},
	{"bcka_longpass", "mesh_forged_total", "", "mesh_forged_total"},
	{"bcto", "datagrams_foreign_total", "", "datagrams_foreign_total"},
};

static void one_vector(const struct expectation *e, const char *protocol, const char *rises,
                       const char *answer)
{
	uint8_t bytes[128];
	size_t len = t_vector("mesh.txt", e->vector, bytes, sizeof(bytes));

	open_world(protocol);
	uint64_t before = counter(rises);
	take(bytes, len);
	if (!t_same_text(answers(), answer))
		t_fail(__FILE__, __LINE__, "%s on %s is answered \"%s\", not \"%s\"", e->vector,
		       protocol, answers(), answer);
	else if (counter(rises) != before + 1)
		t_fail(__FILE__, __LINE__, "%s on %s: %s does not rise", e->vector, protocol,
		       rises);
	else if (core_check(w.core))
		t_fail(__FILE__, __LINE__, "%s: %s", e->vector, core_check(w.core));
}

T_CASE(every_vector_gets_its_answer)
{
	for (size_t i = 0; i < ARRAY_LEN(vectors) && !t_failed(); i++) {
		one_vector(&vectors[i], "fbp", vectors[i].fbp, vectors[i].fbp_answer);
		if (!t_failed())
			one_vector(&vectors[i], "obp", vectors[i].obp, "");
	}
}

static void take_peer(void *to, const struct record *r)
{
	if (r->kind == RECORD_PEER && strcmp(r->peer.name, "uk") == 0)
		*(struct peer_row *)to = r->peer;
}

static struct peer_row after(const char *vector)
{
	struct peer_row row = {.name = ""};
	uint8_t bytes[128];
	size_t len = t_vector("mesh.txt", vector, bytes, sizeof(bytes));

	take(bytes, len);
	world_snapshot(&w, take_peer, &row);
	return row;
}

/* The holder of a call of that talkgroup and stream; "" = none. */
static const char *quenched(uint32_t tg, uint32_t stream)
{
	const struct command ask = {.kind = COMMAND_QUENCHES};
	static char by[32];

	by[0] = 0;
	actions_empty(&w.actions);
	world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &ask});
	for (uint32_t i = 0; i < w.actions.record_count; i++) {
		const struct record *r = &w.actions.records[i];
		if (r->kind == RECORD_QUENCH && r->quench.tg == tg && r->quench.stream == stream)
			snprintf(by, sizeof(by), "%s", r->quench.peer);
	}
	return by;
}

T_CASE(control_packets_of_the_vectors_have_their_effect)
{
	open_world("fbp\naccept-stun = yes");
	w.now += TICK_SECOND;
	struct peer_row row = after("bcka");
	T_CHECK(row.up && row.heard == w.now && row.version == 0 && !row.stunned);
	T_EQUAL(after("bcve_4").version, 4);
	T_EQUAL(after("bcve_5").version, 5);
	T_EQUAL(after("bcve_1").version, 5); /* versions only rise */
	T_TEXT(quenched(91, 0xa1b2c3d4), "");
	T_EQUAL(after("bcsq").quenches_in_total, 1);
	T_TEXT(quenched(91, 0xa1b2c3d4), "uk");
	T_CHECK(after("bcst_stamped").stunned);
	open_world("fbp\naccept-stun = yes");
	T_CHECK(after("bcst").stunned);
}

/* Valid datagrams of every kind and, for each, the protocol that takes it. */
static const struct {
	const char *vector, *protocol;
} good[] = {
	{"obp1_header", "obp"}, {"fbp4_header", "fbp"},  {"fbp5_header", "fbp"},
	{"bcka", "fbp"},        {"bcst", "fbp"},         {"bcve_5", "fbp"},
	{"bcsq", "fbp"},        {"bcst_stamped", "fbp"},
};

/* Refused in silence, and nothing but counters has changed. */
static void refuse(const char *name, size_t what, const uint8_t *bytes, size_t len, uint64_t before)
{
	take(bytes, len);
	if (w.actions.target_count)
		t_fail(__FILE__, __LINE__, "%s %zu is answered %s", name, what, answers());
	else if (rows() != before)
		t_fail(__FILE__, __LINE__, "%s %zu leaves a trace", name, what);
}

T_CASE(any_flipped_octet_is_refused_without_a_trace)
{
	for (size_t i = 0; i < ARRAY_LEN(good) && !t_failed(); i++) {
		uint8_t bytes[128];
		size_t len = t_vector("mesh.txt", good[i].vector, bytes, sizeof(bytes));
		open_world(good[i].protocol);
		uint64_t before = rows();
		for (size_t at = 0; at < len && !t_failed(); at++) {
			bytes[at] ^= 0x55;
			refuse(good[i].vector, at, bytes, len, before);
			bytes[at] ^= 0x55;
		}
	}
}

T_CASE(any_other_length_is_refused_without_a_trace)
{
	for (size_t i = 0; i < ARRAY_LEN(good) && !t_failed(); i++) {
		uint8_t bytes[128] = {0};
		size_t len = t_vector("mesh.txt", good[i].vector, bytes, sizeof(bytes));
		open_world(good[i].protocol);
		uint64_t before = rows();
		for (size_t n = 0; n <= 100 && !t_failed(); n++)
			if (n != len)
				refuse(good[i].vector, n, bytes, n, before);
	}
}

T_CASE(what_is_valid_does_leave_a_trace)
{
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		uint8_t bytes[128];
		size_t len = t_vector("mesh.txt", good[i].vector, bytes, sizeof(bytes));
		open_world(good[i].protocol);
		uint64_t before = rows();
		take(bytes, len);
		T_CHECK(rows() != before);
	}
}

T_CASE(a_frame_counts_for_five_seconds)
{
	static const struct {
		uint64_t wall;
		const char *answer;
	} ages[] = {
		{STAMP + 5 * SECOND, ""},
		{STAMP + 5 * SECOND + 1, "BCSQ"},
		{STAMP + 3600 * SECOND, "BCSQ"},
		{STAMP, ""},
		{STAMP - 3600 * SECOND, ""},
		{0, ""},
		{UINT64_MAX, "BCSQ"},
	};
	uint8_t bytes[128];

	for (size_t v = 0; v < 2; v++) {
		size_t len = t_vector("mesh.txt", v ? "fbp5_header" : "fbp4_header", bytes,
		                      sizeof(bytes));
		for (size_t i = 0; i < ARRAY_LEN(ages); i++) {
			open_world("fbp");
			w.wall_ns = ages[i].wall;
			take(bytes, len);
			T_TEXT(answers(), ages[i].answer);
			T_EQUAL(counter("calls_total"), ages[i].answer[0] == 0);
		}
	}
}

T_CASE(version_one_on_a_new_link_is_answered_once_a_second)
{
	uint8_t bytes[128];
	size_t len = t_vector("mesh.txt", "obp1_header", bytes, sizeof(bytes));
	unsigned answered = 0;

	open_world("fbp");
	for (int i = 0; i < 100; i++) {
		take(bytes, len);
		answered += w.actions.target_count;
		w.now += 50;
	}
	T_EQUAL(answered, 5);
	T_EQUAL(counter("mesh_wrong_version_total"), 100);
}

/* It is answered at an unproven address, so that it sends what proves it; four at once, then one a
 * second, whoever replays its keepalives. */
T_CASE(a_lost_neighbour_is_answered_once_a_second_elsewhere)
{
	const struct obp_key key = obp_key_make("passw0rd", false);
	uint8_t bytes[64];
	struct wr wr = wr_make(bytes, sizeof(bytes));
	struct endpoint at = world_endpoint(77, 62044);
	unsigned answered = 0;

	obp_write_keepalive(&wr, &key);
	open_world("fbp\nrelaxed = yes");
	at.socket = CONF_PEER_SOCKETS;
	w.now += TICK_MINUTE;
	for (int i = 0; i < 100; i++) {
		actions_empty(&w.actions);
		world_datagram(&w, &at, bytes, wr_len(&wr));
		answered += w.actions.target_count;
		w.now += 50;
	}
	T_EQUAL(answered, 4 + 4);
	T_EQUAL(counter("mesh_address_refused_total"), 100);
}

/* Nothing but a keepalive asks whether we are there. */
T_CASE(a_lost_neighbour_gets_an_answer_to_keepalives_only)
{
	const struct obp_key key = obp_key_make("passw0rd", false);
	struct endpoint at = world_endpoint(77, 62044);

	for (unsigned kind = 0; kind < 4; kind++) {
		uint8_t bytes[64];
		struct wr wr = wr_make(bytes, sizeof(bytes));
		if (kind == 0)
			obp_write_stun(&wr, &key, STAMP + SECOND);
		else if (kind == 1)
			obp_write_version(&wr, &key, 5);
		else if (kind == 2)
			obp_write_quench(&wr, &key, 91, 7);
		else
			obp_write_keepalive(&wr, &key);
		open_world("fbp\nrelaxed = yes");
		at.socket = CONF_PEER_SOCKETS;
		w.now += TICK_MINUTE;
		actions_empty(&w.actions);
		world_datagram(&w, &at, bytes, wr_len(&wr));
		T_EQUAL(w.actions.target_count, kind == 3);
		T_EQUAL(counter("mesh_address_refused_total"), 1);
	}
}

/* Its name has another address now, while the link is still alive at the old one. */
T_CASE(a_neighbour_may_speak_from_where_its_name_leads)
{
	uint8_t bytes[128];
	size_t len = t_vector("mesh.txt", "fbp5_header", bytes, sizeof(bytes));
	struct endpoint at = world_endpoint(77, 62044);

	at.socket = CONF_PEER_SOCKETS;
	for (unsigned moved = 0; moved <= 1; moved++) {
		open_world("fbp");
		if (moved)
			peer_at(&w.core->peers, 0)->target = at.to;
		world_datagram(&w, &at, bytes, len);
		T_EQUAL(counter("mesh_unknown_sender_total"), !moved);
		T_EQUAL(counter("calls_total"), moved);
	}
}

T_CASE(no_more_than_a_hundred_quenches_are_shown)
{
	const struct obp_key key = obp_key_make("passw0rd", false);
	const struct command ask = {.kind = COMMAND_QUENCHES, .number = 1};
	uint32_t shown = 0;

	open_world("fbp");
	for (uint32_t i = 0; i < 103; i++) {
		uint8_t bytes[64];
		struct wr wr = wr_make(bytes, sizeof(bytes));
		obp_write_quench(&wr, &key, 91, i + 1);
		take(bytes, wr_len(&wr));
	}
	actions_empty(&w.actions);
	world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &ask});
	for (uint32_t i = 0; i < w.actions.record_count; i++)
		shown += w.actions.records[i].kind == RECORD_QUENCH;
	T_EQUAL(shown, 100);
	const struct record *reply = &w.actions.records[w.actions.record_count - 1];
	T_CHECK(reply->kind == RECORD_REPLY && reply->reply.done);
	T_TEXT(reply->reply.text, "and 3 more");
}

/* And leave no trace in the row of the link. */
T_CASE(bursts_of_other_kinds_are_refused)
{
	const struct obp_key key = obp_key_make("passw0rd", false);
	struct obp_burst b = {.source_server = 2345, .hops = 1};
	uint8_t bytes[OBP_DATAGRAM_MAX];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	open_world("fbp");
	b.frame = world_frame(2340001, 91, 0);
	b.frame.client = 2345;
	b.frame.class = BURST_IDLE;
	obp_write_v5(&wr, &key, &b, w.wall_ns);
	take(bytes, wr_len(&wr));
	T_EQUAL(counter("bursts_type_not_carried_total"), 1);
	T_EQUAL(peer_at(&w.core->peers, 0)->frames_in_total, 0);
	T_EQUAL(w.core->claims.used, 0);
}

static const char *logged(void)
{
	const char *line = "";

	for (uint32_t i = 0; i < w.actions.record_count; i++)
		if (w.actions.records[i].kind == RECORD_LOG)
			line = w.actions.records[i].log.line;
	return line;
}

T_CASE(what_is_refused_is_logged_with_its_reason)
{
	uint8_t bytes[128];
	size_t len = t_vector("mesh.txt", "fbp5_header", bytes, sizeof(bytes));
	struct endpoint at = world_endpoint(77, 62044);

	open_world("fbp");
	at.socket = CONF_PEER_SOCKETS;
	world_datagram(&w, &at, bytes, len);
	T_TEXT(logged(), "refused on the mesh from=10.0.77.1:62044 reason=\"unknown neighbour\"");
	bytes[len - 1] ^= 1;
	take(bytes, len);
	T_TEXT(logged(), "refused on the mesh from=10.0.2.1:62044 reason=\"wrong digest: do the "
	                 "passphrases match?\"");
	take((const uint8_t *)"DMRE", 4);
	T_TEXT(logged(), "refused on the mesh from=10.0.2.1:62044 reason=\"wrong length\"");
}

T_CASE(strangers_get_no_answer)
{
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		uint8_t bytes[128];
		size_t len = t_vector("mesh.txt", vectors[i].vector, bytes, sizeof(bytes));
		struct endpoint at = world_endpoint(77, 62044);
		open_world("fbp");
		uint64_t before = rows();
		at.socket = CONF_PEER_SOCKETS;
		world_datagram(&w, &at, bytes, len);
		T_EQUAL(w.actions.target_count, 0);
		T_CHECK(rows() == before);
	}
}

/* A digest costs time: from unknown addresses we make two thousand at once, whoever asks; a known
 * neighbour pays nothing. */
T_CASE(strangers_share_two_thousand_digests)
{
	enum { ADDRESSES = 10, EACH = 400 };
	const struct obp_key wrong = obp_key_make("guess", false);
	uint8_t bytes[128];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	open_world("fbp\nrelaxed = yes");
	obp_write_keepalive(&wr, &wrong);
	for (unsigned i = 0; i < ADDRESSES * EACH; i++) {
		struct endpoint at = world_endpoint((uint8_t)(100 + i % ADDRESSES), 62044);
		at.socket = CONF_PEER_SOCKETS;
		world_datagram(&w, &at, bytes, wr_len(&wr));
		actions_empty(&w.actions);
	}
	T_EQUAL(counter("mesh_digests_for_strangers_total"), 2048);
	T_EQUAL(counter("mesh_forged_total"), 2048);
	T_EQUAL(counter("answers_rate_limited_total"), ADDRESSES * EACH - 2048);
	size_t len = t_vector("mesh.txt", "fbp5_header", bytes, sizeof(bytes));
	take(bytes, len);
	T_EQUAL(counter("calls_total"), 1);
}

/* An eavesdropper that replays a frame at once, from its own address, moves no link. */
T_CASE(a_frame_sent_again_moves_no_link)
{
	struct endpoint elsewhere = world_endpoint(77, 62044);
	uint8_t bytes[128];
	size_t len = t_vector("mesh.txt", "fbp5_header", bytes, sizeof(bytes));

	elsewhere.socket = CONF_PEER_SOCKETS;
	open_world("fbp\nrelaxed = yes");
	take(bytes, len);
	world_datagram(&w, &elsewhere, bytes, len);
	T_EQUAL(counter("mesh_address_moved_total"), 0);
	T_EQUAL(counter("mesh_address_refused_total"), 1);
	open_world("fbp\nrelaxed = yes");
	world_datagram(&w, &elsewhere, bytes, len);
	T_EQUAL(counter("mesh_address_moved_total"), 1);
}

/* Unknown control packets may come one day: they are no fault. */
T_CASE(unknown_control_packets_are_counted_and_ignored)
{
	static const char *const tags[] = {"BCXX", "BCCA", "BCTO", "BC\0\0"};

	open_world("fbp");
	uint64_t before = rows();
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		uint8_t bytes[60] = {0};
		memcpy(bytes, tags[i], 4);
		refuse(tags[i], i, bytes, sizeof(bytes), before);
	}
	T_EQUAL(counter("datagrams_foreign_total"), ARRAY_LEN(tags));
}

/* The time stamp of the frame sent last to the neighbour. */
static uint64_t stamp_of_the_last(void)
{
	uint8_t bytes[SEND_MAX];
	struct obp_message m;
	const char *reason = "";
	uint64_t stamp = 0;

	for (uint32_t i = 0; i < w.actions.target_count; i++)
		if (w.actions.targets[i].where.socket == CONF_PEER_SOCKETS &&
		    obp_parse(bytes, world_sent(&w, i, bytes), &m, &reason) == PARSE_OK &&
		    m.kind == OBP_BURST)
			stamp = m.burst.timestamp_ns;
	return stamp;
}

/* Receivers drop as replayed what is not later than the last frame. */
T_CASE(stamps_rise_frame_by_frame)
{
	static const struct {
		int64_t wall; /* against the moment before */
		bool follows; /* the clock was set back for good */
	} moments[] = {{0, false},  {0, false},           {1, false},
	               {-1, false}, {-1000000000, false}, {-7200000000000, true},
	               {0, false},  {20000000, false}};
	struct endpoint at = world_endpoint(3, 62030);
	struct talk talk = {
		.next = {.src = 2340001, .dst = 91, .client = 2340001, .slot = 2, .stream = 7}};
	uint64_t before = 0;

	open_world("fbp");
	w.wall_ns = UINT64_C(1800000000) * SECOND;
	T_CHECK(world_login(&w, &at, 2340001, '3'));
	talk_code(&talk);
	for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
		uint8_t bytes[64], ambe[TALK_AMBE_LEN] = {(uint8_t)i};
		struct wr out = wr_make(bytes, sizeof(bytes));
		struct hbp_burst b = i ? talk_voice(&talk, ambe) : talk_lc(&talk, DMR_VOICE_HEADER);
		hbp_write_burst(&out, &b);
		w.wall_ns += (uint64_t)moments[i].wall;
		actions_empty(&w.actions);
		world_datagram(&w, &at, bytes, wr_len(&out));
		uint64_t stamp = stamp_of_the_last();
		T_CHECK(stamp >= w.wall_ns && (stamp > before) == !moments[i].follows);
		before = stamp;
	}
}

/* A socket on all addresses answers from the one that was spoken to, of either family. */
T_CASE(a_wildcard_answers_from_where_it_was_spoken_to)
{
	static const char *const ours[] = {"192.0.2.77:0", "[2001:db8::77]:0", "192.0.2.78:0"};
	const struct obp_key key = obp_key_make("of our own", false);
	struct endpoint at = neighbour();
	uint8_t bytes[128];

	if (w.core)
		world_close(&w);
	world_open(&w,
	           "[server]\nid = 7301\n[listener l]\nbind = [::]:62031\n"
	           "passphrase = " WORLD_PASSPHRASE "\n[peer uk]\nbind = [::]:62044\n"
	           "target = 10.0.2.1:62044\npassphrase = of our own\n"
	           "[limits]\nsessions = 4\nsubscriptions = 16\nstreams = 16\n",
	           1);
	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		struct wr out = wr_make(bytes, sizeof(bytes));
		T_CHECK(addr_parse(ours[i], 1, &at.from));
		obp_write_keepalive(&out, &key);
		world_datagram(&w, &at, bytes, wr_len(&out));
		actions_empty(&w.actions);
		world_sleep(&w, 10 * TICK_SECOND); /* our own keepalive */
		T_CHECK(w.actions.target_count > 0);
		T_CHECK(addr_same_ip(&w.actions.targets[0].where.from, &at.from));
	}
}

T_MAIN()
