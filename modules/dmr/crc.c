#include "dmr/crc.h"

#include "dmr/bits.h"

uint16_t crc_ccitt(const uint8_t *octets, size_t len)
{
	unsigned rest = 0;
	for (size_t i = 0; i < len; i++) {
		rest ^= (unsigned)octets[i] << 8;
		for (int bit = 0; bit < 8; bit++)
			rest = rest << 1 ^ ((rest & 0x8000) != 0 ? 0x1021u : 0);
	}
	return (uint16_t)~rest;
}

bool crc_holds(const uint8_t block[static DMR_BLOCK_LEN], uint16_t mask)
{
	return (crc_ccitt(block, 10) ^ mask) == (int)bits_get(block, 80, 16);
}

uint8_t checksum5(const uint8_t lc[static DMR_LC_LEN])
{
	unsigned sum = 0;
	for (size_t i = 0; i < DMR_LC_LEN; i++)
		sum += lc[i];
	return (uint8_t)(sum % 31);
}
