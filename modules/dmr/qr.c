#include "dmr/qr.h"

#include "dmr/bits.h"

/* x^8+x^5+x^4+x^3+1 */
#define QR_GENERATOR 0x139u

uint16_t qr_encode(uint8_t data)
{
	unsigned word = (data & 0x7Fu) << 8;
	unsigned rest = word;
	for (unsigned bit = 14; bit >= 8; bit--) {
		if (rest >> bit & 1)
			rest ^= QR_GENERATOR << (bit - 8);
	}
	word |= rest;
	return (uint16_t)(word << 1 | bits_parity(word));
}

/* The code has distance 6, so at most one code word is that close. */
bool qr_decode(uint16_t word, uint8_t *data)
{
	for (unsigned guess = 0; guess < 128; guess++) {
		if (bits_count((uint32_t)(word ^ qr_encode((uint8_t)guess))) <= 2) {
			*data = (uint8_t)guess;
			return true;
		}
	}
	return false;
}
