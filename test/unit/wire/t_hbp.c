#include "wire/hbp.h"

#include <stdio.h>
#include <string.h>

#include "unit/wire/again.h"
#include "base/util.h"
#include "harness/t.h"

#define ID 234567801u

static struct hbp_message message;
static const char *reason;

/* Parses a copy that ends at a guard page. */
static enum parse parse(const void *bytes, size_t len)
{
	reason = "";
	return hbp_parse(t_guarded(bytes, len), len, &message, &reason);
}

static enum parse parse_vector(const char *name)
{
	uint8_t bytes[600];

	return parse(bytes, t_vector("hbp.txt", name, bytes, sizeof(bytes)));
}

static const struct {
	const char *name;
	enum hbp_kind kind;
} messages[] = {
	{"rptl", HBP_LOGIN},
	{"rptk_passw0rd", HBP_KEY},
	{"rptc_simplex", HBP_CONFIG},
	{"rptc_duplex", HBP_CONFIG},
	{"rpto", HBP_OPTIONS},
	{"rpto_dmrplus", HBP_OPTIONS},
	{"rptping", HBP_PING},
	{"rptcl", HBP_CLOSE},
	{"rptack_salt", HBP_ACK},
	{"rptack_id", HBP_ACK},
	{"mstnak", HBP_NAK},
	{"mstpong", HBP_PONG},
	{"mstcl", HBP_CLOSED},
	{"dmrd_ts2_header", HBP_BURST},
	{"dmrd_ts2_voice_A", HBP_BURST},
	{"dmrd_ts2_voice_B", HBP_BURST},
	{"dmrd_ts2_voice_C", HBP_BURST},
	{"dmrd_ts2_voice_D", HBP_BURST},
	{"dmrd_ts2_voice_E", HBP_BURST},
	{"dmrd_ts2_voice_F", HBP_BURST},
	{"dmrd_ts2_terminator", HBP_BURST},
	{"dmrd_ts2_unit_header", HBP_BURST},
	{"dmrd_ts2_unit_csbk", HBP_BURST},
	{"dmrd_ts2_unit_datahdr", HBP_BURST},
	{"dmrd_ts2_unit4000_header", HBP_BURST},
	{"dmrd_ts2_unit4000_terminator", HBP_BURST},
	{"remap_in_header", HBP_BURST},
	{"remap_out_voice_E", HBP_BURST},
	{"rptg", HBP_HOME},
	{"mstcl_bare_from_proxy", HBP_CLOSED},
};

T_CASE(what_is_read_is_written_back_as_it_was)
{
	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		uint8_t bytes[600], written[600];
		size_t len = t_vector("hbp.txt", messages[i].name, bytes, sizeof(bytes));
		struct wr w = wr_make(written, sizeof(written));
		T_EQUAL(parse(bytes, len), PARSE_OK);
		T_EQUAL(message.kind, messages[i].kind);
		if (!again(&w, &message))
			continue;
		T_EQUAL(wr_len(&w), len);
		T_BYTES(written, bytes, len);
	}
}

T_CASE(every_message_has_the_id_of_its_client)
{
	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		T_EQUAL(parse_vector(messages[i].name), PARSE_OK);
		bool without = message.kind == HBP_ACK ||
		               strcmp(messages[i].name, "mstcl_bare_from_proxy") == 0;
		T_EQUAL(message.has_id, !without);
		T_CHECK(without || message.id == ID);
	}
}

/* A prefix that is a message of its own: a bare MSTCL, RPTACK or MSTNAK, a short RPTC, RPTO or
 * DMRD. */
static bool may_be_cut_to(enum hbp_kind kind, size_t len)
{
	switch (kind) {
	case HBP_CONFIG:
		return len >= 98;
	case HBP_OPTIONS:
		return len >= 8;
	case HBP_BURST:
		return len >= 53;
	case HBP_ACK:
	case HBP_NAK:
		return len == 6;
	case HBP_CLOSED:
		return len == 5;
	case HBP_LOGIN:
	case HBP_KEY:
	case HBP_PING:
	case HBP_CLOSE:
	case HBP_ALIAS:
	case HBP_POSITION:
	case HBP_HOME:
	case HBP_PONG:
	case HBP_KINDS:
		return false;
	}
	return false;
}

T_CASE(every_prefix_is_refused_or_read_without_reaching_further)
{
	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		uint8_t bytes[600];
		size_t len = t_vector("hbp.txt", messages[i].name, bytes, sizeof(bytes));
		for (size_t part = 0; part < len; part++) {
			enum parse result = parse(bytes, part);
			T_EQUAL(result,
			        may_be_cut_to(messages[i].kind, part) ? PARSE_OK : PARSE_BAD);
			T_CHECK(result == PARSE_OK || reason[0]);
		}
	}
}

