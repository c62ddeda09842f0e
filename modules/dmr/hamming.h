/*
 * The Hamming codes that make up the product codes of DMR. TS 102 361-1 §B.3.4.
 *
 * A word is right-aligned: the data bits, d0 first, then the parity bits, p0
 * first.
 */
#ifndef DMR_HAMMING_H
#define DMR_HAMMING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"

#define HAMMING_PARITY_MAX 5

struct hamming {
	unsigned data_bits;
	unsigned parity_bits;
	uint16_t check[HAMMING_PARITY_MAX]; /* the data bits that sum to p0, p1, ... */
};

extern const struct hamming hamming_15_11; /* rows of BPTC(196,96); corrects 1 bit */
extern const struct hamming hamming_13_9;  /* its columns; corrects 1 bit */
extern const struct hamming hamming_16_11; /* rows of embedded LC; corrects 1 bit, detects 2 */

/* The whole code word of these data bits. */
uint16_t hamming_encode(const struct hamming *h, uint16_t data);

/* Makes *word the code word at most one bit away; false when there is none, *word untouched. */
MUST_CHECK bool hamming_correct(const struct hamming *h, uint16_t *word);

#endif
