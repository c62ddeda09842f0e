#include "wire/obp.h"

#include <string.h>

#include "base/text.h"
#include "harness/t.h"

#define TIME_NS 1700000000123456789u /* in all vectors */

static const char *const passphrases[] = {"passw0rd", "correct horse battery staple"};

enum { SHORT, LONG };

/* What a datagram says, in one line. */
static const char *told(const struct obp_message *m)
{
	static char line[256];
	struct text t = text_make(line, sizeof(line));
	const struct obp_burst *b = &m->burst;
	const struct hbp_burst *f = &b->frame;

	text_format(&t, "%s", obp_kind_name(m->kind));
	if (m->version)
		text_format(&t, " v%u", m->version);
	if (m->kind == OBP_QUENCH)
		text_format(&t, " tg %u stream %08x", m->quench.tg, m->quench.stream);
	if (m->kind != OBP_BURST)
		return line;
	text_format(&t, " %u: %u>%s%u by %u %d.%u %08x ber %u rssi %u", f->seq, f->src,
	            f->unit ? "unit " : "", f->dst, f->client, (int)f->class >> 4, f->class & 15,
	            f->stream, f->ber, f->rssi);
	if (m->version > 1)
		text_format(&t, " server %u repeater %u hops %u", b->source_server,
		            b->source_repeater, b->hops);
	if (b->slot_bit)
		text_put(&t, " slot bit");
	return line;
}

/* Every vector with a MAC that holds for its key. */
static const struct row {
	const char *name;
	int key;
	const char *told;
} rows[] = {
	{"obp1_header", SHORT, "burst v1 5: 2351111>91 by 2345 2.1 a1b2c3d4 ber 0 rssi 0"},
	{"obp1_voice_b", SHORT, "burst v1 6: 2351111>91 by 2345 0.1 a1b2c3d4 ber 0 rssi 0"},
	{"obp1_term", SHORT, "burst v1 7: 2351111>91 by 2345 2.2 a1b2c3d4 ber 0 rssi 0"},
	{"obp1_header_longpass", LONG, "burst v1 5: 2351111>91 by 2345 2.1 a1b2c3d4 ber 0 rssi 0"},
	{"obp1_header_unpadded", SHORT, "burst v1 5: 2351111>91 by 2345 2.1 a1b2c3d4 ber 0 rssi 0"},
	{"obp1_bad_slot2", SHORT,
         "burst v1 5: 2351111>91 by 2345 2.1 a1b2c3d4 ber 0 rssi 0 slot bit"},
	{"fbp4_header", SHORT,
         "burst v4 5: 2351111>91 by 2345 2.1 a1b2c3d4 ber 5 rssi 47 server 2345 repeater 0 hops 1"},
	{"fbp4_misversioned", SHORT,
         "burst v4 5: 2351111>91 by 2345 2.1 a1b2c3d4 ber 5 rssi 47 server 2345 repeater 0 hops 1"},
	{"fbp5_header", SHORT,
         "burst v5 5: 2351111>91 by 2345 2.1 a1b2c3d4 ber 5 rssi 47 server 2345 repeater 235125 "
         "hops 1"},
	{"fbp5_voice_a", SHORT,
         "burst v5 6: 2351111>91 by 2345 1.0 a1b2c3d4 ber 5 rssi 47 server 2345 repeater 235125 "
         "hops 1"},
	{"fbp5_voice_b", SHORT,
         "burst v5 7: 2351111>91 by 2345 0.1 a1b2c3d4 ber 5 rssi 47 server 2345 repeater 235125 "
         "hops 1"},
	{"fbp5_term", SHORT,
         "burst v5 8: 2351111>91 by 2345 2.2 a1b2c3d4 ber 5 rssi 47 server 2345 repeater 235125 "
         "hops 1"},
	{"fbp5_header_longpass", LONG,
         "burst v5 5: 2351111>91 by 2345 2.1 a1b2c3d4 ber 5 rssi 47 server 2345 repeater 235125 "
         "hops 1"},
	{"fbp5_forwarded", SHORT,
         "burst v5 5: 2351111>91 by 7301 2.1 a1b2c3d4 ber 5 rssi 47 server 2345 repeater 235125 "
         "hops 2"},
	{"fbp5_hops9", SHORT,
         "burst v5 5: 2351111>91 by 2345 2.1 a1b2c3d4 ber 5 rssi 47 server 2345 repeater 235125 "
         "hops 9"},
	{"fbp5_hops10", SHORT,
         "burst v5 5: 2351111>91 by 2345 2.1 a1b2c3d4 ber 5 rssi 47 server 2345 repeater 235125 "
         "hops 10"},
	{"fbp5_unit_data_header", SHORT,
         "burst v5 0: 2351111>unit 2353333 by 2345 2.6 a1b2c3d4 ber 0 rssi 0 server 2345 repeater "
         "235125 hops 1"},
	{"fbp5_local_tg9", SHORT,
         "burst v5 5: 2351111>9 by 2345 2.1 a1b2c3d4 ber 5 rssi 47 server 2345 repeater 235125 "
         "hops 1"},
	{"bcka", SHORT, "BCKA"},
	{"bcka_longpass", LONG, "BCKA"},
	{"bcst", SHORT, "BCST"},
	{"bcst_stamped", SHORT, "BCST"},
	{"bcve_1", SHORT, "BCVE v1"},
	{"bcve_4", SHORT, "BCVE v4"},
	{"bcve_5", SHORT, "BCVE v5"},
	{"bcve_6", SHORT, "BCVE v6"},
	{"bcsq", SHORT, "BCSQ tg 91 stream a1b2c3d4"},
};

