#include "base/sha.h"

#include <string.h>

static void take_block(struct sha *s)
{
	uint32_t words[SHA_BLOCK_LEN / 4];

	for (size_t i = 0; i < SHA_BLOCK_LEN / 4; i++) {
		const uint8_t *b = s->block + 4 * i;
		words[i] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	}
	s->compress(s->state, words);
}

void sha_add(struct sha *s, const void *bytes, size_t len)
{
	const uint8_t *b = bytes;

	while (len > 0) {
		size_t filled = s->total % sizeof(s->block);
		size_t part = sizeof(s->block) - filled;
		if (part > len)
			part = len;
		memcpy(s->block + filled, b, part);
		s->total += part;
		b += part;
		len -= part;
		if (filled + part == sizeof(s->block))
			take_block(s);
	}
}

/* Section 5.1.1: one bit, zeros up to 56 octets of a block, the length in bits. */
void sha_end(struct sha *s, uint8_t *digest)
{
	static const uint8_t padding[SHA_BLOCK_LEN] = {0x80};
	uint64_t len_bits = s->total * 8;
	uint8_t length[8];

	for (size_t i = 0; i < 8; i++)
		length[i] = (uint8_t)(len_bits >> (56 - 8 * i));
	sha_add(s, padding, 1 + (119 - s->total % 64) % 64);
	sha_add(s, length, sizeof(length));
	for (size_t i = 0; i < s->digest_len; i++)
		digest[i] = (uint8_t)(s->state[i / 4] >> (24 - 8 * (i % 4)));
}

static uint32_t turn_left(uint32_t x, unsigned int by)
{
	return x << by | x >> (32 - by);
}

static uint32_t turn_right(uint32_t x, unsigned int by)
{
	return x >> by | x << (32 - by);
}

/* Section 6.1.2, step 1: the message schedule. */
static void sha1_spread(uint32_t w[static 80], const uint32_t block[static 16])
{
	memcpy(w, block, 16 * sizeof(w[0]));
	for (size_t i = 16; i < 80; i++)
		w[i] = turn_left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
}

/* Sections 4.1.1 and 4.2.1: the function of round `i`, with its constant. */
static uint32_t sha1_mix(size_t i, uint32_t b, uint32_t c, uint32_t d)
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
static void sha1_compress(uint32_t *state, const uint32_t block[static 16])
{
	uint32_t w[80], v[5];

	sha1_spread(w, block);
	memcpy(v, state, sizeof(v));
	for (size_t i = 0; i < 80; i++) {
		uint32_t t = turn_left(v[0], 5) + sha1_mix(i, v[1], v[2], v[3]) + v[4] + w[i];
		memmove(v + 1, v, 4 * sizeof(v[0]));
		v[2] = turn_left(v[2], 30);
		v[0] = t;
	}
	for (size_t i = 0; i < 5; i++)
		state[i] += v[i];
}

void sha1_begin(struct sha *s)
{
	*s = (struct sha){
		.compress = sha1_compress,
		.digest_len = SHA1_LEN,
		.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0},
	};
}

/* Section 4.2.2. */
static const uint32_t round_constant[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

/* Section 6.2.2, step 1: the message schedule. */
static void sha256_spread(uint32_t w[static 64], const uint32_t block[static 16])
{
	memcpy(w, block, 16 * sizeof(w[0]));
	for (size_t i = 16; i < 64; i++) {
		uint32_t s0 = turn_right(w[i - 15], 7) ^ turn_right(w[i - 15], 18) ^ w[i - 15] >> 3;
		uint32_t s1 = turn_right(w[i - 2], 17) ^ turn_right(w[i - 2], 19) ^ w[i - 2] >> 10;
		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
}

/* Section 6.2.2, steps 2 to 4; the working variables a..h of the standard are v[0..7]. */
static void sha256_compress(uint32_t *state, const uint32_t block[static 16])
{
	uint32_t w[64], v[8];

	sha256_spread(w, block);
	memcpy(v, state, sizeof(v));
	for (size_t i = 0; i < 64; i++) {
		uint32_t s1 = turn_right(v[4], 6) ^ turn_right(v[4], 11) ^ turn_right(v[4], 25);
		uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
		uint32_t t1 = v[7] + s1 + choice + round_constant[i] + w[i];
		uint32_t s0 = turn_right(v[0], 2) ^ turn_right(v[0], 13) ^ turn_right(v[0], 22);
		uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += t1;
		v[0] = t1 + s0 + majority;
	}
	for (size_t i = 0; i < 8; i++)
		state[i] += v[i];
}

void sha256_begin(struct sha *s)
{
	*s = (struct sha){
		.compress = sha256_compress,
		.digest_len = SHA256_LEN,
		.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
	                  0x1f83d9ab, 0x5be0cd19},
	};
}

bool digest_equal(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a, *y = b; /* volatile: the loop may not end early */
	uint8_t difference = 0;

	for (size_t i = 0; i < len; i++)
		difference |= x[i] ^ y[i];
	return difference == 0;
}
