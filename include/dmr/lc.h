/*
 * Link control: who talks to whom. It travels whole in the voice header and the
 * terminator (RS(12,9) and BPTC(196,96)) and in four embedded fragments in the
 * bursts B to E of each superframe. TS 102 361-1 §7.1, §9.1.6, §B.2; TS 102 361-2 §7.1.1.
 *
 *   octet 0   protect flag, reserved, FLCO(6)
 *         1   feature set id
 *         2   service options
 *         3-5 destination       6-8 source
 *
 * An LC is kept as its nine octets. Rewrites touch only the bits they name.
 */
#ifndef DMR_LC_H
#define DMR_LC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"
#include "dmr/dmr.h"

struct lc {
	uint8_t octets[DMR_LC_LEN];
};

/* Makes an LC with service options 0x00 and feature set 0. flco: FLCO_GROUP or FLCO_UNIT. */
struct lc lc_make(enum dmr_flco flco, uint32_t dst, uint32_t src);

/* The same LC with other ids: the first three octets are kept except for the FLCO. */
struct lc lc_retarget(const struct lc *lc, enum dmr_flco flco, uint32_t dst, uint32_t src);

uint8_t lc_flco(const struct lc *lc);
uint32_t lc_dst(const struct lc *lc);
uint32_t lc_src(const struct lc *lc);

/* Does it name this call? FLCO, destination and source; options are not compared. */
bool lc_names(const struct lc *lc, enum dmr_flco flco, uint32_t dst, uint32_t src);

/*
 * Reads the LC of a voice header or terminator burst. `type` is DMR_VOICE_HEADER or DMR_TERMINATOR
 * and chooses the RS mask (0x96, 0x99). Corrects what BPTC corrects; false when the RS parity does
 * not hold.
 */
MUST_CHECK bool lc_decode(const uint8_t burst[static DMR_BURST_LEN], enum dmr_data_type type,
                          struct lc *out);

/* The 196 coded bits of one LC, ready to be written into bursts. */
struct lc_coded {
	uint8_t header[DMR_BURST_LEN];         /* as a burst with zeros at bits 98..165 */
	uint8_t terminator[DMR_BURST_LEN];     /* likewise */
	uint8_t fragment[4][DMR_FRAGMENT_LEN]; /* bursts B, C, D, E */
};

/* Encodes once per call; the three puts below then cost a copy. */
void lc_encode(const struct lc *lc, struct lc_coded *out);

/* Replaces bits 0..97 and 166..263; slot type and sync (98..165) stay. */
void lc_put_header(uint8_t burst[static DMR_BURST_LEN], const struct lc_coded *c);
void lc_put_terminator(uint8_t burst[static DMR_BURST_LEN], const struct lc_coded *c);

/* Replaces bits 116..147 of burst B..E. `position` 1 = B .. 4 = E. */
void lc_put_fragment(uint8_t burst[static DMR_BURST_LEN], const struct lc_coded *c, int position);

/*
 * Gathers the four fragments of a superframe. Feed bursts B..E in order (position 1..4); F, A or a
 * gap starts over. Returns true when burst E completed a correct LC (single-bit errors per row
 * corrected, column parity and checksum must hold), then *out is set.
 */
struct lc_assembler {
	uint8_t fragment[4][DMR_FRAGMENT_LEN];
	uint8_t have; /* bit n = position n+1 received */
};

bool lc_assemble(struct lc_assembler *a, const uint8_t burst[static DMR_BURST_LEN], int position,
                 struct lc *out);

#endif