static uint8_t bytes[128];
static size_t len;
static struct obp_message message;
static const char *reason;

/* Reads octets that end at a guard page. What is not read may leave nothing behind. */
static enum parse parse(const uint8_t *from, size_t count)
{
	struct obp_message before;

	memset(&message, 0xa5, sizeof(message));
	memset(&before, 0xa5, sizeof(before));
	reason = NULL;
	enum parse answer = obp_parse(t_guarded(from, count), count, &message, &reason);
	if (answer != PARSE_OK && memcmp(&message, &before, sizeof(before)) != 0)
		t_fail(__FILE__, __LINE__, "%zu octets refused were written out", count);
	if ((answer == PARSE_BAD) != (reason != NULL))
		t_fail(__FILE__, __LINE__, "reason and answer differ at %zu octets", count);
	return answer;
}

static bool accepted(const struct obp_key *key, const uint8_t *from, size_t count)
{
	return parse(from, count) == PARSE_OK &&
	       obp_authentic(key, t_guarded(from, count), count, &message);
}

static void load(const char *name)
{
	len = t_vector("mesh.txt", name, bytes, sizeof(bytes));
}

static struct obp_key key_of(int key)
{
	return obp_key_make(passphrases[key], false);
}

T_CASE(every_vector_reads_as_told)
{
	uint8_t payload[DMR_BURST_LEN];

	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)i;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct obp_key key = key_of(rows[i].key), other = key_of(!rows[i].key);
		load(rows[i].name);
		T_EQUAL(parse(bytes, len), PARSE_OK);
		T_TEXT(told(&message), rows[i].told);
		T_CHECK(obp_authentic(&key, bytes, len, &message));
		T_CHECK(!obp_authentic(&other, bytes, len, &message));
		if (message.kind != OBP_BURST)
			continue;
		T_BYTES(message.burst.frame.payload, payload, sizeof(payload));
		T_EQUAL(message.burst.frame.slot, 1);
		T_EQUAL(message.burst.timestamp_ns, message.version > 1 ? TIME_NS : 0);
		T_EQUAL(message.burst.hops > 0, message.version > 1);
	}
}

/* False for a version that is only received. */
static bool write_again(struct wr *w, const struct obp_key *key, const struct obp_message *m)
{
	switch (m->kind) {
	case OBP_BURST:
		if (m->version == 1)
			obp_write_v1(w, key, &m->burst.frame);
		if (m->version == 5)
			obp_write_v5(w, key, &m->burst, m->burst.timestamp_ns);
		return m->version != 4;
	case OBP_KEEPALIVE:
		obp_write_keepalive(w, key);
		return true;
	case OBP_STUN:
		obp_write_stun(w, key, m->stun_ns);
		return true;
	case OBP_VERSION:
		obp_write_version(w, key, m->version);
		return true;
	case OBP_QUENCH:
		obp_write_quench(w, key, m->quench.tg, m->quench.stream);
		return true;
	case OBP_KINDS:
		break;
	}
	return false;
}

