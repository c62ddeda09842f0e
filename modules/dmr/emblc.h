/*
 * Embedded LC: an LC spread over bursts B to E of a superframe by a
 * variable-length BPTC. TS 102 361-1 §B.2.1.
 *
 *   rows 0..6  11 bits each: LC bits 0..10, 11..21, then ten LC bits and one
 *              bit of the 5-bit checksum; made 16 long by Hamming(16,11,4)
 *   row 7      the sum of the others
 *
 * The 8 x 16 bits leave column by column, so octet c of the 16 is column c, row
 * 0 its most significant bit, and four octets make a fragment.
 */
#ifndef DMR_EMBLC_H
#define DMR_EMBLC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"
#include "dmr/dmr.h"

#define EMBLC_FRAGMENTS 4

void emblc_encode(const uint8_t lc[static DMR_LC_LEN],
                  uint8_t fragment[static EMBLC_FRAGMENTS][DMR_FRAGMENT_LEN]);

/*
 * Corrects one bit in each of the eight rows; then every column must have even parity and the
 * checksum must hold. False otherwise, lc untouched.
 */
MUST_CHECK bool emblc_decode(const uint8_t fragment[static EMBLC_FRAGMENTS][DMR_FRAGMENT_LEN],
                             uint8_t lc[static DMR_LC_LEN]);

#endif
