#include "wire/command.h"

#include <string.h>

#include "harness/t.h"

static const struct command kick = {
	.kind = COMMAND_KICK,
	.number = 0x01020304,
	.client = 234567801,
	.slot = 2,
	.tg = 91,
	.text = "by hand",
};

static size_t encode(const struct command *c, uint8_t out[static COMMAND_LEN])
{
	struct wr w = wr_make(out, COMMAND_LEN);

	command_write(&w, c);
	return wr_len(&w);
}

T_CASE(a_command_comes_back_as_it_went)
{
	uint8_t bytes[COMMAND_LEN], again[COMMAND_LEN];
	const char *reason = NULL;
	struct command out;

	T_EQUAL(encode(&kick, bytes), COMMAND_LEN);
	T_EQUAL(command_parse(t_guarded(bytes, COMMAND_LEN), COMMAND_LEN, &out, &reason), PARSE_OK);
	T_EQUAL(out.kind, COMMAND_KICK);
	T_EQUAL(out.number, 0x01020304);
	T_EQUAL(out.client, 234567801);
	T_EQUAL(out.slot, 2);
	T_EQUAL(out.tg, 91);
	T_TEXT(out.text, "by hand");
	T_EQUAL(encode(&out, again), COMMAND_LEN);
	T_BYTES(again, bytes, COMMAND_LEN);
}

T_CASE(the_fixed_part_is_these_octets)
{
	uint8_t bytes[COMMAND_LEN], want[32];
	size_t len = t_hex("0101"
	                   "01020304"
	                   "0dfb3879"
	                   "02"
	                   "0000005b"
	                   "62792068616e64"
	                   "00",
	                   want, sizeof(want));

	T_EQUAL(encode(&kick, bytes), COMMAND_LEN);
	T_BYTES(bytes, want, len);
}

T_CASE(every_other_length_is_bad)
{
	uint8_t bytes[COMMAND_LEN + 1] = {0};
	struct command out = {.number = 77};
	const char *reason = NULL;

	T_EQUAL(encode(&kick, bytes), COMMAND_LEN);
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
		{1, COMMAND_SNAPSHOT, PARSE_OK},
		{1, COMMAND_KINDS, PARSE_IGNORE},
		{1, 255, PARSE_IGNORE},
		{15 + 7, 'x', PARSE_OK},  /* a longer text */
		{15 + 8, 'x', PARSE_BAD}, /* something behind its end */
		{15 + COMMAND_TEXT_MAX - 1, 1, PARSE_BAD},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t bytes[COMMAND_LEN];
		struct command out;
		const char *reason;
		T_EQUAL(encode(&kick, bytes), COMMAND_LEN);
		bytes[rows[i].at] = rows[i].value;
		T_EQUAL(command_parse(t_guarded(bytes, COMMAND_LEN), COMMAND_LEN, &out, &reason),
		        rows[i].answer);
	}
}

T_CASE(a_text_that_fills_its_room_is_cut_not_overrun)
{
	struct command c = kick, out;
	uint8_t bytes[COMMAND_LEN];
	const char *reason;

	memset(c.text, 'x', sizeof(c.text));
	T_EQUAL(encode(&c, bytes), COMMAND_LEN);
	T_EQUAL(command_parse(bytes, COMMAND_LEN, &out, &reason), PARSE_OK);
	T_EQUAL(strlen(out.text), COMMAND_TEXT_MAX - 1);
}

T_CASE(a_text_without_an_end_is_bad)
{
	uint8_t bytes[COMMAND_LEN];
	struct command out;
	const char *reason;

	T_EQUAL(encode(&kick, bytes), COMMAND_LEN);
	memset(bytes + 15, 'x', COMMAND_TEXT_MAX);
	T_EQUAL(command_parse(bytes, COMMAND_LEN, &out, &reason), PARSE_BAD);
	T_TEXT(reason, "text");
}

T_CASE(every_kind_has_a_name)
{
	T_TEXT(command_kind_name(COMMAND_SNAPSHOT), "snapshot");
	T_TEXT(command_kind_name(COMMAND_KICK), "kick");
	for (enum command_kind kind = 0; kind < COMMAND_KINDS; kind++)
		T_CHECK(command_kind_name(kind)[0] != '?');
	T_TEXT(command_kind_name(COMMAND_KINDS), "?");
}

T_MAIN(T_ENTRY(a_command_comes_back_as_it_went), T_ENTRY(the_fixed_part_is_these_octets),
       T_ENTRY(every_other_length_is_bad), T_ENTRY(what_is_not_a_command_is_told_apart),
       T_ENTRY(a_text_that_fills_its_room_is_cut_not_overrun),
       T_ENTRY(a_text_without_an_end_is_bad), T_ENTRY(every_kind_has_a_name))