/* obp1_bad_slot2 must not be sent: the frame is written without its slot bit. */
T_CASE(every_vector_is_written_as_it_came)
{
	size_t written = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct obp_key key = key_of(rows[i].key);
		uint8_t out[OBP_DATAGRAM_MAX];
		struct wr w = wr_make(out, sizeof(out));
		load(rows[i].name);
		T_EQUAL(parse(bytes, len), PARSE_OK);
		if (!write_again(&w, &key, &message))
			continue;
		T_EQUAL(wr_len(&w), len);
		if (message.kind == OBP_BURST && message.burst.slot_bit)
			load("obp1_header");
		T_BYTES(out, bytes, len);
		written++;
	}
	T_EQUAL(written, ARRAY_LEN(rows) - 2);
}

T_CASE(fields_of_all_ones_come_back)
{
	struct obp_key key = key_of(SHORT);
	uint8_t out[OBP_DATAGRAM_MAX];
	struct wr w = wr_make(out, sizeof(out));
	struct obp_burst b = {
		.frame = {.seq = 255,
	                  .src = DMR_ID_MAX,
	                  .dst = DMR_ID_MAX,
	                  .client = UINT32_MAX,
	                  .slot = 2,
	                  .unit = true,
	                  .class = (enum burst_class)0x2f,
	                  .stream = UINT32_MAX,
	                  .ber = 255,
	                  .rssi = 255},
		.source_server = UINT32_MAX,
		.source_repeater = UINT32_MAX,
		.hops = 255,
	};

	obp_write_v5(&w, &key, &b, UINT64_MAX);
	T_CHECK(accepted(&key, out, wr_len(&w)));
	T_TEXT(told(&message), "burst v5 255: 16777215>unit 16777215 by 4294967295 2.15 ffffffff"
	                       " ber 255 rssi 255 server 4294967295 repeater 4294967295 hops 255");
	T_CHECK(message.burst.timestamp_ns == UINT64_MAX);
	T_CHECK(!message.burst.slot_bit);
	w = wr_make(out, sizeof(out));
	obp_write_quench(&w, &key, DMR_ID_MAX, UINT32_MAX);
	T_CHECK(accepted(&key, out, wr_len(&w)));
	T_TEXT(told(&message), "BCSQ tg 16777215 stream ffffffff");
}

T_CASE(no_turned_bit_is_authentic)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct obp_key key = key_of(rows[i].key);
		load(rows[i].name);
		for (size_t bit = 0; bit < 8 * len; bit++) {
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			T_CHECK(!accepted(&key, bytes, len));
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		T_CHECK(accepted(&key, bytes, len));
	}
}

/* 85 octets of a v5 have the form of a v4, and a stamped stun begins like a plain one; the MAC does
 * not hold. */
T_CASE(no_prefix_is_authentic)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct obp_key key = key_of(rows[i].key);
		load(rows[i].name);
		for (size_t part = 0; part < len; part++) {
			bool formed = (len == 89 && part == 85) || (len == 32 && part == 24);
			T_EQUAL(parse(bytes, part), formed ? PARSE_OK : PARSE_BAD);
			T_CHECK(!accepted(&key, bytes, part));
			if (!formed)
				T_TEXT(reason, part < 4 ? "unknown tag" : "wrong length");
		}
	}
}

/* FreeDMR accepts octets after the MAC; no program sends any (DIFFERS). */
T_CASE(every_kind_has_its_length_only)
{
	static const struct {
		const char *tag;
		size_t lens[2];
	} kinds[] = {
		{"DMRE", {85, 89}}, {"DMRD", {73}}, {"BCKA", {24}},
		{"BCST", {24, 32}}, {"BCVE", {25}}, {"BCSQ", {31}},
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		memset(bytes, 0, sizeof(bytes));
		memcpy(bytes, kinds[i].tag, 4);
		for (size_t n = 4; n <= sizeof(bytes); n++) {
			bool right = n == kinds[i].lens[0] || n == kinds[i].lens[1];
			T_EQUAL(parse(bytes, n), right ? PARSE_OK : PARSE_BAD);
			if (!right)
				T_TEXT(reason, "wrong length");
		}
	}
	load("fbp5_trailing_junk");
	T_EQUAL(parse(bytes, len), PARSE_BAD);
	load("hbp_in_ts2_header");
	T_EQUAL(parse(bytes, len), PARSE_BAD);
}

