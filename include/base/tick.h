/*
 * Time as the whole program sees it: milliseconds of the monotonic clock.
 * It is read once per turn by the two loops and handed down as an argument.
 */
#ifndef BASE_TICK_H
#define BASE_TICK_H

#include <stdint.h>

typedef int64_t tick_t; /* ms */

#define TICK_NEVER INT64_MAX
#define TICK_LONG_AGO (-(TICK_NEVER / 4)) /* no difference to it overflows */
#define TICK_SECOND ((tick_t)1000)
#define TICK_MINUTE (60 * TICK_SECOND)

#endif
