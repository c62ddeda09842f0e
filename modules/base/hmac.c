#include "base/hmac.h"

#include <string.h>

#define INNER_PAD 0x36u
#define OUTER_PAD 0x5cu

static void begin_padded(struct sha *s, const uint8_t key[static SHA_BLOCK_LEN], unsigned pad)
{
	uint8_t block[SHA_BLOCK_LEN];

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (uint8_t)(key[i] ^ pad);
	sha1_begin(s);
	sha_add(s, block, sizeof(block));
}

void hmac_begin(struct hmac *h, const void *key, size_t len)
{
	uint8_t block[SHA_BLOCK_LEN] = {0};

	if (len > sizeof(block)) {
		sha1_begin(&h->inner);
		sha_add(&h->inner, key, len);
		sha_end(&h->inner, block);
	} else if (len > 0) {
		memcpy(block, key, len);
	}
	begin_padded(&h->inner, block, INNER_PAD);
	begin_padded(&h->outer, block, OUTER_PAD);
}

void hmac_add(struct hmac *h, const void *bytes, size_t len)
{
	sha_add(&h->inner, bytes, len);
}

void hmac_end(struct hmac *h, uint8_t mac[static SHA1_LEN])
{
	uint8_t digest[SHA1_LEN];

	sha_end(&h->inner, digest);
	sha_add(&h->outer, digest, sizeof(digest));
	sha_end(&h->outer, mac);
}