/* The version octet, at 55, may say what it likes as long as it is signed. */
T_CASE(layout_goes_by_length_not_by_version)
{
	struct obp_key key = key_of(SHORT);
	struct blake2b mac;

	load("fbp5_header");
	for (unsigned v = 0; v <= 255; v++) {
		bytes[55] = (uint8_t)v;
		mac = key.blake2b;
		blake2b_add(&mac, bytes, 73);
		blake2b_end(&mac, bytes + 73);
		T_CHECK(accepted(&key, bytes, len));
		T_EQUAL(message.version, 5);
		T_EQUAL(message.burst.source_repeater, 235125);
	}
	load("fbp4_header");
	for (unsigned v = 0; v <= 255; v++) {
		bytes[55] = (uint8_t)v;
		mac = key.blake2b;
		blake2b_add(&mac, bytes, 69);
		blake2b_end(&mac, bytes + 69);
		T_CHECK(accepted(&key, bytes, len));
		T_EQUAL(message.version, 4);
		T_EQUAL(message.burst.hops, 1);
	}
}

T_CASE(slot_bit_is_told_and_cleared)
{
	load("fbp5_header");
	bytes[15] |= 0x80;
	T_EQUAL(parse(bytes, len), PARSE_OK);
	T_CHECK(message.burst.slot_bit);
	T_EQUAL(message.burst.frame.slot, 1);
	load("fbp4_header");
	bytes[15] |= 0x80;
	T_EQUAL(parse(bytes, len), PARSE_OK);
	T_CHECK(message.burst.slot_bit);
	T_EQUAL(message.burst.frame.slot, 1);
}

/* A frame as a repeater sends it, on slot 2 and with two octets behind, becomes both mesh forms. */
T_CASE(a_repeaters_frame_leaves_for_the_mesh)
{
	struct obp_key key = key_of(SHORT);
	uint8_t out[OBP_DATAGRAM_MAX];
	struct wr w = wr_make(out, sizeof(out));
	struct obp_burst b = {.source_server = 2345, .source_repeater = 235125, .hops = 1};

	load("hbp_in_ts2_header");
	struct rd r = rd_make(bytes, len);
	rd_skip(&r, 4);
	frame_read(&r, &b.frame);
	b.frame.ber = rd_u8(&r);
	b.frame.rssi = rd_u8(&r);
	T_CHECK(rd_done(&r));
	T_EQUAL(b.frame.slot, 2);
	b.frame.client = 2345;
	obp_write_v1(&w, &key, &b.frame);
	load("obp1_header");
	T_EQUAL(wr_len(&w), len);
	T_BYTES(out, bytes, len);
	w = wr_make(out, sizeof(out));
	obp_write_v5(&w, &key, &b, TIME_NS);
	load("fbp5_header");
	T_EQUAL(wr_len(&w), len);
	T_BYTES(out, bytes, len);
}

T_CASE(what_is_not_ours_is_ignored)
{
	static const char *const tags[] = {"DMRF", "EOBP", "BCTO", "BCXX", "BC\0\0"};
	static const char *const unknown[] = {"DMRA", "DMRB", "DMR", "RPTL", "BKCA", "bcka", "B"};

	load("fbp2_header");
	T_EQUAL(parse(bytes, len), PARSE_IGNORE);
	load("fbp3_header");
	T_EQUAL(parse(bytes, len), PARSE_IGNORE);
	load("bcto");
	T_EQUAL(parse(bytes, len), PARSE_IGNORE);
	memset(bytes, 0, sizeof(bytes));
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		memcpy(bytes, tags[i], 4);
		for (size_t n = 4; n <= sizeof(bytes); n++)
			T_EQUAL(parse(bytes, n), PARSE_IGNORE);
	}
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
		memset(bytes, 0, sizeof(bytes));
		memcpy(bytes, unknown[i], strlen(unknown[i]));
		for (size_t n = 0; n <= sizeof(bytes); n++) {
			T_EQUAL(parse(bytes, n), PARSE_BAD);
			T_TEXT(reason, "unknown tag");
		}
	}
}

/* Well-formed all, and refused. */
T_CASE(wrong_macs_are_not_authentic)
{
	static const struct {
		const char *name;
		int key;
	} wrong[] = {
		{"obp1_bad_mac", SHORT},
		{"obp1_header_longpass_uncut", LONG},
		{"fbp5_header_unpadded_key", SHORT},
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct obp_key key = key_of(wrong[i].key);
		load(wrong[i].name);
		T_EQUAL(parse(bytes, len), PARSE_OK);
		T_CHECK(!obp_authentic(&key, bytes, len, &message));
	}
}

