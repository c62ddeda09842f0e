#include "core/step/step.h"

#include "base/cursor.h"

uint32_t core_random(struct core *core)
{
	uint32_t value;

	do {
		uint8_t turn[8];
		struct wr w = wr_make(turn, sizeof(turn));
		wr_u64(&w, core->random++);
		value = (uint32_t)siphash(core->secret, turn, sizeof(turn));
	} while (value == 0); /* never: once in four thousand million */
	return value;
}
