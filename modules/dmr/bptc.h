/*
 * BPTC(196,96): the product code of every data-sync burst but rate 3/4 and
 * rate 1 data. TS 102 361-1 §B.1.1.
 *
 *   12 octets behind three zero bits = 9 rows of 11, each row made 15 long by
 *   Hamming(15,11,3), each column made 13 long by Hamming(13,9,3); one zero bit
 *   in front; bit i of these 196 goes to place i * 181 mod 196. Places 0..97 are
 *   burst bits 0..97, places 98..195 are burst bits 166..263.
 */
#ifndef DMR_BPTC_H
#define DMR_BPTC_H

#include <stdint.h>

#include "dmr/crc.h"
#include "dmr/dmr.h"

/* Writes burst bits 0..97 and 166..263; slot type and sync stay. */
void bptc_put(uint8_t burst[static DMR_BURST_LEN], const uint8_t block[static DMR_BLOCK_LEN]);

/*
 * Reads the block, alternately correcting one bit per column and per row. The result is unchecked:
 * only the block's own check (RS parity or CRC) tells whether it is valid.
 */
void bptc_get(const uint8_t burst[static DMR_BURST_LEN], uint8_t block[static DMR_BLOCK_LEN]);

#endif
