#include "wire/source.h"

/* All kinds but clients: the highest four bits are the kind and this. */
#define KIND_BASE 12u
#define KIND_SHIFT 28

uint32_t source_number(struct source s)
{
	return s.kind == SOURCE_CLIENT ? s.index : (KIND_BASE + s.kind) << KIND_SHIFT | s.index;
}

struct source source_from_number(uint32_t number)
{
	uint32_t high = number >> KIND_SHIFT;

	if (high <= KIND_BASE)
		return source_client(number);
	return (struct source){(enum source_kind)(high - KIND_BASE), number - (high << KIND_SHIFT)};
}
