/*
 * Time throughout the program: milliseconds of the monotonic clock, read once per turn by the two
 * loops and passed down as an argument.
 */
#ifndef BASE_TICK_H
#define BASE_TICK_H

#include <stdint.h>

typedef int64_t tick_t; /* ms */

#define TICK_NEVER INT64_MAX
#define TICK_LONG_AGO (-(TICK_NEVER / 4)) /* no difference to it overflows */
#define TICK_FAR (TICK_NEVER / 4)         /* likewise */
#define TICK_SECOND ((tick_t)1000)
#define TICK_MINUTE (60 * TICK_SECOND)

/* One that may be any number, as none that differs in time by more. */
static inline tick_t tick_bound(tick_t t)
{
	return t < TICK_LONG_AGO ? TICK_LONG_AGO : t > TICK_FAR ? TICK_FAR : t;
}

static inline tick_t tick_first(tick_t a, tick_t b)
{
	return a < b ? a : b;
}

/* For poll and epoll_wait: -1 = for ever. */
static inline int tick_wait_ms(tick_t wait)
{
	if (wait == TICK_NEVER)
		return -1;
	if (wait < 0)
		return 0;
	return wait > INT32_MAX ? INT32_MAX : (int)wait;
}

#endif
