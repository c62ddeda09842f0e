#include "core/step/kind.h"

const struct pool *kind_pool(const struct core *core, enum kind kind)
{
	return (const void *)((const unsigned char *)core + kinds[kind].pool);
}

struct pool *kind_pool_of(struct core *core, enum kind kind)
{
	return (void *)((unsigned char *)core + kinds[kind].pool);
}

#define KIND_CAPACITY(name, pool, type, rows, ...)                                                 \
	case KIND_##name:                                                                          \
		return rows;

uint32_t kind_capacity(enum kind kind, const struct conf_limits *limits)
{
	switch (kind) {
		KINDS_OF_ROWS(KIND_CAPACITY)
	case KINDS:
		break;
	}
	return 0;
}
