#include "wire/command.h"

#include <string.h>

#include "harness/t.h"

static const struct command link = {
	.kind = COMMAND_LINK, .number = 0x01020304, .link = {234567801, 2, 91}};

static size_t encode(const struct command *c, uint8_t out[static COMMAND_LEN])
{
	struct wr w = wr_make(out, COMMAND_LEN);

	command_write(&w, c);
	return wr_len(&w);
}

/* Each kind, each field with a value of its own. */
T_CASE(a_command_comes_back_as_it_went)
{
	static const struct command commands[] = {
		{.kind = COMMAND_SNAPSHOT, .number = 1},
		{.kind = COMMAND_KICK, .number = 2, .kick = {234567801}},
		{.kind = COMMAND_LINK, .number = 3, .link = {234567801, 2, 91}},
		{.kind = COMMAND_UNLINK, .number = 4, .link = {234567802, 1, 92}},
		{.kind = COMMAND_DEFAULT, .number = 5, .reflector = {234567801, 4000}},
		{.kind = COMMAND_OPTIONS, .number = 6, .options = {7, "TS2=91"}},
		{.kind = COMMAND_WHY, .number = 7, .why = {2345678}},
		{.kind = COMMAND_PEER, .number = 8, .peer = {"uk", PEER_RESET}},
		{.kind = COMMAND_QUENCHES, .number = 16, .quenches = {"uk"}},
		{.kind = COMMAND_CALL, .number = 17, .call = {{SOURCE_PEER, 5}, 0xabcdef01, 3}},
		{.kind = COMMAND_BLOCK, .number = 9, .block = {{.id = 5}, 1000, 60}},
		{.kind = COMMAND_UNBLOCK,
	         .number = 10,
	         .block = {{0, {.ip = {[15] = 1}, .scope = 3}}, 0}},
		{.kind = COMMAND_RESTORE,
	         .number = 11,
	         .restore = {5, 2, 91, SUBSCRIPTION_DIAL, 92, 60}},
		{.kind = COMMAND_LOCATE, .number = 12, .locate = {5, 1, 2345678, 61}},
		{.kind = COMMAND_NEIGHBOUR, .number = 12, .neighbour = {"uk", {.port = 7}, true}},
		{.kind = COMMAND_ALIAS,
	         .number = 13,
	         .alias = {{SOURCE_PEER, 5}, 0xabcdef01, "N0CALL Ann"}},
		{.kind = COMMAND_VERIFY,
	         .number = 16,
	         .verify = {2345678, {.port = 1}, "0123456789abcdef0123456789abcdef", "fedcba"}},
		{.kind = COMMAND_CARE, .number = 17, .care = {2345678, "TS2=91;TIMER=5"}},
		{.kind = COMMAND_REFUSE,
	         .number = 14,
	         .refuse = {5, UNREGISTERED_CALLSIGN, {.port = 7}}},
		{.kind = COMMAND_ADMIT, .number = 15, .admit = {5, {.port = 7}}},
		{.kind = COMMAND_READY},
		{.kind = COMMAND_RELOAD, .number = 15},
		{.kind = COMMAND_UPGRADE, .number = 16},
		{.kind = COMMAND_UPGRADED, .number = 17},
		{.kind = COMMAND_BEAT},
		{.kind = COMMAND_DENIED, .denied = {231}},
		{.kind = COMMAND_KEEP},
	};
	bool seen[COMMAND_KINDS] = {false};

	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		uint8_t bytes[COMMAND_LEN], again[COMMAND_LEN];
		const struct command *c = &commands[i];
		const struct record_info *info = command_info(c->kind);
		const char *reason = NULL;
		struct command out;
		seen[c->kind] = true;
		T_EQUAL(encode(c, bytes), COMMAND_LEN);
		T_EQUAL(command_parse(t_guarded(bytes, COMMAND_LEN), COMMAND_LEN, &out, &reason),
		        PARSE_OK);
		T_EQUAL(out.kind, c->kind);
		T_EQUAL(out.number, c->number);
		for (size_t f = 0; f < info->field_count; f++)
			T_BYTES((const uint8_t *)&out + info->fields[f].offset,
			        (const uint8_t *)c + info->fields[f].offset, info->fields[f].size);
		T_EQUAL(encode(&out, again), COMMAND_LEN);
		T_BYTES(again, bytes, COMMAND_LEN);
	}
	for (enum command_kind kind = 0; kind < COMMAND_KINDS; kind++)
		T_CHECK(seen[kind]);
}

T_CASE(the_fixed_part_is_these_octets)
{
	uint8_t bytes[COMMAND_LEN], want[32];
	size_t len = t_hex("0202"
	                   "01020304"
	                   "0dfb3879"
	                   "02"
	                   "0000005b"
	                   "00",
	                   want, sizeof(want));

	T_EQUAL(encode(&link, bytes), COMMAND_LEN);
	T_BYTES(bytes, want, len);
}

