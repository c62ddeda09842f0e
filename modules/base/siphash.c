#include "base/siphash.h"

static uint64_t le64(const uint8_t *b)
{
	uint64_t v = 0;

	for (size_t i = 8; i-- > 0;)
		v = v << 8 | b[i];
	return v;
}

static uint64_t turn(uint64_t x, unsigned int by)
{
	return x << by | x >> (64 - by);
}

static void rounds(uint64_t v[static 4], int count)
{
	while (count-- > 0) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = turn(v[1], 13) ^ v[0];
		v[3] = turn(v[3], 16) ^ v[2];
		v[0] = turn(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = turn(v[1], 17) ^ v[2];
		v[3] = turn(v[3], 21) ^ v[0];
		v[2] = turn(v[2], 32);
	}
}

static void absorb(uint64_t v[static 4], uint64_t word)
{
	v[3] ^= word;
	rounds(v, 2);
	v[0] ^= word;
}

struct siphash_key siphash_key_from(const uint8_t bytes[static 16])
{
	return (struct siphash_key){.k0 = le64(bytes), .k1 = le64(bytes + 8)};
}

uint64_t siphash(struct siphash_key key, const void *bytes, size_t len)
{
	/* The paper's constants, "somepseudorandomlygeneratedbytes". */
	uint64_t v[4] = {
		key.k0 ^ 0x736f6d6570736575,
		key.k1 ^ 0x646f72616e646f6d,
		key.k0 ^ 0x6c7967656e657261,
		key.k1 ^ 0x7465646279746573,
	};
	const uint8_t *b = bytes;
	uint64_t last = (uint64_t)len << 56; /* the tail, with the length in its top octet */
	size_t tail = len % 8;

	for (size_t i = 0; i + 8 <= len; i += 8)
		absorb(v, le64(b + i));
	for (size_t i = 0; i < tail; i++)
		last |= (uint64_t)b[len - tail + i] << (8 * i);
	absorb(v, last);
	v[2] ^= 0xff;
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
