#include "dmr/morse.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"

#define DOT 1
#define DASH 3
#define GAP_IN_CHARACTER 1
#define GAP_OF_CHARACTERS 3
#define GAP_OF_WORDS 7

static const char alphabet[][MORSE_SIGNS + 1] = {
	['A'] = ".-",      ['B'] = "-...",   ['C'] = "-.-.",   ['D'] = "-..",    ['E'] = ".",
	['F'] = "..-.",    ['G'] = "--.",    ['H'] = "....",   ['I'] = "..",     ['J'] = ".---",
	['K'] = "-.-",     ['L'] = ".-..",   ['M'] = "--",     ['N'] = "-.",     ['O'] = "---",
	['P'] = ".--.",    ['Q'] = "--.-",   ['R'] = ".-.",    ['S'] = "...",    ['T'] = "-",
	['U'] = "..-",     ['V'] = "...-",   ['W'] = ".--",    ['X'] = "-..-",   ['Y'] = "-.--",
	['Z'] = "--..",    ['0'] = "-----",  ['1'] = ".----",  ['2'] = "..---",  ['3'] = "...--",
	['4'] = "....-",   ['5'] = ".....",  ['6'] = "-....",  ['7'] = "--...",  ['8'] = "---..",
	['9'] = "----.",   ['.'] = ".-.-.-", [','] = "--..--", [':'] = "---...", ['?'] = "..--..",
	['\''] = ".----.", ['-'] = "-....-", ['/'] = "-..-.",  ['('] = "-.--.",  [')'] = "-.--.-",
	['"'] = ".-..-.",  ['='] = "-...-",  ['+'] = ".-.-.",  ['@'] = ".--.-.",
};

const char *morse_unit_name(enum morse_unit unit)
{
	switch (unit) {
	case MORSE_END:
		return "end";
	case MORSE_TONE:
		return "tone";
	case MORSE_SILENCE:
		return "silence";
	}
	return "?";
}

/* Dots and dashes; "" if the character cannot be sent. */
static const char *signs_of(char c)
{
	size_t place = (unsigned char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);

	return alphabet[place < ARRAY_LEN(alphabet) ? place : 0];
}

/* Advances to the next dot or dash and the gap before it; false if there is none. */
static bool begin_sign(struct morse *m, const char *text)
{
	bool first = m->at == 0;
	const char *signs = signs_of(first ? 0 : text[m->at - 1]);
	uint8_t gap = GAP_IN_CHARACTER;

	while (!signs[m->sign]) {
		char c = text[m->at];
		if (!c)
			return false;
		m->at++;
		m->sign = 0;
		signs = signs_of(c);
		if (c == ' ')
			gap = GAP_OF_WORDS;
		else if (gap < GAP_OF_CHARACTERS)
			gap = GAP_OF_CHARACTERS;
	}
	m->tone = signs[m->sign++] == '-' ? DASH : DOT;
	m->silence = first ? 0 : gap;
	return true;
}

enum morse_unit morse_next(struct morse *m, const char *text)
{
	if (!m->silence && !m->tone && !begin_sign(m, text))
		return MORSE_END;
	if (m->silence) {
		m->silence--;
		return MORSE_SILENCE;
	}
	m->tone--;
	return MORSE_TONE;
}
