#include "report/model/clock.h"

bool clock_take(struct clock *c, tick_t before, int64_t wall_ms, tick_t after)
{
	int64_t offset = wall_ms - after, differs = offset - c->epoch_ms;

	c->now = after;
	if (after - before > CLOCK_PAUSE_MS ||
	    (differs <= CLOCK_SET_MS && differs >= -CLOCK_SET_MS))
		return false;
	c->epoch_ms = offset;
	return true;
}
