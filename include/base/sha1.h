/*
 * SHA-1 (FIPS 180-4). For HMAC on the mesh only, where its collisions do no harm; nothing new
 * should use it.
 */
#ifndef BASE_SHA1_H
#define BASE_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_LEN 20
#define SHA1_BLOCK_LEN 64

struct sha1 {
	uint32_t state[5];
	uint64_t total; /* octets taken in */
	uint8_t block[SHA1_BLOCK_LEN];
};

void sha1_begin(struct sha1 *s);
void sha1_add(struct sha1 *s, const void *bytes, size_t len);
void sha1_end(struct sha1 *s, uint8_t digest[static SHA1_LEN]);

#endif
