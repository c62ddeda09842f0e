/*
 * Golay(20,8), which protects the slot type (TS 102 361-1 §B.3.1), and the codes it is shortened
 * from: Golay(23,12), and with overall parity Golay(24,12), which protect voice. Words are
 * right-aligned: data bits, 11 parity bits, overall parity.
 */
#ifndef DMR_GOLAY_H
#define DMR_GOLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"

/* Of 12 data bits; golay_24 of 8 data bits is their word of Golay(20,8). */
uint32_t golay_23(uint32_t data);
uint32_t golay_24(uint32_t data);

/* The data of the Golay(20,8) word at most 3 bits away; false if there is none. */
MUST_CHECK bool golay_decode(uint32_t word, uint8_t *data);

#endif
