/*
 * Token bucket: `rate` tokens a second up to `depth`. A rate in thousandths of a token per second
 * times elapsed milliseconds gives millionths of a token: no division, no rounding loss however
 * often it is called, no timer. All zero = never used = full.
 */
#ifndef BASE_BUCKET_H
#define BASE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/tick.h"

struct bucket {
	tick_t last;
	int64_t micro; /* millionths of a token in stock */
	uint8_t used;  /* 0: full, as allocated. No bool: it may come with the octets of a row */
};

/*
 * Takes one token; false when there is none. rate_milli = thousandths of a token per second (up to
 * 10^9), depth = whole tokens (up to 10^9). A clock that steps back refills nothing.
 */
bool bucket_take(struct bucket *b, tick_t now, int64_t rate_milli, int64_t depth);

/* Is the bucket full, as if never used? */
bool bucket_is_full(const struct bucket *b, tick_t now, int64_t rate_milli, int64_t depth);

#endif
