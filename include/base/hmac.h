/*
 * HMAC-SHA1 (RFC 2104). A begun one is the key made ready: keep it, and add to copies of it.
 */
#ifndef BASE_HMAC_H
#define BASE_HMAC_H

#include <stddef.h>
#include <stdint.h>

#include "base/sha1.h"

struct hmac {
	struct sha inner;
	struct sha outer;
};

/* A key of any length; one longer than a block of SHA-1 counts as its digest. */
void hmac_begin(struct hmac *h, const void *key, size_t len);
void hmac_add(struct hmac *h, const void *bytes, size_t len);
void hmac_end(struct hmac *h, uint8_t mac[static SHA1_LEN]);

#endif