T_CASE(one_octet_more_is_refused_where_the_length_is_fixed)
{
	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		uint8_t bytes[600] = {0};
		size_t len = t_vector("hbp.txt", messages[i].name, bytes, sizeof(bytes) - 1);
		bool open = messages[i].kind == HBP_CONFIG || messages[i].kind == HBP_OPTIONS;
		T_EQUAL(parse(bytes, len + 1), open ? PARSE_OK : PARSE_BAD);
	}
}

T_CASE(nothing_is_written_unless_all_is_well)
{
	struct hbp_message before;

	memset(&message, 0x5A, sizeof(message));
	memcpy(&before, &message, sizeof(before));
	T_EQUAL(parse("RPTL123", 7), PARSE_BAD);
	T_EQUAL(parse("DMRT1234", 8), PARSE_IGNORE);
	T_EQUAL(parse("", 0), PARSE_BAD);
	T_CHECK(memcmp(&before, &message, sizeof(before)) == 0);
}

T_CASE(foreign_tags_are_ignored)
{
	static const char *const tags[] = {"DMRC", "DMRP",    "DMRB",  "DMRT", "PRIN",
	                                   "PRBL", "RPTSBKN", "DTCL",  "DTCK", "DTCC",
	                                   "DTCO", "DTCPING", "DTCCL", "DTCG"};
	uint8_t bytes[119] = {0};

	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		memcpy(bytes, tags[i], strlen(tags[i]));
		T_EQUAL(parse(bytes, strlen(tags[i])), PARSE_IGNORE);
		T_EQUAL(parse(bytes, sizeof(bytes)), PARSE_IGNORE);
	}
	T_EQUAL(parse_vector("rptsbkn"), PARSE_IGNORE);
	T_EQUAL(parse("XXXXYYYY", 8), PARSE_BAD);
	T_TEXT(reason, "unknown tag");
	T_EQUAL(parse("\0\0\0\0", 4), PARSE_BAD);
}

/* ---- bursts ---- */

T_CASE(a_burst_is_read_field_by_field)
{
	T_EQUAL(parse_vector("dmrd_ts2_voice_B"), PARSE_OK);
	const struct hbp_burst *b = &message.burst;
	T_EQUAL(b->seq, 2);
	T_EQUAL(b->src, 0x23cace);
	T_EQUAL(b->dst, 91);
	T_EQUAL(b->client, ID);
	T_EQUAL(b->slot, 2);
	T_CHECK(!b->unit && b->class == BURST_B);
	T_EQUAL(b->stream, 0xa1b2c3d4);
	T_EQUAL(b->payload[0], 0xb9);
	T_EQUAL(b->payload[32], 0x6b);
}

/* 53 and 54 octets lack RSSI, and BER; 71 is trunking, which is none of ours. */
T_CASE(short_bursts_are_read_and_leave_long)
{
	uint8_t bytes[80] = {0}, written[80];

	T_EQUAL(t_vector("hbp.txt", "dmrd_ts2_voice_A", bytes, sizeof(bytes)), 55);
	bytes[53] = 7;
	bytes[54] = 97;
	for (size_t len = 50; len <= 72; len++) {
		bool ours = len >= 53 && len <= 55;
		T_EQUAL(parse(bytes, len), ours ? PARSE_OK : len == 71 ? PARSE_IGNORE : PARSE_BAD);
		if (!ours)
			continue;
		T_EQUAL(message.burst.ber, len > 53 ? 7 : 0);
		T_EQUAL(message.burst.rssi, len > 54 ? 97 : 0);
		struct wr w = wr_make(written, sizeof(written));
		hbp_write_burst(&w, &message.burst);
		T_EQUAL(wr_len(&w), HBP_BURST_LEN);
		T_BYTES(written, bytes, len);
	}
}

