/*
 * Reed-Solomon (12,9) over GF(256), which protects the full LC. TS 102 361-1 §B.3.6.
 */
#ifndef DMR_RS129_H
#define DMR_RS129_H

#include <stddef.h>
#include <stdint.h>

#include "dmr/dmr.h"

#define RS129_PARITY_LEN 3u

/* What the three parity octets are XORed with, TS 102 361-1 §B.3.12. */
#define RS129_MASK_HEADER 0x96u
#define RS129_MASK_TERMINATOR 0x99u

/* The parity octets, not yet masked. */
void rs129_parity(const uint8_t lc[static DMR_LC_LEN], uint8_t parity[static RS129_PARITY_LEN]);

#endif
