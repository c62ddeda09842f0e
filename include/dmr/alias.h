/*
 * Talker alias: text sent by the talking radio, in up to four blocks of seven octets repeated
 * throughout a call, as embedded LC with FLCO 4..7 (octets 2..8) or as DMRA datagrams. TS 102 361-2
 * §7.1.1.4, §7.1.1.5.
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
#define ALIAS_TEXT_CAP 55u /* 27 Latin-1 letters of two octets each, and NUL */

enum alias_format {
	ALIAS_7_BIT,
	ALIAS_LATIN_1,
	ALIAS_UTF_8,
	ALIAS_UTF_16,
};

/* The alias of one call, kept by its owner; starts zeroed. */
struct talker_alias {
	uint8_t octets[ALIAS_BLOCKS * ALIAS_BLOCK_LEN];
	uint8_t have; /* bit n = block n received */
};

/*
 * Adds block 0..3. True if it was new; repeated blocks and other numbers are not. A different block
 * 0 starts another alias: the other blocks are discarded.
 */
bool alias_put(struct talker_alias *a, unsigned block,
               const uint8_t octets[static ALIAS_BLOCK_LEN]);

/* The same from an embedded LC; false if it is not an alias block. */
bool alias_put_lc(struct talker_alias *a, const struct lc *lc);

/*
 * The text so far as clean UTF-8, up to the first missing block; empty without block 0. True when
 * it has its full length.
 */
bool alias_text(const struct talker_alias *a, char out[static ALIAS_TEXT_CAP]);

/*
 * Makes an alias of `text`, clean UTF-8, cut to 27 octets; no blocks if it is empty. Its length is
 * in octets: a radio that counts characters reads trailing NULs.
 */
struct talker_alias alias_make(const char *text);

/* Block 0..3 as an LC. */
struct lc alias_lc(const struct talker_alias *a, unsigned block);

#endif
