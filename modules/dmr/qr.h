/*
 * Quadratic residue code (16,7,6), which protects the EMB. TS 102 361-1 §B.3.2. Words are
 * right-aligned: 7 data bits, 8 parity bits, overall parity.
 */
#ifndef DMR_QR_H
#define DMR_QR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"

uint16_t qr_encode(uint8_t data);

/* The data of the code word at most 2 bits away; false when there is none, *data untouched. */
MUST_CHECK bool qr_decode(uint16_t word, uint8_t *data);

#endif