T_CASE(full_key_is_for_v1_and_what_fits_is_the_same)
{
	struct obp_key cut = obp_key_make(passphrases[LONG], false);
	struct obp_key full = obp_key_make(passphrases[LONG], true);
	struct obp_key first_20 = obp_key_make("correct horse batter", false);
	struct obp_key fits = obp_key_make(passphrases[SHORT], true);

	load("obp1_header_longpass_uncut");
	T_CHECK(accepted(&full, bytes, len));
	T_CHECK(!accepted(&cut, bytes, len));
	load("obp1_header_longpass");
	T_CHECK(!accepted(&full, bytes, len));
	T_CHECK(accepted(&cut, bytes, len));
	T_CHECK(accepted(&first_20, bytes, len));
	load("fbp5_header_longpass");
	T_CHECK(accepted(&full, bytes, len));
	T_CHECK(accepted(&cut, bytes, len));
	T_CHECK(accepted(&first_20, bytes, len));
	load("obp1_header");
	T_CHECK(accepted(&fits, bytes, len));
	load("fbp5_header");
	T_CHECK(accepted(&fits, bytes, len));
}

T_CASE(empty_and_endless_passphrases_are_keys)
{
	char endless[200];

	memset(endless, 'x', sizeof(endless));
	endless[199] = 0;
	for (int i = 0; i < 4; i++) {
		struct obp_key key = obp_key_make(i & 1 ? endless : "", i & 2);
		struct obp_key other = obp_key_make("another", i & 2);
		uint8_t out[OBP_DATAGRAM_MAX];
		struct wr w = wr_make(out, sizeof(out));
		obp_write_keepalive(&w, &key);
		T_CHECK(accepted(&key, out, wr_len(&w)));
		T_CHECK(!accepted(&other, out, wr_len(&w)));
	}
}

T_CASE(without_room_nothing_is_written)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct obp_key key = key_of(rows[i].key);
		load(rows[i].name);
		for (size_t room = 0; room < len; room++) {
			uint8_t out[OBP_DATAGRAM_MAX + 1];
			struct wr w = wr_make(out, room);
			T_EQUAL(parse(bytes, len), PARSE_OK);
			memset(out, 0xa5, sizeof(out));
			if (!write_again(&w, &key, &message))
				continue;
			T_EQUAL(wr_len(&w), 0);
			T_EQUAL(out[room], 0xa5);
		}
	}
}

T_CASE(a_datagram_behind_another_has_its_own_mac)
{
	struct obp_key key = key_of(SHORT);
	uint8_t out[2 * OBP_DATAGRAM_MAX];
	struct wr w = wr_make(out, sizeof(out));

	obp_write_keepalive(&w, &key);
	obp_write_version(&w, &key, 5);
	obp_write_quench(&w, &key, 91, 0xa1b2c3d4);
	T_EQUAL(wr_len(&w), 24 + 25 + 31);
	T_CHECK(accepted(&key, out, 24));
	T_CHECK(accepted(&key, out + 24, 25));
	T_CHECK(accepted(&key, out + 49, 31));
}

T_CASE(a_message_of_other_octets_is_not_authentic)
{
	struct obp_key key = key_of(SHORT);

	load("bcka");
	T_EQUAL(parse(bytes, len), PARSE_OK);
	for (size_t n = 0; n <= sizeof(bytes); n++)
		T_EQUAL(obp_authentic(&key, t_guarded(bytes, n), n, &message), n == len);
	for (int kind = 0; kind <= OBP_KINDS; kind++) {
		message.kind = (enum obp_kind)kind;
		if (kind != OBP_KEEPALIVE && kind != OBP_STUN) /* which have one length */
			T_CHECK(!obp_authentic(&key, bytes, len, &message));
	}
}

T_CASE(every_kind_has_a_name)
{
	for (int i = 0; i < OBP_KINDS; i++)
		T_CHECK(strcmp(obp_kind_name((enum obp_kind)i), "?") != 0);
	T_TEXT(obp_kind_name(OBP_KINDS), "?");
	T_TEXT(obp_kind_name((enum obp_kind) - 1), "?");
}

T_MAIN()