/* By frame type and the value below it, as the Homebrew papers have them. */
T_CASE(a_burst_is_what_its_flags_say)
{
	for (unsigned flags = 0; flags < 64; flags++) {
		unsigned type = flags >> 4, detail = flags & 15;
		const struct hbp_burst b = {.class = (enum burst_class)flags};
		bool begins = type == 2 && (detail == DMR_VOICE_HEADER || detail == DMR_CSBK ||
		                            detail == DMR_MBC_HEADER || detail == DMR_DATA_HEADER);

		T_EQUAL(burst_has_type(&b), type == 2);
		T_EQUAL(burst_is_data(&b), type == 2 && detail > DMR_TERMINATOR);
		T_EQUAL(burst_begins(&b), begins);
		T_EQUAL(burst_has_fragment(&b), type == 0 && detail >= 1 && detail <= 4);
		T_EQUAL(burst_is_carried(&b),
		        flags == 0x10 || (type == 0 && detail >= 1 && detail <= 5) ||
		                (type == 2 && detail <= DMR_RATE_1_DATA && detail != DMR_IDLE));
		if (type == 2)
			T_EQUAL(burst_of_type(burst_type(&b)), b.class);
	}
	for (uint32_t position = 0; position < 6; position++) {
		const struct hbp_burst b = {.class = burst_of_position(position)};
		T_EQUAL(burst_position(&b), position);
	}
}

T_CASE(every_value_of_the_flags_is_kept)
{
	uint8_t bytes[55], written[55];

	t_vector("hbp.txt", "dmrd_ts2_header", bytes, sizeof(bytes));
	for (unsigned flags = 0; flags < 256; flags++) {
		bytes[15] = (uint8_t)flags;
		T_EQUAL(parse(bytes, sizeof(bytes)), PARSE_OK);
		T_EQUAL(message.burst.slot, flags & 0x80 ? 2 : 1);
		T_EQUAL(message.burst.unit, flags >> 6 & 1);
		T_EQUAL(message.burst.class, flags & 0x3f);
		struct wr w = wr_make(written, sizeof(written));
		hbp_write_burst(&w, &message.burst);
		T_EQUAL(wr_len(&w), 55);
		T_BYTES(written, bytes, 55);
	}
}

T_CASE(the_receivers_id_stands_where_the_header_says)
{
	uint8_t written[64];
	struct wr w = wr_make(written, sizeof(written));
	struct hbp_burst b = {.client = 0x01020304, .slot = 1};

	hbp_write_burst(&w, &b);
	T_BYTES(written + HBP_BURST_ID_AT, "\1\2\3\4", 4);
	w = wr_make(written, sizeof(written));
	hbp_write_closed(&w, 0x01020304);
	T_BYTES(written + HBP_NOTICE_ID_AT, "\1\2\3\4", 4);
}

/* ---- configuration ---- */

#define CONFIG_LEN 302u

static size_t config(uint8_t bytes[static CONFIG_LEN])
{
	return t_vector("hbp.txt", "rptc_duplex", bytes, CONFIG_LEN);
}

T_CASE(a_configuration_is_read_field_by_field)
{
	T_EQUAL(parse_vector("rptc_duplex"), PARSE_OK);
	const struct hbp_config *c = &message.config;
	T_TEXT(c->callsign, "G0ABC");
	T_EQUAL(c->rx_hz, 438800000);
	T_EQUAL(c->tx_hz, 430600000);
	T_EQUAL(c->power_w, 1);
	T_EQUAL(c->cc, 1);
	T_TEXT(c->latitude, "51.12345");
	T_TEXT(c->longitude, "-1.234567");
	T_EQUAL(c->height_m, 10);
	T_EQUAL(c->slots, '3');
	T_EQUAL(parse_vector("rptc_simplex"), PARSE_OK);
	T_EQUAL(message.config.slots, '4');
	T_EQUAL(parse_vector("rptc_location_off"), PARSE_OK);
	T_TEXT(message.config.latitude, "0.000000");
}

T_CASE(a_short_configuration_reads_as_blanks)
{
	uint8_t bytes[CONFIG_LEN];

	config(bytes);
	T_EQUAL(parse(bytes, 98), PARSE_OK);
	T_EQUAL(message.config.slots, '3');
	T_TEXT(message.config.url, "");
	T_TEXT(message.config.software, "");
	T_TEXT(message.config.package, "");
	T_EQUAL(parse(bytes, 97), PARSE_BAD);
}

T_CASE(a_long_configuration_is_read_without_its_tail)
{
	uint8_t bytes[HBP_DATAGRAM_MAX + 1];

	memset(bytes, 'x', sizeof(bytes));
	T_EQUAL(config(bytes), CONFIG_LEN);
	T_EQUAL(parse(bytes, HBP_DATAGRAM_MAX), PARSE_OK);
	T_CHECK(!strchr(message.config.package, 'x'));
	T_EQUAL(parse(bytes, HBP_DATAGRAM_MAX + 1), PARSE_BAD);
}

