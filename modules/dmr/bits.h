/*
 * Bit fields in octet arrays as the standard counts them: bit 0 is the most significant bit of
 * octet 0. TS 102 361-1 §4.2.2 numbers a burst this way. The caller guarantees that `at + count` is
 * inside the array.
 */
#ifndef DMR_BITS_H
#define DMR_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool bit_get(const uint8_t *octets, size_t at)
{
	return octets[at / 8] >> (7 - at % 8) & 1;
}

static inline void bit_put(uint8_t *octets, size_t at, bool bit)
{
	uint8_t mask = (uint8_t)(0x80u >> at % 8);
	octets[at / 8] = (uint8_t)(bit ? octets[at / 8] | mask : octets[at / 8] & ~mask);
}

/* A field of 1..32 bits, right-aligned in the word. A put touches no bit outside its field. */
uint32_t bits_get(const uint8_t *octets, size_t at, size_t count);
void bits_put(uint8_t *octets, size_t at, size_t count, uint32_t value);

/* Number of ones; and whether it is odd. */
unsigned bits_count(uint32_t word);
bool bits_parity(uint32_t word);

#endif
