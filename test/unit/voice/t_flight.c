#include "voice/flight.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "harness/t.h"
#include "wire/hbp.h"
#include "wire/obp.h"

#define NOW ((tick_t)1000000)
#define WALL UINT64_C(1800000000123456789)

static uint8_t octets[2 * FLIGHT_EVENT_MAX];
static struct flight_event back;

static struct endpoint somewhere(void)
{
	const uint8_t theirs[4] = {10, 0, 7, 1}, ours[4] = {192, 0, 2, 1};

	return (struct endpoint){
		.socket = 3, .to = addr_v4(theirs, 62031), .from = addr_v4(ours, 0)};
}

/* Writes it and reads it again, 250 ms after a checkpoint. Returns the length, 0 if it cannot be
 * read. */
static size_t write_and_read(const struct event *event)
{
	struct flight_clock clock = {NOW, WALL}, again = clock;
	struct wr w = wr_make(octets, FLIGHT_EVENT_MAX);
	struct event e = *event;

	e.wall_ns = WALL + 250000000;
	flight_write_event(&w, &clock, NOW + 250, &e);
	struct rd rd = rd_make(octets, wr_len(&w));
	if (w.bad || rd_u8(&rd) != FLIGHT_EVENT || !flight_read_event(&rd, &again, &back) ||
	    rd_more(&rd) || again.now != NOW + 250 || again.wall_ns != e.wall_ns ||
	    back.event.kind != e.kind || back.event.wall_ns != e.wall_ns)
		return 0;
	return wr_len(&w);
}

static struct event datagram(const void *bytes, size_t len)
{
	return (struct event){.kind = EVENT_DATAGRAM,
	                      .datagram = {.bytes = bytes, .len = len, .from = somewhere()}};
}

static bool holds(const void *what, size_t len)
{
	for (size_t i = 0; i + len <= sizeof(octets); i++)
		if (memcmp(octets + i, what, len) == 0)
			return true;
	return false;
}

static bool same_endpoint(const struct endpoint *a, const struct endpoint *b)
{
	return endpoint_same(a, b) && addr_equal(&a->from, &b->from);
}

T_CASE(every_kind_of_event_comes_back)
{
	const struct endpoint from = somewhere();
	struct command kick = {.kind = COMMAND_KICK, .number = 9, .kick = {.client = 2340001}};

	T_CHECK(write_and_read(&(struct event){.kind = EVENT_TIME}));
	T_CHECK(write_and_read(&(struct event){.kind = EVENT_STOP}));

	struct event e = datagram("whatever comes", 14);
	T_CHECK(write_and_read(&e));
	T_EQUAL(back.event.datagram.len, 14);
	T_BYTES(back.event.datagram.bytes, "whatever comes", 14);
	T_CHECK(same_endpoint(&back.event.datagram.from, &from));

	T_CHECK(write_and_read(&(struct event){.kind = EVENT_COMMAND, .command = &kick}));
	T_EQUAL(back.event.command->kind, COMMAND_KICK);
	T_EQUAL(back.event.command->number, 9);
	T_EQUAL(back.event.command->kick.client, 2340001);

	T_CHECK(write_and_read(&(struct event){.kind = EVENT_ROWS, .rows = 77}));
	T_EQUAL(back.event.rows, 77);

	const struct resolved_record resolved = {
		.of = {.kind = SOURCE_UPLINK, .index = 2}, .target = 1, .to = from.to};
	T_CHECK(write_and_read(&(struct event){.kind = EVENT_ADDRESS, .address = resolved}));
	T_EQUAL(back.event.address.of.kind, SOURCE_UPLINK);
	T_EQUAL(back.event.address.of.index, 2);
	T_EQUAL(back.event.address.target, 1);
	T_CHECK(addr_equal(&back.event.address.to, &from.to));

	T_CHECK(write_and_read(&(struct event){.kind = EVENT_MEND, .all = true}));
	T_CHECK(back.event.all);
	T_CHECK(write_and_read(&(struct event){.kind = EVENT_MEND}));
	T_CHECK(!back.event.all);

	T_CHECK(write_and_read(&(struct event){.kind = EVENT_LOST, .lost = {2340001, from}}));
	T_EQUAL(back.event.lost.id, 2340001);
	T_CHECK(same_endpoint(&back.event.lost.where, &from));

	/* a checkpoint takes the place of these */
	T_EQUAL(write_and_read(&(struct event){.kind = EVENT_CONF}), 0);
	T_EQUAL(write_and_read(&(struct event){.kind = EVENT_DERIVE}), 0);
}

