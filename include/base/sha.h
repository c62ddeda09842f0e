/*
 * SHA-1 and SHA-256 (FIPS 180-4). SHA-1 is for HMAC on the mesh only, where its collisions are
 * harmless; do not use it for anything new.
 */
#ifndef BASE_SHA_H
#define BASE_SHA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA_BLOCK_LEN 64
#define SHA_WORDS_MAX 8
#define SHA1_LEN 20
#define SHA256_LEN 32

/* Hashes one block, as words, into the state. */
typedef void sha_compress(uint32_t *state, const uint32_t block[static 16]);

struct sha {
	sha_compress *compress;
	uint32_t state[SHA_WORDS_MAX];
	size_t digest_len;
	uint64_t total; /* octets hashed */
	uint8_t block[SHA_BLOCK_LEN];
};

void sha1_begin(struct sha *s);
void sha256_begin(struct sha *s);
void sha_add(struct sha *s, const void *bytes, size_t len);

/* Writes the digest_len octets of the digest. */
void sha_end(struct sha *s, uint8_t *digest);

/* Compares secrets in constant time. */
bool digest_equal(const void *a, const void *b, size_t len);

#endif
