#include "report/outlet.h"

/* Above the index; tags with zeros there are the loop's own. */
#define OUTLET_BITS 16

const char *outlet_name(enum outlet outlet)
{
	switch (outlet) {
	case OUTLET_CONTROL:
		return "control";
	case OUTLET_HTTP:
		return "http";
	case OUTLET_LEGACY:
		return "legacy";
	case OUTLET_OUTLETS:
		break;
	}
	return "?";
}

uint64_t outlet_tag(enum outlet outlet, uint32_t generation, uint16_t index)
{
	return (uint64_t)generation << 32 | ((uint64_t)outlet + 1) << OUTLET_BITS | index;
}

enum outlet outlet_of(uint64_t tag)
{
	uint32_t number = (uint32_t)tag >> OUTLET_BITS;

	return number == 0 || number > OUTLET_OUTLETS ? OUTLET_OUTLETS : (enum outlet)(number - 1);
}

uint32_t outlet_generation(uint64_t tag)
{
	return (uint32_t)(tag >> 32);
}

uint16_t outlet_index(uint64_t tag)
{
	return (uint16_t)tag;
}
