#include "base/blake2b.h"

#include <stdbool.h>
#include <string.h>

/* RFC 7693 section 2.6. */
static const uint64_t start[8] = {
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* Section 2.7: the message schedule; rounds 10 and 11 are as 0 and 1. */
static const uint8_t sigma[10][16] = {
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	{14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
	{11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
	{7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
	{9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
	{2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
	{12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
	{13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
	{6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
	{10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static uint64_t turn(uint64_t x, unsigned int by)
{
	return x >> by | x << (64 - by);
}

/* Section 3.1: mixes two words into one column or diagonal of the work area. */
static void mix(uint64_t v[static 16], const uint8_t at[static 4], uint64_t x, uint64_t y)
{
	uint64_t *a = &v[at[0]], *b = &v[at[1]], *c = &v[at[2]], *d = &v[at[3]];

	*a += *b + x;
	*d = turn(*d ^ *a, 32);
	*c += *d;
	*b = turn(*b ^ *c, 24);
	*a += *b + y;
	*d = turn(*d ^ *a, 16);
	*c += *d;
	*b = turn(*b ^ *c, 63);
}

/* Puts the block into `m`, which is zero, as words, least octet first. */
static void spread(uint64_t m[static 16], const uint8_t block[static BLAKE2B_BLOCK_LEN])
{
	for (size_t i = 0; i < 16; i++)
		for (size_t octet = 8; octet-- > 0;)
			m[i] = m[i] << 8 | block[8 * i + octet];
}

/* Section 3.2, after `total` has grown by what is in the block. */
static void compress(struct blake2b *s, bool last)
{
	static const uint8_t lines[8][4] = {
		{0, 4, 8, 12},  {1, 5, 9, 13},  {2, 6, 10, 14}, {3, 7, 11, 15}, /* columns */
		{0, 5, 10, 15}, {1, 6, 11, 12}, {2, 7, 8, 13},  {3, 4, 9, 14},  /* diagonals */
	};
	uint64_t v[16], m[16] = {0};

	spread(m, s->block);
	memcpy(v, s->state, sizeof(s->state));
	memcpy(v + 8, start, sizeof(start));
	v[12] ^= s->total;
	v[14] = last ? ~v[14] : v[14];
	for (size_t round = 0; round < 12; round++) {
		const uint8_t *word = sigma[round % 10];
		for (size_t i = 0; i < 8; i++)
			mix(v, lines[i], m[word[2 * i]], m[word[2 * i + 1]]);
	}
	for (size_t i = 0; i < 8; i++)
		s->state[i] ^= v[i] ^ v[i + 8];
}

/* Section 2.5: of the parameter block only digest, key, fanout 1 and depth 1 are set. */
void blake2b_begin(struct blake2b *s, size_t digest_len, const void *key, size_t key_len)
{
	*s = (struct blake2b){.digest_len = digest_len};
	memcpy(s->state, start, sizeof(start));
	s->state[0] ^= 0x01010000u | (uint64_t)key_len << 8 | digest_len;
	if (key_len > 0) { /* the key, padded with zeros, is the first block */
		memcpy(s->block, key, key_len);
		s->filled = sizeof(s->block);
	}
}

/* A full block is held until more arrives: the last block is compressed differently. */
void blake2b_add(struct blake2b *s, const void *bytes, size_t len)
{
	const uint8_t *b = bytes;

	while (len > 0) {
		if (s->filled == sizeof(s->block)) {
			s->total += s->filled;
			compress(s, false);
			s->filled = 0;
		}
		size_t part = sizeof(s->block) - s->filled;
		if (part > len)
			part = len;
		memcpy(s->block + s->filled, b, part);
		s->filled += part;
		b += part;
		len -= part;
	}
}

void blake2b_end(struct blake2b *s, uint8_t *digest)
{
	memset(s->block + s->filled, 0, sizeof(s->block) - s->filled);
	s->total += s->filled;
	compress(s, true);
	for (size_t i = 0; i < s->digest_len; i++)
		digest[i] = (uint8_t)(s->state[i / 8] >> 8 * (i % 8));
}