T_CASE(every_other_length_is_bad)
{
	uint8_t bytes[COMMAND_LEN + 1] = {0};
	struct command out = {.number = 77};
	const char *reason = NULL;

	T_EQUAL(encode(&link, bytes), COMMAND_LEN);
	for (size_t cut = 0; cut < COMMAND_LEN; cut++)
		T_EQUAL(command_parse(t_guarded(bytes, cut), cut, &out, &reason), PARSE_BAD);
	T_EQUAL(command_parse(t_guarded(bytes, COMMAND_LEN + 1), COMMAND_LEN + 1, &out, &reason),
	        PARSE_BAD);
	T_EQUAL(out.number, 77);
	T_CHECK(reason);
}

T_CASE(what_is_not_a_command_is_told_apart)
{
	static const struct {
		size_t at;
		uint8_t value;
		enum parse answer;
	} rows[] = {
		{0, 0, PARSE_BAD},
		{0, COMMAND_VERSION + 1, PARSE_BAD},
		{1, COMMAND_UNLINK, PARSE_OK},
		{1, COMMAND_KICK, PARSE_BAD} /* one of fewer fields */,
		{1, COMMAND_KINDS, PARSE_IGNORE},
		{1, 255, PARSE_IGNORE},
		{14, 92, PARSE_OK}, /* the talkgroup */
		{15, 1, PARSE_BAD}, /* something behind the fields */
		{COMMAND_LEN - 1, 1, PARSE_BAD},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t bytes[COMMAND_LEN];
		struct command out;
		const char *reason;
		T_EQUAL(encode(&link, bytes), COMMAND_LEN);
		bytes[rows[i].at] = rows[i].value;
		T_EQUAL(command_parse(t_guarded(bytes, COMMAND_LEN), COMMAND_LEN, &out, &reason),
		        rows[i].answer);
	}
}

T_CASE(a_text_that_fills_its_room_is_cut_not_overrun)
{
	struct command c = {.kind = COMMAND_OPTIONS, .options = {.client = 5}}, out;
	uint8_t bytes[COMMAND_LEN];
	const char *reason;

	memset(c.options.text, 'x', sizeof(c.options.text));
	T_EQUAL(encode(&c, bytes), COMMAND_LEN);
	T_EQUAL(command_parse(bytes, COMMAND_LEN, &out, &reason), PARSE_OK);
	T_EQUAL(strlen(out.options.text), COMMAND_TEXT_MAX - 1);
}

T_CASE(a_field_beyond_its_values_is_bad)
{
	const struct command peer = {.kind = COMMAND_PEER, .peer = {"uk", PEER_STUN}};
	uint8_t bytes[COMMAND_LEN];
	struct command out;
	const char *reason;

	T_EQUAL(encode(&peer, bytes), COMMAND_LEN);
	bytes[10] = PEER_ORDERS; /* behind the name */
	T_EQUAL(command_parse(bytes, COMMAND_LEN, &out, &reason), PARSE_BAD);
	T_TEXT(reason, "fields");
	T_EQUAL(encode(&peer, bytes), COMMAND_LEN);
	bytes[7] = 32; /* octets of the name */
	T_EQUAL(command_parse(bytes, COMMAND_LEN, &out, &reason), PARSE_BAD);
}

T_CASE(blocks_are_of_an_id_or_an_address)
{
	static const struct {
		const char *text, *shown; /* NULL: it is neither */
	} rows[] = {
		{"2345678", "2345678"},
		{"999999999", "999999999"},
		{"1000000000", NULL},
		{"0", NULL},
		{"", NULL},
		{"M0AAA", NULL},
		{"192.0.2.1", "192.0.2.1"},
		{"192.0.2.1:62031", "192.0.2.1"},
		{"2001:db8::1", NULL},
		{"[2001:db8::1]", "[2001:db8::1]"},
		{"example.org", NULL},
		{"[::]", NULL},
		{"0.0.0.0", NULL},
		{"[0001:0002:0003:0004:0005:0006:0007:0008%4294967295]:65535   :1", NULL},
		{"[1:2:3:4:5:6:7:8]:00000000000000000000000000000000000000000000000001", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char shown[64];
		struct text t = text_make(shown, sizeof(shown));
		struct block_target target;
		bool read = block_target_parse(rows[i].text, strlen(rows[i].text), &target);
		T_EQUAL(read, rows[i].shown != NULL);
		if (!read)
			continue;
		block_target_format(&target, &t);
		T_TEXT(shown, rows[i].shown);
	}
}

T_CASE(every_kind_has_a_name)
{
	T_TEXT(command_info(COMMAND_SNAPSHOT)->name, "snapshot");
	T_TEXT(command_info(COMMAND_KICK)->name, "kick");
	for (enum command_kind kind = 0; kind < COMMAND_KINDS; kind++)
		T_CHECK(command_info(kind)->name);
	T_TEXT(peer_order_name(PEER_ORDERS), "?");
	T_TEXT(unregistered_name(UNREGISTERED_KINDS), "?");
}

T_MAIN()
