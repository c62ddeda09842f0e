/*
 * Golay(20,8), which guards the slot type. TS 102 361-1 §B.3.1.
 * Words are right-aligned: 8 data bits, 11 parity bits, overall parity.
 */
#ifndef DMR_GOLAY_H
#define DMR_GOLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"

uint32_t golay_encode(uint8_t data);

/* The data of the code word at most 3 bits away; false when there is none, *data untouched. */
MUST_CHECK bool golay_decode(uint32_t word, uint8_t *data);

#endif
