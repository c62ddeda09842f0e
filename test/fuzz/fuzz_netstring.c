/*
 * What a dashboard says, cut into netstrings: each is written again to the same octets.
 *
 * Decoder: wire/netstring.c
 */
#include <assert.h>
#include <string.h>

#include "wire/netstring.h"

#define PAYLOAD_MAX 64u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd stream = rd_make(data, size), payload;

	for (;;) {
		const uint8_t *begin = stream.at;
		uint8_t again[PAYLOAD_MAX + 8];
		struct wr w = wr_make(again, sizeof(again));
		if (netstring_take(&stream, PAYLOAD_MAX, &payload) != PARSE_OK) {
			assert(stream.at == begin);
			return 0;
		}
		netstring_write(&w, payload.at, rd_left(&payload));
		assert(wr_len(&w) == (size_t)(stream.at - begin));
		assert(memcmp(again, begin, wr_len(&w)) == 0);
	}
}
