#include "base/bucket.h"

#define MICRO_PER_TOKEN INT64_C(1000000)
#define PAST_MAX (7 * 24 * 60 * TICK_MINUTE) /* so that elapsed * rate stays far from overflow */

bool bucket_take(struct bucket *b, tick_t now, int64_t rate_milli, int64_t depth)
{
	int64_t full = depth * MICRO_PER_TOKEN;
	tick_t elapsed = now - b->last;

	if (elapsed < 0)
		elapsed = 0;
	if (elapsed > PAST_MAX)
		elapsed = PAST_MAX;
	b->micro = b->used ? b->micro + elapsed * rate_milli : full;
	if (b->micro > full)
		b->micro = full;
	b->used = true;
	b->last = now;
	if (b->micro < MICRO_PER_TOKEN)
		return false;
	b->micro -= MICRO_PER_TOKEN;
	return true;
}
