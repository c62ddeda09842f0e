/*
 * Talker alias: the talker's own text, in up to four blocks of seven octets that
 * come again and again during a call, as embedded LC with FLCO 4..7 (octets 2..8)
 * or as DMRA datagrams. TS 102 361-2 §7.1.1.4, §7.1.1.5.
 *
 *   bits 0-1  format      2-6  length in characters
 *        7..  text of the 7-bit format      8..  text of the others
 */
#ifndef DMR_ALIAS_H
#define DMR_ALIAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"
#include "dmr/dmr.h"
#include "dmr/lc.h"

#define ALIAS_BLOCKS 4u
#define ALIAS_BLOCK_LEN 7u
#define ALIAS_TEXT_CAP 55u /* 27 Latin-1 letters of two octets each, and the end */

enum alias_format {
	ALIAS_7_BIT,
	ALIAS_LATIN_1,
	ALIAS_UTF_8,
	ALIAS_UTF_16,
};

/* Of one call; starts as zeros, the owner of the call owns it. */
struct talker_alias {
	uint8_t octets[ALIAS_BLOCKS * ALIAS_BLOCK_LEN];
	uint8_t have; /* bit n = block n is there */
};

/*
 * Takes block 0..3. True when it told something new; a repetition or another number does not. A
 * different block 0 begins another alias: the other blocks are forgotten.
 */
bool alias_put(struct talker_alias *a, unsigned block,
               const uint8_t octets[static ALIAS_BLOCK_LEN]);

/* The same from an embedded LC; false for one that is no alias block. */
bool alias_put_lc(struct talker_alias *a, const struct lc *lc);

/*
 * The text so far as clean UTF-8, up to the first block that is missing; empty without block 0.
 * True when all that its length asks for is there.
 */
bool alias_text(const struct talker_alias *a, char out[static ALIAS_TEXT_CAP]);

/*
 * An alias that says `text`, clean UTF-8, as far as 27 octets hold it; no block where it is empty.
 * Its length is in octets: a radio that counts characters reads NULs behind it.
 */
struct talker_alias alias_make(const char *text);

/* Block 0..3 as an LC. */
struct lc alias_lc(const struct talker_alias *a, unsigned block);

#endif
