#include "dmr/alias.h"

#include "dmr/bits.h"
#include "unit/dmr/vectors.h"

/* An alias of `format` and `length` around text octets (not for 7 bit), all four blocks there. */
static struct talker_alias made(enum alias_format format, unsigned length, const void *text,
                                size_t len)
{
	struct talker_alias a = {.have = 15};
	a.octets[0] = (uint8_t)((unsigned)format << 6 | length << 1);
	memcpy(a.octets + 1, text, len < 27 ? len : 27);
	return a;
}

/* The same with 7-bit characters packed behind each other from bit 7. */
static struct talker_alias made_7_bit(const char *text)
{
	struct talker_alias a = {.have = 15};
	for (size_t i = 0; text[i] && i < 31; i++)
		bits_put(a.octets, 7 + 7 * i, 7, (uint8_t)text[i]);
	bits_put(a.octets, 2, 5, (uint32_t)strlen(text));
	return a;
}

static void reads(const struct talker_alias *a, const char *expected)
{
	char text[ALIAS_TEXT_CAP];
	memset(text, 'x', sizeof(text));
	T_CHECK(alias_text(a, text));
	T_TEXT(text, expected);
}

T_CASE(blocks_of_the_vectors_in_both_shapes)
{
	struct talker_alias by_lc = {0}, by_datagram = {0};
	for (unsigned block = 0; block < ALIAS_BLOCKS; block++) {
		char name[32];
		uint8_t dmra[15];
		struct lc lc;
		snprintf(name, sizeof(name), "ta_lc_block%u", block);
		t_vector("hbp.txt", name, lc.octets, sizeof(lc.octets));
		T_CHECK(alias_put_lc(&by_lc, &lc));
		snprintf(name, sizeof(name), "dmra_block%u", block);
		t_vector("hbp.txt", name, dmra, sizeof(dmra));
		T_EQUAL(dmra[7], block);
		T_CHECK(alias_put(&by_datagram, dmra[7], t_guarded(dmra + 8, ALIAS_BLOCK_LEN)));
		reads(&by_lc, "G0ABC"); /* the first block has it all */
		reads(&by_datagram, "G0ABC");
	}
}

T_CASE(other_link_controls_are_no_alias)
{
	struct talker_alias a = {0};
	for (unsigned flco = 0; flco < 64; flco++) {
		struct lc lc = {{(uint8_t)flco}};
		T_EQUAL(alias_put_lc(&a, &lc), flco >= 4 && flco <= 7);
	}
	T_EQUAL(a.have, 15);
}

T_CASE(block_numbers_above_three_are_refused)
{
	struct talker_alias a = {0};
	const uint8_t octets[ALIAS_BLOCK_LEN] = {0};
	for (unsigned block = 4; block < 256; block++)
		T_CHECK(!alias_put(&a, block, octets));
	T_EQUAL(a.have, 0);
}

T_CASE(repetition_tells_nothing_new)
{
	struct talker_alias a = {0};
	const uint8_t first[ALIAS_BLOCK_LEN] = {0x54, 'R', 'I', 'G', '1', ' ', 'a'};
	const uint8_t zeros[ALIAS_BLOCK_LEN] = {0};
	T_CHECK(alias_put(&a, 0, first));
	T_CHECK(!alias_put(&a, 0, first));
	T_CHECK(alias_put(&a, 1, zeros));
	T_CHECK(!alias_put(&a, 1, zeros));
	T_CHECK(alias_put(&a, 1, first));
}

T_CASE(another_first_block_begins_another_alias)
{
	struct talker_alias a = made(ALIAS_LATIN_1, 8, "G0ABC Joe", 9);
	char text[ALIAS_TEXT_CAP];
	const uint8_t first[ALIAS_BLOCK_LEN] = {0x40 | 9 << 1, 'M', '0', 'X', 'Y', 'Z', ' '};
	const uint8_t second[ALIAS_BLOCK_LEN] = {'S', 'u', 'e'};
	T_CHECK(alias_put(&a, 0, first));
	T_CHECK(!alias_text(&a, text));
	T_TEXT(text, "M0XYZ");
	T_CHECK(alias_put(&a, 1, second));
	T_CHECK(alias_text(&a, text));
	T_TEXT(text, "M0XYZ Sue");
}

T_CASE(later_blocks_may_come_first)
{
	struct talker_alias a = {0};
	char text[ALIAS_TEXT_CAP];
	const uint8_t first[ALIAS_BLOCK_LEN] = {0x40 | 9 << 1, 'M', '0', 'X', 'Y', 'Z', ' '};
	const uint8_t second[ALIAS_BLOCK_LEN] = {'S', 'u', 'e'};
	T_CHECK(!alias_text(&a, text));
	T_TEXT(text, "");
	T_CHECK(alias_put(&a, 1, second));
	T_CHECK(!alias_text(&a, text));
	T_TEXT(text, "");
	T_CHECK(alias_put(&a, 0, first));
	T_CHECK(alias_text(&a, text));
	T_TEXT(text, "M0XYZ Sue");
}

