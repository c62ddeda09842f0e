/*
 * HMAC-SHA1 (RFC 2104). An initialised state is a prepared key: keep it, and hash with copies.
 */
#ifndef BASE_HMAC_H
#define BASE_HMAC_H

#include <stddef.h>
#include <stdint.h>

#include "base/sha.h"

struct hmac {
	struct sha inner;
	struct sha outer;
};

/* A key of any length; one longer than a SHA-1 block is replaced by its digest. */
void hmac_begin(struct hmac *h, const void *key, size_t len);
void hmac_add(struct hmac *h, const void *bytes, size_t len);
void hmac_end(struct hmac *h, uint8_t mac[static SHA1_LEN]);

#endif
