/*
 * SipHash-2-4 (Aumasson, Bernstein 2012): keyed 64-bit hash for hash tables,
 * rate-limit buckets, login challenges and the state hash.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	uint64_t k0, k1;
};

struct siphash_key siphash_key_from(const uint8_t bytes[static 16]);
uint64_t siphash(struct siphash_key key, const void *bytes, size_t len);

#endif