T_CASE(text_goes_to_the_first_gap)
{
	struct talker_alias a = made(ALIAS_LATIN_1, 27, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0", 27);
	static const char *const expected[] = {
		"", "ABCDEF", "", "ABCDEFGHIJKLM", "", "ABCDEF", "", "ABCDEFGHIJKLMNOPQRST",
		"", "ABCDEF", "", "ABCDEFGHIJKLM", "", "ABCDEF", "", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0",
	};
	for (unsigned have = 0; have < 16; have++) {
		char text[ALIAS_TEXT_CAP];
		a.have = (uint8_t)have;
		T_EQUAL(alias_text(&a, text), have == 15);
		T_TEXT(text, expected[have]);
	}
}

T_CASE(seven_bit)
{
	struct talker_alias a = made_7_bit("G0ABC");
	reads(&a, "G0ABC");
	a = made_7_bit("ABCDEFGHIJKLMNOPQRSTUVWXYZ01234");
	reads(&a, "ABCDEFGHIJKLMNOPQRSTUVWXYZ01234");
	a.have = 1; /* 49 bits: seven characters */
	char text[ALIAS_TEXT_CAP];
	T_CHECK(!alias_text(&a, text));
	T_TEXT(text, "ABCDEFG");
}

T_CASE(latin_1_becomes_utf_8)
{
	struct talker_alias a = made(ALIAS_LATIN_1, 6, "J\xF6rg \xC5", 6);
	reads(&a, "Jörg Å");
	uint8_t letters[27];
	char expected[ALIAS_TEXT_CAP] = "";
	memset(letters, 0xE9, sizeof(letters));
	for (size_t i = 0; i < sizeof(letters); i++)
		memcpy(expected + 2 * i, "é", 3);
	a = made(ALIAS_LATIN_1, 27, letters, sizeof(letters));
	reads(&a, expected);
}

T_CASE(utf_8_counted_in_characters_or_in_octets)
{
	struct talker_alias a = made(ALIAS_UTF_8, 8, "Jörg Åse", 10);
	reads(&a, "Jörg Åse");
	a = made(ALIAS_UTF_8, 10, "Jörg Åse", 10);
	reads(&a, "Jörg Åse");
	a = made(ALIAS_UTF_8, 4, "Jörg Åse", 10);
	reads(&a, "Jörg");
}

T_CASE(utf_16)
{
	struct talker_alias a = made(ALIAS_UTF_16, 4, "\0J\0\xF6\x04\x16\x20\xAC", 8);
	reads(&a, "JöЖ€");
	a = made(ALIAS_UTF_16, 4, "\0A\xD8\x3D\xDE\x00\0B", 8); /* a pair of surrogates */
	reads(&a, "A\xF0\x9F\x98\x80"
	          "B");
	a = made(ALIAS_UTF_16, 6, "\xDE\x00\0A\xD8\x3D\0B\xDE\x00\xD8\x3D", 12); /* halves alone */
	reads(&a, "AB");
	a = made(ALIAS_UTF_16, 13,
	         "\x20\xAC\x20\xAC\x20\xAC\x20\xAC\x20\xAC\x20\xAC\x20\xAC"
	         "\x20\xAC\x20\xAC\x20\xAC\x20\xAC\x20\xAC\x20\xAC",
	         26);
	reads(&a, "€€€€€€€€€€€€€");
}

T_CASE(what_is_no_text_is_cleaned)
{
	struct talker_alias a = made(ALIAS_LATIN_1, 12,
	                      "  A\x07"
	                      "B\x1B"
	                      "C\x7F  \0\0",
	                      12);
	reads(&a, "A?B?C?");
	a = made(ALIAS_UTF_8, 0, "unused", 6);
	reads(&a, "");
}

T_CASE(a_length_beyond_the_blocks_takes_what_there_is)
{
	struct talker_alias a = made(ALIAS_LATIN_1, 31, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0", 27);
	reads(&a, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0");
}

T_CASE(what_is_made_is_read_back)
{
	static const struct {
		const char *text, *read;
		unsigned have;
	} rows[] = {
		{"", "", 0},
		{"N0CALL", "N0CALL", 1},
		{"N0CALL A", "N0CALL A", 3},
		{"N0CALL Jörg", "N0CALL Jörg", 3},
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZ0", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0", 15},
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZ01", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0", 15},
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZö", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 15},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct talker_alias a = alias_make(
			(const char *)t_guarded(rows[i].text, strlen(rows[i].text) + 1));
		struct talker_alias b = {.have = 0};
		char text[ALIAS_TEXT_CAP];
		T_EQUAL(a.have, rows[i].have);
		for (unsigned block = 0; a.have >> block & 1; block++) {
			struct lc lc = alias_lc(&a, block);
			T_EQUAL(lc.octets[1], 0);
			T_CHECK(alias_put_lc(&b, &lc));
		}
		(void)alias_text(&b, text);
		T_TEXT(text, rows[i].read);
	}
}

T_CASE(any_blocks_give_terminated_text)
{
	uint32_t state = 11;
	for (int i = 0; i < 20000; i++) {
		struct talker_alias a;
		char text[ALIAS_TEXT_CAP];
		random_fill(&state, a.octets, sizeof(a.octets));
		a.have = (uint8_t)(random32(&state) & 15);
		memset(text, 'x', sizeof(text));
		(void)alias_text(&a, text);
		T_CHECK(memchr(text, 0, sizeof(text)) != NULL);
	}
}

T_MAIN()
