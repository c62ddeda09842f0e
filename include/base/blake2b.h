/*
 * BLAKE2b (RFC 7693), keyed or unkeyed, sequential, without salt or personalisation. Digest and key
 * lengths enter the result: a short digest is not a prefix of a long one, and a key padded with
 * zeros is a different key. An initialised state can be kept as a prepared key and copied.
 */
#ifndef BASE_BLAKE2B_H
#define BASE_BLAKE2B_H

#include <stddef.h>
#include <stdint.h>

#define BLAKE2B_LEN_MAX 64
#define BLAKE2B_KEY_MAX 64
#define BLAKE2B_BLOCK_LEN 128

struct blake2b {
	uint64_t state[8];
	uint64_t total; /* octets compressed; never near 2^64 here */
	size_t filled;  /* of the block */
	size_t digest_len;
	uint8_t block[BLAKE2B_BLOCK_LEN];
};

/* digest_len 1..64, key_len 0..64. */
void blake2b_begin(struct blake2b *s, size_t digest_len, const void *key, size_t key_len);
void blake2b_add(struct blake2b *s, const void *bytes, size_t len);

/* Writes the digest_len octets of the digest. */
void blake2b_end(struct blake2b *s, uint8_t *digest);

#endif
