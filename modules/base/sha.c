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
