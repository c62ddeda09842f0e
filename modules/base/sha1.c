#include "base/sha1.h"

#include <string.h>

static uint32_t turn(uint32_t x, unsigned int by)
{
	return x << by | x >> (32 - by);
}

/* FIPS 180-4 section 6.1.2, step 1: the message schedule. */
static void spread(uint32_t w[static 80], const uint32_t block[static 16])
{
	memcpy(w, block, 16 * sizeof(w[0]));
	for (size_t i = 16; i < 80; i++)
		w[i] = turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
}

/* Sections 4.1.1 and 4.2.1: the function of round `i`, with its constant. */
static uint32_t mix(size_t i, uint32_t b, uint32_t c, uint32_t d)
{
	switch (i / 20) {
	case 0:
		return ((b & c) ^ (~b & d)) + 0x5a827999;
	case 1:
		return (b ^ c ^ d) + 0x6ed9eba1;
	case 2:
		return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
	default:
		return (b ^ c ^ d) + 0xca62c1d6;
	}
}

/* Section 6.1.2, steps 2 to 4; the working variables a..e of the standard are v[0..4]. */
static void compress(uint32_t *state, const uint32_t block[static 16])
{
	uint32_t w[80], v[5];

	spread(w, block);
	memcpy(v, state, sizeof(v));
	for (size_t i = 0; i < 80; i++) {
		uint32_t t = turn(v[0], 5) + mix(i, v[1], v[2], v[3]) + v[4] + w[i];
		memmove(v + 1, v, 4 * sizeof(v[0]));
		v[2] = turn(v[2], 30);
		v[0] = t;
	}
	for (size_t i = 0; i < 5; i++)
		state[i] += v[i];
}

void sha1_begin(struct sha *s)
{
	*s = (struct sha){
		.compress = compress,
		.digest_len = SHA1_LEN,
		.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0},
	};
}
