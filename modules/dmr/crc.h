/*
 * The two checks of DMR signalling. TS 102 361-1 §B.3.8 (CRC-CCITT), §B.3.11
 * (5-bit checksum), §B.3.12 (masks by data type).
 */
#ifndef DMR_CRC_H
#define DMR_CRC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "dmr/dmr.h"

#define DMR_BLOCK_LEN 12u /* octets a BPTC(196,96) carries; the last two are the CRC */

/* CRC masks, so that one kind of block is never taken for another. */
#define CRC_MASK_PI 0x6969u
#define CRC_MASK_CSBK 0xA5A5u
#define CRC_MASK_DATA_HEADER 0xCCCCu

/* x^16+x^12+x^5+1, started at 0, most significant bit first, the remainder inverted. */
uint16_t crc_ccitt(const uint8_t *octets, size_t len);

/* Do octets 10 and 11 hold the masked CRC of octets 0..9? */
MUST_CHECK bool crc_holds(const uint8_t block[static DMR_BLOCK_LEN], uint16_t mask);

/* The sum of the LC's octets modulo 31, carried in the embedded LC. */
uint8_t checksum5(const uint8_t lc[static DMR_LC_LEN]);

#endif
