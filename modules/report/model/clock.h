/*
 * The time for the reporter's modules: read once per turn in report.c.
 *
 * Wall-clock time is a tick plus one offset, so a moment is always reported with the same time. The
 * offset changes only when the clock was set.
 */
#ifndef REPORT_CLOCK_H
#define REPORT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/tick.h"

#define CLOCK_SET_MS TICK_SECOND /* differs by more: the clock was set */
#define CLOCK_PAUSE_MS (TICK_SECOND / 100)

struct clock {
	tick_t now;
	int64_t epoch_ms; /* wall-clock time minus tick */
};

/*
 * Takes a wall-clock time that was read between two ticks. Ignores it if they are more than
 * CLOCK_PAUSE_MS apart. True: the clock was set, and epoch_ms has changed.
 */
bool clock_take(struct clock *c, tick_t before, int64_t wall_ms, tick_t after);

#endif
