#include "dmr/bits.h"

uint32_t bits_get(const uint8_t *octets, size_t at, size_t count)
{
	size_t last = at + count - 1;
	uint64_t window = 0; /* 32 bits can lie across five octets */
	for (size_t i = at / 8; i <= last / 8; i++)
		window = window << 8 | octets[i];
	return (uint32_t)(window >> (7 - last % 8) & ((UINT64_C(1) << count) - 1));
}

void bits_put(uint8_t *octets, size_t at, size_t count, uint32_t value)
{
	while (count > 0) {
		size_t room = 8 - at % 8;
		size_t now = count < room ? count : room;
		unsigned mask = ((1u << now) - 1) << (room - now);
		unsigned part = value >> (count - now) << (room - now) & mask;
		octets[at / 8] = (uint8_t)((octets[at / 8] & ~mask) | part);
		at += now;
		count -= now;
	}
}

unsigned bits_count(uint32_t word)
{
	unsigned ones = 0;
	for (; word != 0; word &= word - 1)
		ones++;
	return ones;
}

bool bits_parity(uint32_t word)
{
	word ^= word >> 16;
	word ^= word >> 8;
	word ^= word >> 4;
	return 0x6996u >> (word & 15) & 1;
}
