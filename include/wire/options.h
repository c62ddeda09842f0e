/*
 * The option string a client sends (RPTO) or an operator writes: FreeDMR's grammar
 * with the dialects of DMR+ and Brandmeister that users paste.
 *
 *   TS1=91,92;TS2=2350;DIAL=0;TIMER=10;SINGLE=1;VOICE=1;LANG=en_GB;IDENTTG=9;KEY=...
 *   StartRef, RelinkTime, UserLink, TS1_1..TS1_9, TS2_1..TS2_9 (DMR+); TS1_STATIC,
 * DEFAULT_REFLECTOR ...
 *
 * Keys are matched case-blind and trimmed; each bad token is skipped singly and
 * reported, the good ones count. An absent key leaves the operator's default in
 * force; present and empty means none (DIFFERS: FreeDMR clears what is absent).
 */
#ifndef WIRE_OPTIONS_H
#define WIRE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/tglist.h"

#define OPTIONS_WORD_MAX 16u
#define OPTIONS_KEY_MAX 33u
#define OPTIONS_TEXT_MAX 512u       /* clients send up to some 300 */
#define OPTIONS_TIMER_MAX_S 604800u /* a week; longer timers are cut to it */

struct options {
	/* which of the fields below were present */
	bool has_statics[2], has_dial, has_timer, has_single, has_voice, has_ident_tg, has_language,
		has_key;
	struct tg_list statics[2]; /* [0] slot 1, [1] slot 2 */
	uint32_t dial;             /* default reflector, 0 = none */
	uint32_t timer_s;          /* user-activated timer in seconds, 0 = until cleared */
	bool single;
	bool voice;
	uint32_t ident_tg; /* 0 = all call */
	char language[OPTIONS_WORD_MAX];
	char key[OPTIONS_KEY_MAX];
};

/*
 * Reads a string of `len` octets; cannot fail as a whole. Writes all of *out and *bad. What stands
 * beyond OPTIONS_TEXT_MAX is a bad token.
 */
void options_parse(const char *text, size_t len, struct options *out, struct bad_tokens *bad);

/*
 * The string as it may be shown: cleaned for people, the values of PASS and KEY blanked. `out` is
 * always terminated; what does not fit is left away.
 */
void options_clean(const char *text, size_t len, char *out, size_t cap);

#endif
