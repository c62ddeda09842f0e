/*
 * Rows of a fixed-size table, their generations and their free list. Every table row starts with a
 * `struct pool_row`; a handle to a row given back finds nothing. Rows are reused last in, first
 * out, so a small server touches little memory. Full: pool_take returns NULL, and the table's owner
 * refuses the newest.
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
	uint32_t kept; /* rows reserved beforehand, for uplinks */
	uint32_t high_water;
	uint64_t full_total; /* times it was full */
};

void pool_open(struct pool *p, struct arena *arena, const char *name, uint32_t capacity,
               size_t row_size);

/* Rows available to all. */
static inline uint32_t pool_size(const struct pool *p)
{
	return p->capacity - p->kept;
}

/* A zeroed live row, or NULL when full. */
void *pool_take(struct pool *p);

/* The same at an index of its own; NULL when that one is live, or beyond the capacity. */
void *pool_take_at(struct pool *p, uint32_t index);

void pool_give(struct pool *p, void *given);

/* Rows given back are taken in the order of their numbers from now on. */
void pool_sort(struct pool *p);

/* The live row of a handle, or NULL if it is gone. */
void *pool_get(const struct pool *p, struct handle h);

/* The row at an index, or NULL if it is not live. */
void *pool_at(const struct pool *p, uint32_t index);

/* The next live row after *at (start with POOL_NONE), for scans over several turns; NULL at the
 * end. */
void *pool_next(const struct pool *p, uint32_t *at);

/* The next live row after this one, which may have been given back since; NULL at the end. */
void *pool_after(const struct pool *p, const void *row);

/* All live rows; the body may give them back. */
#define POOL_EACH(type, x, pool) /* NOLINTNEXTLINE(bugprone-macro-parentheses) */                  \
	for (type x = pool_next(pool, &(uint32_t){POOL_NONE}); x; x = pool_after(pool, x))

/*
 * For a pool left by another process: takes the fixed values from `fresh`, opened with the same
 * sizes.
 */
void pool_attach(struct pool *p, const struct pool *fresh);

/* Are its counts, free list and row numbers consistent? */
bool pool_is_sound(const struct pool *p);

static inline struct handle pool_handle(const struct pool_row *row)
{
	return (struct handle){row->index, row->generation};
}

#endif
