/*
 * Text as Morse code in units of one dot: dot 1, dash 3, gap within a character 1, between
 * characters 3, between words 7. ITU-R M.1677-1. At 20 words a minute a unit is 60 ms, a burst.
 */
#ifndef DMR_MORSE_H
#define DMR_MORSE_H

#include <stdint.h>

enum morse_unit {
	MORSE_END,
	MORSE_TONE,
	MORSE_SILENCE,
};

const char *morse_unit_name(enum morse_unit unit);

#define MORSE_SIGNS 6u /* the most of a character */

/* A position in a text; all zero = the start. The caller keeps the text. */
struct morse {
	uint16_t at;     /* characters begun */
	uint8_t sign;    /* dots and dashes begun of the last of them */
	uint8_t silence; /* units left of it, followed by */
	uint8_t tone;    /* units of it */
};

/*
 * The next unit of `text` (up to 65535 octets), which must be the same in every call. It begins and
 * ends with a tone; from then on, and at once when nothing in it can be sent, MORSE_END. Letters of
 * both cases, digits and . , : ? ' - / ( ) " = + @ are sent, runs of blanks separate words, other
 * characters are skipped.
 */
enum morse_unit morse_next(struct morse *m, const char *text);

#endif