T_CASE(addresses_come_back_whole)
{
	struct event e = datagram("x", 1);
	struct endpoint *from = &e.datagram.from;

	*from = (struct endpoint){.socket = CONF_SOCKETS_MAX - 1};
	T_CHECK(write_and_read(&e));
	T_CHECK(same_endpoint(&back.event.datagram.from, from));
	memset(from->to.ip, 0xfd, sizeof(from->to.ip));
	from->to.scope = 0x01020304;
	from->to.port = 65535;
	T_CHECK(write_and_read(&e));
	T_CHECK(same_endpoint(&back.event.datagram.from, from));
	T_EQUAL(back.event.datagram.from.to.scope, 0x01020304);
	for (int port = 0; port < 2; port++) { /* all addresses, of the one kind and the other */
		const uint8_t all[4] = {0};
		from->to = addr_v4(all, (uint16_t)port);
		from->from = (struct addr){.port = (uint16_t)port, .scope = !port};
		T_CHECK(write_and_read(&e));
		T_CHECK(same_endpoint(&back.event.datagram.from, from));
		T_EQUAL(back.event.datagram.from.from.scope, !port);
	}
	from->socket = CONF_SOCKETS_MAX; /* there is none */
	T_EQUAL(write_and_read(&e), 0);
}

T_CASE(an_event_that_is_cut_off_is_none)
{
	struct command why = {.kind = COMMAND_WHY, .why = {.id = 1}};
	const struct event events[] = {
		datagram("whatever comes", 14),
		{.kind = EVENT_COMMAND, .command = &why},
		{.kind = EVENT_ROWS, .rows = 1},
		{.kind = EVENT_ADDRESS, .address = {.of = {.kind = SOURCE_PEER}}},
		{.kind = EVENT_LOST, .lost = {1, somewhere()}},
	};

	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		size_t len = write_and_read(&events[i]);
		T_CHECK(len > 0);
		for (size_t cut = 1; cut < len; cut++) {
			struct flight_clock clock = {NOW, WALL};
			struct rd rd = rd_make(octets + 1, cut - 1);
			T_CHECK(!flight_read_event(&rd, &clock, &back));
		}
	}
}

/* ---- secrets ---- */

/* The last `len` octets of a datagram, or those at `at`, are not in a recording; all others are. */
static bool is_blanked(const uint8_t *bytes, size_t all, size_t at, size_t len)
{
	struct event e = datagram(bytes, all);

	memset(octets, 0, sizeof(octets));
	if (!write_and_read(&e) || back.event.datagram.len != all ||
	    (len && holds(bytes + at, len)))
		return false;
	for (size_t i = 0; i < all; i++)
		if (back.bytes[i] != (i >= at && i < at + len ? 0 : bytes[i]))
			return false;
	return true;
}

T_CASE(digest_and_salt_of_a_login_are_blanked)
{
	uint8_t bytes[64], secret[32];
	struct wr w = wr_make(bytes, sizeof(bytes));

	memset(secret, 0xa5, sizeof(secret));
	hbp_write_key(&w, 2340001, secret);
	T_CHECK(is_blanked(bytes, wr_len(&w), 8, 32));
	T_CHECK(is_blanked(bytes, 30, 8, 22)); /* a short one */
	T_CHECK(is_blanked(bytes, 8, 8, 0));
	w = wr_make(bytes, sizeof(bytes));
	hbp_write_challenge(&w, secret);
	T_CHECK(is_blanked(bytes, wr_len(&w), 6, 4));
	T_CHECK(is_blanked(bytes, 6, 6, 0));
}

T_CASE(macs_of_server_links_are_blanked)
{
	const struct obp_key key = obp_key_make("kilo tango", false);
	struct obp_burst burst = {.frame = {.src = 2340001, .dst = 91, .slot = 1, .stream = 5}};
	uint8_t bytes[128];
	struct wr w;

#define BLANKS(mac, write)                                                                         \
	do {                                                                                       \
		w = wr_make(bytes, sizeof(bytes));                                                 \
		write;                                                                             \
		T_CHECK(!w.bad);                                                                   \
		T_EQUAL(obp_mac_len(bytes, wr_len(&w)), mac);                                      \
		T_CHECK(is_blanked(bytes, wr_len(&w), wr_len(&w) - (mac), mac));                   \
	} while (0)

	BLANKS(20, obp_write_v1(&w, &key, &burst.frame));
	BLANKS(16, obp_write_v5(&w, &key, &burst, WALL));
	memmove(bytes + 68, bytes + 72, 17); /* v4 has no repeater */
	T_CHECK(is_blanked(bytes, 85, 69, 16));
	BLANKS(20, obp_write_keepalive(&w, &key));
	BLANKS(20, obp_write_stun(&w, &key, WALL));
	BLANKS(20, obp_write_stun(&w, &key, 0));
	BLANKS(20, obp_write_version(&w, &key, 5));
	BLANKS(20, obp_write_quench(&w, &key, 91, 7));
}