T_CASE(hostile_text_is_cleaned_and_never_refused)
{
	static const struct {
		size_t at;
		const char *octets;
		size_t len;
		size_t field; /* offset in struct hbp_config */
		const char *expected;
	} texts[] = {
		{8, "\0\0\0\0\0\0\0\0", 8, offsetof(struct hbp_config, callsign), ""},
		{8, "G0ABC\0\0\0", 8, offsetof(struct hbp_config, callsign), "G0ABC"},
		{8, "G0\0ABC  ", 8, offsetof(struct hbp_config, callsign), "G0?ABC"},
		{8, "\x1b[2J\r\n\x7f!", 8, offsetof(struct hbp_config, callsign),
	         "?[2J??"
	         "?!"},
		{58, "M\xfcnchen             ", 20, offsetof(struct hbp_config, location),
	         "M\xc3\xbcnchen"},
		{58,
	         "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	         20, offsetof(struct hbp_config, location),
	         "\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf"
	         "\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3"
	         "\xbf"},
		{58,
	         "A Coru\xc3\xb1"
	         "a          \xc3",
	         20, offsetof(struct hbp_config, location),
	         "A Coru\xc3\xb1"
	         "a          \xc3\x83"},
		{262, "<script>alert(1)</script>               ", 40,
	         offsetof(struct hbp_config, package), "<script>alert(1)</script>"},
		{38, "51,1234 ", 8, offsetof(struct hbp_config, latitude), "51,1234"},
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		uint8_t bytes[CONFIG_LEN];
		config(bytes);
		memcpy(bytes + texts[i].at, texts[i].octets, texts[i].len);
		T_EQUAL(parse(bytes, sizeof(bytes)), PARSE_OK);
		T_TEXT((const char *)&message.config + texts[i].field, texts[i].expected);
	}
}

