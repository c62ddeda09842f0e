#include "report/service.h"

/* Above the index; zero there means a tag of the loop itself. */
#define SERVICE_BITS 16

const char *service_name(enum service service)
{
	switch (service) {
	case SERVICE_CONTROL:
		return "control";
	case SERVICE_HTTP:
		return "http";
	case SERVICE_LEGACY:
		return "legacy";
	case SERVICES:
		break;
	}
	return "?";
}

uint64_t service_tag(enum service service, uint32_t generation, uint16_t index)
{
	return (uint64_t)generation << 32 | ((uint64_t)service + 1) << SERVICE_BITS | index;
}

enum service service_of(uint64_t tag)
{
	uint32_t number = (uint32_t)tag >> SERVICE_BITS;

	return number == 0 || number > SERVICES ? SERVICES : (enum service)(number - 1);
}

uint32_t service_generation(uint64_t tag)
{
	return (uint32_t)(tag >> 32);
}

uint16_t service_index(uint64_t tag)
{
	return (uint16_t)tag;
}
