#include "base/bucket.h"

#define MICRO_PER_TOKEN INT64_C(1000000)
#define PAST_MAX (7 * 24 * 60 * TICK_MINUTE) /* so that elapsed * rate stays far from overflow */

/* In millionths of a token. */
static int64_t stock(const struct bucket *b, tick_t now, int64_t rate_milli, int64_t depth)
{
	int64_t full = depth * MICRO_PER_TOKEN;
	tick_t elapsed = 0;

	if (!b->used || b->micro >= full)
		return full;
	if (b->last < now)
		elapsed = b->last < now - PAST_MAX ? PAST_MAX : now - b->last;
	int64_t micro = b->micro + elapsed * rate_milli;
	return micro > full ? full : micro;
}

bool bucket_take(struct bucket *b, tick_t now, int64_t rate_milli, int64_t depth)
{
	b->micro = stock(b, now, rate_milli, depth);
	b->used = true;
	b->last = now;
	if (b->micro < MICRO_PER_TOKEN)
		return false;
	b->micro -= MICRO_PER_TOKEN;
	return true;
}

bool bucket_is_full(const struct bucket *b, tick_t now, int64_t rate_milli, int64_t depth)
{
	return stock(b, now, rate_milli, depth) == depth * MICRO_PER_TOKEN;
}
