/*
 * Rows of a fixed-size table, their generations and their free list. Every table
 * row starts with a `struct pool_row`; a handle to a row that was given back finds
 * nothing. Rows are reused last in, first out, so a small server touches little
 * memory. Full: pool_take yields NULL, and the table's owner refuses the newest.
 */
#ifndef STATE_POOL_H
#define STATE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/handle.h"

#define POOL_NONE UINT32_MAX

struct pool_row {
	uint32_t index;
	uint32_t generation; /* odd while live, so handles are never zero */
	uint32_t next_free;
};

struct pool {
	const char *name;
	unsigned char *rows;
	size_t row_size;
	uint32_t capacity;
	uint32_t fresh; /* rows from here on were never used */
	uint32_t free;  /* first given-back row */
	uint32_t used;
	uint32_t high_water;
	uint64_t full_total; /* times it had no row to give */
};

void pool_open(struct pool *p, struct arena *arena, const char *name, uint32_t capacity,
               size_t row_size);

/* A zeroed live row, or NULL when full. */
void *pool_take(struct pool *p);
void pool_give(struct pool *p, void *given);

/* The live row a handle means, or NULL when it is gone. */
void *pool_get(const struct pool *p, struct handle h);

/* The row at an index, or NULL when it is not live. */
void *pool_at(const struct pool *p, uint32_t index);

/* The next live row after *at (start with POOL_NONE), for full scans; NULL at the end. */
void *pool_next(const struct pool *p, uint32_t *at);

static inline struct handle pool_handle(const struct pool_row *row)
{
	return (struct handle){row->index, row->generation};
}

#endif