T_CASE(numbers_that_are_none_read_as_zero)
{
	static const struct {
		const char *digits; /* power and colour code */
		unsigned power, cc;
	} numbers[] = {
		{"1001", 10, 1}, {" 1 1", 1, 1}, {"-1-1", 0, 0},
		{"xx15", 0, 15}, {"0099", 0, 3}, {"    ", 0, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		uint8_t bytes[CONFIG_LEN];
		config(bytes);
		memcpy(bytes + 34, numbers[i].digits, 4);
		T_EQUAL(parse(bytes, sizeof(bytes)), PARSE_OK);
		T_EQUAL(message.config.power_w, numbers[i].power);
		T_EQUAL(message.config.cc, numbers[i].cc);
	}
}

T_CASE(a_client_prints_numbers_as_wide_as_they_must_be)
{
	struct hbp_config c = {.rx_hz = UINT32_MAX,
	                       .tx_hz = 7,
	                       .power_w = 255,
	                       .cc = 5,
	                       .height_m = -3,
	                       .slots = '3'};
	uint8_t written[CONFIG_LEN];
	struct wr w = wr_make(written, sizeof(written));

	hbp_write_config(&w, ID, &c);
	T_EQUAL(wr_len(&w), CONFIG_LEN);
	T_BYTES(written + 16, "9999999990000000079905", 22);
	T_BYTES(written + 55, "999", 3);
}

T_CASE(a_client_s_texts_are_cut_to_their_width)
{
	struct hbp_config c = {.location = "abcdefghijklmnopqrstuvwxyz",
	                       .description = "0123456789012345678901234",
	                       .slots = '3',
	                       .url = "u"};
	uint8_t written[CONFIG_LEN];
	struct wr w = wr_make(written, sizeof(written));

	hbp_write_config(&w, ID, &c);
	T_EQUAL(wr_len(&w), CONFIG_LEN);
	T_BYTES(written + 58, "abcdefghijklmnopqrst01234567890123456783u ", 42);
}

/* An id of 0x4Cxxxxxx makes the fifth octet an 'L'; only nine octets are a log-out. */
T_CASE(an_id_that_begins_with_an_l_is_no_log_out)
{
	uint8_t bytes[CONFIG_LEN];

	config(bytes);
	bytes[4] = 'L';
	T_EQUAL(parse(bytes, CONFIG_LEN), PARSE_OK);
	T_EQUAL(message.kind, HBP_CONFIG);
	T_EQUAL(message.id >> 24, 'L');
	T_EQUAL(parse(bytes, 98), PARSE_OK);
	T_EQUAL(message.kind, HBP_CONFIG);
	T_EQUAL(parse_vector("rptcl"), PARSE_OK);
	T_EQUAL(message.kind, HBP_CLOSE);
	T_EQUAL(message.id, ID);
}

T_CASE(options_are_whatever_follows_the_id)
{
	T_EQUAL(parse("RPTO\1\2\3\4", 8), PARSE_OK);
	T_EQUAL(message.options.len, 0);
	T_EQUAL(parse("RPTO\1\2\3\4TS1=91\0\0", 16), PARSE_OK);
	T_EQUAL(message.options.len, 8);
	T_BYTES(message.options.text, "TS1=91\0\0", 8);
}

/* ---- alias and position ---- */

T_CASE(alias_and_position_name_a_radio)
{
	T_EQUAL(parse("DMRA\x23\xca\xce\x02"
	              "ABCDEFG",
	              15),
	        PARSE_OK);
	T_EQUAL(message.kind, HBP_ALIAS);
	T_CHECK(!message.has_id && message.alias.src == 0x23cace && message.alias.block == 2);
	T_BYTES(message.alias.octets, "ABCDEFG", 7);
	T_EQUAL(parse("DMRG\x23\xca\xce"
	              "ABCDEFG",
	              14),
	        PARSE_OK);
	T_EQUAL(message.kind, HBP_POSITION);
	T_CHECK(!message.has_id && message.alias.src == 0x23cace);
	T_BYTES(message.alias.octets, "ABCDEFG", 7);
}

/* Relayed by the gateway of a hotspot: its id, the radio's, the block, three octets of seven. */
T_CASE(relayed_alias_and_position_name_no_radio)
{
	static const uint8_t alias[] = "DMRA\x0d\xfb\x38\x79\x23\xca\xce\x01"
				       "ABC",
			     position[] = "DMRG\x0d\xfb\x38\x79\x23\xca\xce"
					  "ABC";

	T_EQUAL(parse(alias, 15), PARSE_OK);
	T_CHECK(message.kind == HBP_ALIAS && message.alias.src == ID >> 8);
	T_EQUAL(parse(position, 14), PARSE_OK);
	T_CHECK(message.kind == HBP_POSITION && message.alias.src == ID >> 8);
	for (size_t len = 0; len < 14; len++)
		T_CHECK(parse(alias, len) == PARSE_BAD && parse(position, len) == PARSE_BAD);
	T_CHECK(parse(alias, 14) == PARSE_BAD && parse(position, 15) == PARSE_BAD);
}

T_CASE(answers_of_servers_come_with_and_without_an_id)
{
	T_EQUAL(parse("RPTACK", 6), PARSE_OK);
	T_EQUAL(message.kind, HBP_ACK);
	T_EQUAL(parse("MSTNAK", 6), PARSE_OK);
	T_CHECK(message.kind == HBP_NAK && !message.has_id);
	T_EQUAL(parse("MSTCL", 5), PARSE_OK);
	T_CHECK(message.kind == HBP_CLOSED && !message.has_id);
	T_EQUAL(parse_vector("rptack_salt"), PARSE_OK);
	T_BYTES(message.salt, "\x0a\x7e\xd4\x98", 4);
}

T_CASE(the_digest_is_that_of_the_vectors)
{
	static const struct {
		const char *pass, *digest;
	} digests[] = {{"pass_passw0rd", "digest_passw0rd"},
	               {"pass_empty", "digest_empty"},
	               {"pass_utf8", "digest_utf8"}};
	uint8_t ack[10];

	t_vector("hbp.txt", "rptack_salt", ack, sizeof(ack));
	for (size_t i = 0; i < ARRAY_LEN(digests); i++) {
		char pass[64];
		uint8_t expected[SHA256_LEN], got[SHA256_LEN];
		pass[t_vector("hbp.txt", digests[i].pass, pass, sizeof(pass) - 1)] = 0;
		t_vector("hbp.txt", digests[i].digest, expected, sizeof(expected));
		hbp_digest(ack + 6, pass, got);
		T_BYTES(got, expected, SHA256_LEN);
	}
}

T_CASE(a_writer_without_room_writes_nothing_to_send)
{
	uint8_t bytes[600], written[600];

	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		size_t len = t_vector("hbp.txt", messages[i].name, bytes, sizeof(bytes));
		T_EQUAL(parse(bytes, len), PARSE_OK);
		struct wr w = wr_make(written, len - 1);
		if (again(&w, &message))
			T_EQUAL(wr_len(&w), 0);
	}
}

T_CASE(every_kind_has_a_name)
{
	for (unsigned k = 0; k < HBP_KINDS; k++)
		T_CHECK(strlen(hbp_kind_name((enum hbp_kind)k)) >= 4);
	T_TEXT(hbp_kind_name(HBP_KINDS), "?");
}

T_MAIN()
