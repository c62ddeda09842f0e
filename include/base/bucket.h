/*
 * Token bucket: `rate` tokens a second up to `depth`. Kept in thousandths of a
 * token, so it needs no division by time and no timer.
 */
#ifndef BASE_BUCKET_H
#define BASE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/tick.h"

struct bucket {
	tick_t last;
	int64_t milli; /* thousandths of a token in stock */
	bool used;     /* false: full, as claimed */
};

/* Takes one token; false when there is none. rate_milli = thousandths of a token per second. */
bool bucket_take(struct bucket *b, tick_t now, int64_t rate_milli, int64_t depth);

#endif
