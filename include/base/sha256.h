/*
 * SHA-256 (FIPS 180-4).
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stdbool.h>

#include "base/sha.h"

#define SHA256_LEN 32

void sha256_begin(struct sha *s);

/* Compares secrets in a time that does not depend on their contents. */
bool digest_equal(const void *a, const void *b, size_t len);

#endif
