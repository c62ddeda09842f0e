/*
 * What SHA-1 and SHA-256 have in common (FIPS 180-4): blocks of 64 octets, words of 32 bits, most
 * significant octet first, and how a message is filled up. base/sha1.h and base/sha256.h begin one.
 */
#ifndef BASE_SHA_H
#define BASE_SHA_H

#include <stddef.h>
#include <stdint.h>

#define SHA_BLOCK_LEN 64
#define SHA_WORDS_MAX 8

/* Takes one block, as words, into the state. */
typedef void sha_compress(uint32_t *state, const uint32_t block[static 16]);

struct sha {
	sha_compress *compress;
	uint32_t state[SHA_WORDS_MAX];
	size_t digest_len;
	uint64_t total; /* octets taken in */
	uint8_t block[SHA_BLOCK_LEN];
};

void sha_add(struct sha *s, const void *bytes, size_t len);

/* Writes the digest_len octets of the digest. */
void sha_end(struct sha *s, uint8_t *digest);

#endif
