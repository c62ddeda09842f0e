/*
 * A reference to a table row that can be kept while rows come and go. The row's generation rises
 * when it is released, so a stale handle resolves to nothing. All zero = none: generations of live
 * rows start at 1.
 */
#ifndef BASE_HANDLE_H
#define BASE_HANDLE_H

#include <stdbool.h>
#include <stdint.h>

struct handle {
	uint32_t index;
	uint32_t generation;
};

#define HANDLE_NONE ((struct handle){0, 0})

static inline bool handle_equal(struct handle a, struct handle b)
{
	return a.index == b.index && a.generation == b.generation;
}

static inline bool handle_is_none(struct handle a)
{
	return a.generation == 0;
}

#endif
