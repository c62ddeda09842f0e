#include "dmr/golay.h"

#include "dmr/bits.h"

/* x^11+x^10+x^6+x^5+x^4+x^2+1 */
#define GOLAY_GENERATOR 0xC75u

uint32_t golay_23(uint32_t data)
{
	uint32_t word = data << 11;
	uint32_t rest = word;

	for (unsigned bit = 22; bit >= 11; bit--)
		if (rest >> bit & 1)
			rest ^= GOLAY_GENERATOR << (bit - 11);
	return word | rest;
}

uint32_t golay_24(uint32_t data)
{
	uint32_t word = golay_23(data);

	return word << 1 | bits_parity(word);
}

/* The code has distance 8, so at most one code word is that close. */
bool golay_decode(uint32_t word, uint8_t *data)
{
	for (unsigned guess = 0; guess < 256; guess++) {
		if (bits_count(word ^ golay_24(guess)) <= 3) {
			*data = (uint8_t)guess;
			return true;
		}
	}
	return false;
}
