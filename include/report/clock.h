/*
 * The time as the reporter's modules get it: read once per turn in report.c.
 */
#ifndef REPORT_CLOCK_H
#define REPORT_CLOCK_H

#include <stdint.h>

#include "base/tick.h"

struct clock {
	tick_t now;
	int64_t epoch_ms; /* wall-clock time minus tick */
};

#endif
