#include "dmr/rs129.h"

/* The product in GF(256) modulo x^8+x^4+x^3+x^2+1. */
static uint8_t multiply(uint8_t a, uint8_t b)
{
	unsigned product = 0;
	unsigned shifted = a;
	for (; b != 0; b >>= 1) {
		if (b & 1)
			product ^= shifted;
		shifted = shifted << 1 ^ ((shifted & 0x80) != 0 ? 0x11Du : 0);
	}
	return (uint8_t)product;
}

/* Divides by (x+a)(x+a^2)(x+a^3) = x^3 + 0x0E x^2 + 0x38 x + 0x40, a = 2. */
void rs129_parity(const uint8_t lc[static DMR_LC_LEN], uint8_t parity[static RS129_PARITY_LEN])
{
	uint8_t rest[RS129_PARITY_LEN] = {0};
	for (size_t i = 0; i < DMR_LC_LEN; i++) {
		uint8_t lead = lc[i] ^ rest[0];
		rest[0] = rest[1] ^ multiply(lead, 0x0E);
		rest[1] = rest[2] ^ multiply(lead, 0x38);
		rest[2] = multiply(lead, 0x40);
	}
	for (size_t i = 0; i < RS129_PARITY_LEN; i++)
		parity[i] = rest[i];
}
