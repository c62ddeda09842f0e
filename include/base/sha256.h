/*
 * SHA-256 (FIPS 180-4).
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_LEN 32

struct sha256 {
	uint32_t state[8];
	uint64_t total; /* bytes taken in */
	uint8_t block[64];
};

void sha256_begin(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *bytes, size_t len);
void sha256_end(struct sha256 *s, uint8_t digest[static SHA256_LEN]);

/* Compares secrets in a time that does not depend on their contents. */
bool digest_equal(const void *a, const void *b, size_t len);

#endif
