/*
 * The option string a client sends (RPTO) or an operator writes: FreeDMR's grammar with the
 * dialects of DMR+ and Brandmeister that users paste.
 *
 *   TS1=91,92;TS2=2350;DIAL=0;TIMER=10;SINGLE=1;VOICE=1;LANG=en_GB;IDENTTG=9;KEY=...
 *   StartRef, RelinkTime, UserLink, TS1_1..TS1_9, TS2_1..TS2_9 (DMR+); TS1_STATIC ...
 *
 * Keys ignore case and surrounding blanks. A bad token is skipped and reported; the others still
 * apply. An absent key keeps the operator's default; an empty value means none (DIFFERS: FreeDMR
 * clears what is absent).
 */
#ifndef WIRE_OPTIONS_H
#define WIRE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/session.h"

#define OPTIONS_WORD_MAX 16u
#define OPTIONS_KEY_MAX 33u
#define OPTIONS_TEXT_MAX 512u       /* clients send up to about 300 */
#define OPTIONS_TIMER_MAX_S 604800u /* a week; longer timers are cut to it */

struct options {
	struct session_choice own;
	bool has_ident_tg, has_language, has_key; /* which of these were present */
	uint32_t ident_tg;                        /* 0 = all call */
	char language[OPTIONS_WORD_MAX];
	char key[OPTIONS_KEY_MAX];
};

/*
 * Reads a string of `len` octets; cannot fail as a whole. Writes all of *out and *bad. Anything
 * beyond OPTIONS_TEXT_MAX is a bad token.
 */
void options_parse(const char *text, size_t len, struct options *out, struct bad_tokens *bad);

/*
 * The string for display: cleaned, with the values of PASS and KEY blanked. `out` is always
 * terminated; the rest is cut off.
 */
void options_clean(const char *text, size_t len, char *out, size_t cap);

/* Replaces what may be a secret in it by as many x. */
void options_hide(char *text, size_t len);

#endif