/* Whatever it is, it may have its MAC anywhere. */
T_CASE(a_neighbours_datagram_of_no_known_length_is_blanked)
{
	static const char *const tags[] = {"DMRE", "BCKA", "BCxx"};
	uint8_t bytes[100];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(0x80 + i);
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		memcpy(bytes, tags[i], 4);
		T_EQUAL(obp_mac_len(bytes, sizeof(bytes)), 0);
		T_CHECK(is_blanked(bytes, sizeof(bytes), 4, sizeof(bytes) - 4));
		T_CHECK(is_blanked(bytes, 4, 4, 0));
	}
	memcpy(bytes, "DMRD", 4); /* of a hotspot, with something behind it */
	T_CHECK(is_blanked(bytes, sizeof(bytes), HBP_BURST_LEN, sizeof(bytes) - HBP_BURST_LEN));
}

T_CASE(a_datagram_that_is_too_long_is_cut)
{
	static uint8_t bytes[FLIGHT_EVENT_MAX / 2 + 1];
	struct event e = datagram(bytes, sizeof(bytes));

	memset(bytes, 'x', sizeof(bytes));
	T_CHECK(write_and_read(&e));
	T_EQUAL(back.event.datagram.len, FLIGHT_EVENT_MAX / 2);
	T_EQUAL(back.event.datagram.bytes[FLIGHT_EVENT_MAX / 2 - 1], 'x');
}

T_CASE(frames_of_hotspots_keep_every_octet)
{
	uint8_t bytes[HBP_BURST_LEN];
	struct wr w = wr_make(bytes, sizeof(bytes));

	hbp_write_burst(&w, &(struct hbp_burst){.src = 1, .dst = 91, .client = 2340001, .slot = 2});
	T_CHECK(is_blanked(bytes, wr_len(&w), wr_len(&w), 0));
}

T_CASE(passwords_in_options_are_blanked)
{
	static const char text[] = "TS2=91;PASS=tapir-okapi;TS1=92;KEY=0123456789abcdef";
	struct command options = {.kind = COMMAND_OPTIONS, .options = {.client = 1}},
		       care = {.kind = COMMAND_CARE, .care = {.client = 1}};
	uint8_t bytes[128];
	struct wr w = wr_make(bytes, sizeof(bytes));

	hbp_write_options(&w, 2340001, text, strlen(text));
	struct event e = datagram(bytes, wr_len(&w));
	text_copy(options.options.text, sizeof(options.options.text), text);
	text_copy(care.care.text, sizeof(care.care.text), text);
	const struct event events[] = {e,
	                               {.kind = EVENT_COMMAND, .command = &options},
	                               {.kind = EVENT_COMMAND, .command = &care}};

	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		memset(octets, 0, sizeof(octets));
		T_CHECK(write_and_read(&events[i]));
		T_CHECK(!holds("tapir", 5));
		T_CHECK(!holds("okapi", 5));
		T_CHECK(!holds("0123456789", 10));
		T_CHECK(holds("TS2=91;PASS=x", 13));
	}
	T_TEXT(options.options.text, text); /* the core gets it as it came */
	T_CHECK(memcmp(bytes + 8, text, strlen(text)) == 0);
}

T_CASE(proof_of_an_owner_is_blanked)
{
	struct command verify = {.kind = COMMAND_VERIFY,
	                         .verify = {.client = 2340001, .salt = "5a17"}};

	memset(verify.verify.digest, 'd', sizeof(verify.verify.digest) - 1);
	memset(octets, 0, sizeof(octets));
	T_CHECK(write_and_read(&(struct event){.kind = EVENT_COMMAND, .command = &verify}));
	T_CHECK(!holds("dddd", 4));
	T_EQUAL(back.event.command->verify.client, 2340001);
	T_EQUAL(strlen(back.event.command->verify.digest), 64);
}

/* ---- what came of it ---- */

static struct {
	struct send sends[2];
	struct target targets[2];
	struct record records[2];
	struct actions a;
} done;

