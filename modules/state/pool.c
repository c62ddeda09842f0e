#include "state/pool.h"

static struct pool_row *row_at(const struct pool *p, uint32_t index)
{
	return (struct pool_row *)(void *)(p->rows + (size_t)index * p->row_size);
}

static bool is_live(const struct pool_row *row)
{
	return row->generation & 1;
}

void pool_open(struct pool *p, struct arena *arena, const char *name, uint32_t capacity,
               size_t row_size)
{
	row_size = (row_size + 15) & ~(size_t)15;
	*p = (struct pool){
		.name = name,
		.rows = arena_cut(arena, name, capacity, row_size),
		.row_size = row_size,
		.capacity = capacity,
		.free = POOL_NONE,
	};
}

void *pool_take(struct pool *p)
{
	uint32_t index = p->free;

	if (index == POOL_NONE) {
		if (p->fresh == p->capacity) {
			p->full_total++;
			return NULL;
		}
		index = p->fresh++;
	} else {
		p->free = row_at(p, index)->next_free;
	}

	struct pool_row *row = row_at(p, index);
	uint32_t generation = row->generation + 1;
	unsigned char *bytes = p->rows + (size_t)index * p->row_size;
	for (size_t i = 0; i < p->row_size; i++)
		bytes[i] = 0;
	row->index = index;
	row->generation = generation;
	p->used++;
	if (p->used > p->high_water)
		p->high_water = p->used;
	return row;
}

void pool_give(struct pool *p, void *given)
{
	struct pool_row *row = given;

	row->generation++;
	row->next_free = p->free;
	p->free = row->index;
	p->used--;
}

void *pool_get(const struct pool *p, struct handle h)
{
	if (h.generation == 0 || h.index >= p->fresh)
		return NULL;
	struct pool_row *row = row_at(p, h.index);
	return row->generation == h.generation ? row : NULL;
}

void *pool_at(const struct pool *p, uint32_t index)
{
	return index < p->fresh && is_live(row_at(p, index)) ? row_at(p, index) : NULL;
}

void *pool_next(const struct pool *p, uint32_t *at)
{
	for (uint32_t i = *at + 1; i < p->fresh; i++) {
		if (is_live(row_at(p, i))) {
			*at = i;
			return row_at(p, i);
		}
	}
	return NULL;
}
