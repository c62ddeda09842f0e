#include "dmr/morse.h"

#include <string.h>

#include "base/util.h"
#include "harness/t.h"

#define UNITS_MAX 512

/* The text as it is heard: '#' a unit of tone, '.' one of silence. */
static const char *heard(const char *text)
{
	static char units[UNITS_MAX + 1];
	struct morse m = {0};
	enum morse_unit unit;
	size_t len = 0;

	while ((unit = morse_next(&m, text)) != MORSE_END && len < UNITS_MAX)
		units[len++] = unit == MORSE_TONE ? '#' : '.';
	units[len] = 0;
	return units;
}

T_CASE(gaps_are_one_three_and_seven_units)
{
	T_TEXT(heard("E"), "#");
	T_TEXT(heard("T"), "###");
	T_TEXT(heard("A"), "#.###");
	T_TEXT(heard("EE"), "#...#");
	T_TEXT(heard("E E"), "#.......#");
	T_TEXT(heard("PARIS"), "#.###.###.#...#.###...#.###.#...#.#...#.#.#");
}

/* The word by which speed is measured: 43 units and the gap behind it make 50. */
T_CASE(paris_is_fifty_units)
{
	T_EQUAL(strlen(heard("PARIS PARIS")), 43 + 7 + 43);
}

T_CASE(prompts_are_short)
{
	T_TEXT(heard("NL"), "###.#...#.###.#.#");
	T_TEXT(heard("BSY"), "###.#.#.#...#.#.#...###.#.###.###");
	T_TEXT(heard("23"), "#.#.###.###.###...#.#.#.###.###");
}

/* ITU-R M.1677-1, in its words. */
T_CASE(every_character_has_its_signs)
{
	static const struct {
		char character;
		const char *signs;
	} rows[] = {
		{'A', ".-"},      {'B', "-..."},   {'C', "-.-."},   {'D', "-.."},
		{'E', "."},       {'F', "..-."},   {'G', "--."},    {'H', "...."},
		{'I', ".."},      {'J', ".---"},   {'K', "-.-"},    {'L', ".-.."},
		{'M', "--"},      {'N', "-."},     {'O', "---"},    {'P', ".--."},
		{'Q', "--.-"},    {'R', ".-."},    {'S', "..."},    {'T', "-"},
		{'U', "..-"},     {'V', "...-"},   {'W', ".--"},    {'X', "-..-"},
		{'Y', "-.--"},    {'Z', "--.."},   {'1', ".----"},  {'2', "..---"},
		{'3', "...--"},   {'4', "....-"},  {'5', "....."},  {'6', "-...."},
		{'7', "--..."},   {'8', "---.."},  {'9', "----."},  {'0', "-----"},
		{'.', ".-.-.-"},  {',', "--..--"}, {':', "---..."}, {'?', "..--.."},
		{'\'', ".----."}, {'-', "-....-"}, {'/', "-..-."},  {'(', "-.--."},
		{')', "-.--.-"},  {'"', ".-..-."}, {'=', "-...-"},  {'+', ".-.-."},
		{'@', ".--.-."},
	};
	size_t known = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char units[32] = "", text[2] = {rows[i].character, 0};
		for (const char *sign = rows[i].signs; *sign; sign++)
			strcat(strcat(units, *sign == '-' ? "###" : "#"), sign[1] ? "." : "");
		T_TEXT(heard(text), units);
	}
	for (int c = 1; c < 256; c++) {
		char text[2] = {(char)c, 0};
		known += *heard(text) != 0;
	}
	T_EQUAL(known, ARRAY_LEN(rows) + 26); /* and the small letters */
}

T_CASE(small_letters_are_letters)
{
	for (char c = 'a'; c <= 'z'; c++) {
		char small[2] = {c, 0}, large[2] = {(char)(c - 'a' + 'A'), 0};
		char units[UNITS_MAX + 1];
		strcpy(units, heard(large));
		T_TEXT(heard(small), units);
	}
}

T_CASE(what_has_no_signs_is_skipped)
{
	T_TEXT(heard("E#E"), "#...#");
	T_TEXT(heard("#E\xC3\xA9\x7F!"), "#");
	T_TEXT(heard("E # E"), "#.......#");
	T_TEXT(heard("E\tE"), "#...#");
}

T_CASE(blanks_part_words_and_do_nothing_at_the_ends)
{
	T_TEXT(heard("E   E"), "#.......#");
	T_TEXT(heard("  E"), "#");
	T_TEXT(heard("E  "), "#");
}

T_CASE(nothing_to_send_ends_at_once_and_stays_ended)
{
	static const char *const rows[] = {"", " ", "#", " # ~ ", "E"};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct morse m = {0};
		if (rows[i][0] == 'E')
			T_EQUAL(morse_next(&m, rows[i]), MORSE_TONE);
		for (int again = 0; again < 3; again++)
			T_EQUAL(morse_next(&m, rows[i]), MORSE_END);
	}
}

T_CASE(it_reads_no_octet_behind_the_text)
{
	static const char text[] = "A 1?";

	for (size_t len = 0; len < sizeof(text); len++) {
		char prefix[sizeof(text)] = "";
		memcpy(prefix, text, len);
		const char *guarded = (const char *)t_guarded(prefix, len + 1);
		struct morse m = {0};
		while (morse_next(&m, guarded) != MORSE_END)
			;
		T_EQUAL(m.at, len);
	}
}

T_CASE(the_longest_text_comes_to_its_end)
{
	static char text[65535 + 1];
	struct morse m = {0};
	size_t units = 0;

	memset(text, 'E', sizeof(text) - 1);
	while (units < 1000000 && morse_next(&m, text) != MORSE_END)
		units++;
	T_EQUAL(units, 65535 + 65534 * 3);
}

T_CASE(units_have_names)
{
	T_TEXT(morse_unit_name(MORSE_END), "end");
	T_TEXT(morse_unit_name(MORSE_TONE), "tone");
	T_TEXT(morse_unit_name(MORSE_SILENCE), "silence");
	T_TEXT(morse_unit_name((enum morse_unit)9), "?");
}

T_MAIN()
