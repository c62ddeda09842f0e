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

/* A row that was never used is still zeroed by the arena. */
static struct pool_row *fresh_row(struct pool *p)
{
	struct pool_row *row = row_at(p, p->fresh);
	row->index = p->fresh++;
	return row;
}

static struct pool_row *used_row(struct pool *p)
{
	struct pool_row *row = row_at(p, p->free);
	unsigned char *bytes = (void *)row;
	struct pool_row kept = *row;

	p->free = row->next_free;
	for (size_t i = 0; i < p->row_size; i++)
		bytes[i] = 0;
	row->index = kept.index;
	row->generation = kept.generation;
	return row;
}

static struct pool_row *begin(struct pool *p, struct pool_row *row)
{
	row->generation++;
	p->used++;
	if (p->used > p->high_water)
		p->high_water = p->used;
	return row;
}

void *pool_take(struct pool *p)
{
	if (p->used >= pool_size(p)) {
		p->full_total++;
		return NULL;
	}
	return begin(p, p->free == POOL_NONE ? fresh_row(p) : used_row(p));
}

/* Removes the row from the free list; it must be there. */
static void put_first(struct pool *p, uint32_t index)
{
	uint32_t *link = &p->free;

	while (*link != index)
		link = &row_at(p, *link)->next_free;
	*link = row_at(p, index)->next_free;
	row_at(p, index)->next_free = p->free;
	p->free = index;
}

void *pool_take_at(struct pool *p, uint32_t index)
{
	if (index >= p->capacity || pool_at(p, index))
		return NULL;
	while (p->fresh <= index) {
		struct pool_row *row = fresh_row(p);
		row->next_free = p->free;
		p->free = row->index;
	}
	put_first(p, index);
	return begin(p, used_row(p));
}

void pool_give(struct pool *p, void *given)
{
	struct pool_row *row = given;

	row->generation++;
	row->next_free = p->free;
	p->free = row->index;
	p->used--;
}

void pool_sort(struct pool *p)
{
	p->free = POOL_NONE;
	for (uint32_t i = p->fresh; i-- > 0;)
		if (!is_live(row_at(p, i))) {
			row_at(p, i)->next_free = p->free;
			p->free = i;
		}
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

void *pool_after(const struct pool *p, const void *row)
{
	uint32_t at = ((const struct pool_row *)row)->index;

	return pool_next(p, &at);
}

void pool_attach(struct pool *p, const struct pool *fresh)
{
	p->name = fresh->name;
	p->rows = fresh->rows;
	p->row_size = fresh->row_size;
	p->capacity = fresh->capacity;
}

static bool free_list_is_sound(const struct pool *p)
{
	uint32_t at = p->free;

	for (uint32_t i = p->used; i < p->fresh; i++) {
		if (at >= p->fresh || is_live(row_at(p, at)))
			return false;
		at = row_at(p, at)->next_free;
	}
	return at == POOL_NONE;
}

bool pool_is_sound(const struct pool *p)
{
	uint32_t live = 0;

	if (p->fresh > p->capacity || p->used > p->fresh)
		return false;
	for (uint32_t i = 0; i < p->fresh; i++) {
		if (row_at(p, i)->index != i)
			return false;
		live += is_live(row_at(p, i));
	}
	return live == p->used && free_list_is_sound(p);
}