static void one_send(const void *bytes, size_t len)
{
	memset(&done, 0, sizeof(done));
	done.a.sends = done.sends;
	done.a.targets = done.targets;
	done.a.records = done.records;
	done.a.send_count = done.a.target_count = 1;
	done.sends[0].len = (uint16_t)len;
	memcpy(done.sends[0].bytes, bytes, len);
	done.targets[0] = (struct target){.id = 2340001, .where = somewhere()};
}

static uint32_t digest(void)
{
	return flight_digest(&done.a, EVENT_DATAGRAM);
}

T_CASE(a_digest_tells_any_two_outcomes_apart)
{
	one_send("MSTPONG1234", 11);
	uint32_t first = digest();
	done.sends[0].bytes[3] ^= 1;
	T_CHECK(digest() != first);
	done.sends[0].bytes[3] ^= 1;
	T_EQUAL(digest(), first);
	done.sends[0].len--;
	T_CHECK(digest() != first);
	done.sends[0].len++;
	done.targets[0].id++;
	T_CHECK(digest() != first);
	done.targets[0].id--;
	done.targets[0].where.to.port++;
	T_CHECK(digest() != first);
	done.targets[0].where.to.port--;
	done.targets[0].where.to.ip[15]++;
	T_CHECK(digest() != first);
	done.targets[0].where.to.ip[15]--;
	done.a.record_count = 1;
	done.records[0] = (struct record){.kind = RECORD_COUNTER};
	uint32_t with_record = digest();
	T_CHECK(with_record != first);
	done.records[0].counter.value = 1;
	T_CHECK(digest() != with_record);
	done.a.record_count = 0;
	done.a.target_count = 0;
	T_CHECK(digest() != first);
}

/* On another machine they are other ones. */
T_CASE(a_digest_does_not_depend_on_secrets)
{
	uint8_t bytes[64] = "RPTACK", secret[32] = {1};
	struct wr w = wr_make(bytes, sizeof(bytes));

	one_send("RPTACKsalt", 10);
	uint32_t first = digest();
	memcpy(done.sends[0].bytes + 6, "pepp", 4);
	T_EQUAL(digest(), first);
	done.sends[0].bytes[0] ^= 1;
	T_CHECK(digest() != first);

	hbp_write_key(&w, 1, secret);
	one_send(bytes, wr_len(&w));
	first = digest();
	done.sends[0].bytes[39] ^= 1;
	T_EQUAL(digest(), first);
	done.sends[0].bytes[7] ^= 1;
	T_CHECK(digest() != first);
}

/* Voice files are not in a recording; frames that are passed on are. */
T_CASE(voice_counts_unless_the_server_made_it)
{
	uint8_t bytes[HBP_BURST_LEN] = "DMRD";

	one_send(bytes, sizeof(bytes));
	uint32_t passed = digest(), made = flight_digest(&done.a, EVENT_TIME);
	done.sends[0].bytes[25] ^= 1;
	T_CHECK(digest() != passed);
	T_EQUAL(flight_digest(&done.a, EVENT_TIME), made);
	done.sends[0].bytes[19] ^= 1;
	T_CHECK(flight_digest(&done.a, EVENT_TIME) != made);
}

T_CASE(an_outcome_comes_back)
{
	struct flight_outcome out;
	struct wr w = wr_make(octets, sizeof(octets));

	one_send("MSTPONG1234", 11);
	(void)actions_judged(&done.a, true);
	for (int i = 0; i < 8; i++)
		(void)actions_judged(&done.a, i == 7);
	flight_write_outcome(&w, &done.a, EVENT_DATAGRAM);
	T_EQUAL(octets[0], FLIGHT_OUTCOME);
	struct rd rd = rd_make(octets + 1, wr_len(&w) - 1);
	T_CHECK(flight_read_outcome(&rd, &out));
	T_CHECK(!rd_more(&rd));
	T_EQUAL(out.digest, digest());
	T_CHECK(out.verdicts.given);
	T_EQUAL(out.verdicts.is[0], 1);
	T_EQUAL(out.verdicts.is[1], 1);
	for (size_t cut = 0; cut + 1 < wr_len(&w); cut++) {
		rd = rd_make(octets + 1, cut);
		T_CHECK(!flight_read_outcome(&rd, &out));
	}
	octets[1] = 0xff; /* more verdicts than there can be */
	rd = rd_make(octets + 1, wr_len(&w) - 1);
	T_CHECK(!flight_read_outcome(&rd, &out));
}

T_MAIN()
