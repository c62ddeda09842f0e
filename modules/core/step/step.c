#include "core/step/step.h"

uint32_t core_random(struct core *core)
{
	uint32_t value;

	do {
		uint64_t turn = core->random++;
		value = (uint32_t)siphash(core->secret, &turn, sizeof(turn));
	} while (value == 0); /* never: once in four thousand million */
	return value;
}
