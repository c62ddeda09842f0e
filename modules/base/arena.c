#include "base/arena.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

void arena_measure(struct arena *arena)
{
	*arena = (struct arena){.block = NULL};
}

bool arena_claim(struct arena *arena, size_t size)
{
	*arena = (struct arena){.size = size};
	if (size > SIZE_MAX - CACHE_LINE) {
		errno = ENOMEM;
		return false;
	}
	/* Pages of a large calloc block cost memory only once used. */
	arena->claimed = calloc(1, size + CACHE_LINE);
	if (!arena->claimed)
		return false;
	arena->block = arena->claimed;
	arena->block += (CACHE_LINE - (uintptr_t)arena->block % CACHE_LINE) % CACHE_LINE;
	return true;
}

void arena_lay(struct arena *arena, void *block, size_t size)
{
	*arena = (struct arena){.block = block, .size = size};
}

/* A table whose size overflows is measured as SIZE_MAX, which cannot be allocated. */
static size_t cut_end(size_t used, size_t rows, size_t row_size)
{
	if (row_size && rows > SIZE_MAX / row_size)
		return SIZE_MAX;
	size_t bytes = rows * row_size;
	if (bytes > SIZE_MAX - (CACHE_LINE - 1))
		return SIZE_MAX;
	bytes = (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
	return bytes > SIZE_MAX - used ? SIZE_MAX : used + bytes;
}

/* Records the cut for `freedmr check`; names past the end of the list still count in `used`. */
static void list_cut(struct arena *arena, const char *name, size_t rows, size_t bytes)
{
	size_t i = 0;

	while (i < arena->cuts && strcmp(arena->cut[i].name, name) != 0)
		i++;
	if (i == ARENA_CUTS_MAX)
		return;
	if (i == arena->cuts)
		arena->cut[arena->cuts++] = (struct arena_cut){.name = name};
	arena->cut[i].rows += rows;
	arena->cut[i].bytes += bytes;
}

void *arena_cut(struct arena *arena, const char *name, size_t rows, size_t row_size)
{
	size_t start = arena->used;
	size_t end = cut_end(start, rows, row_size);

	if (arena->block && end > arena->size)
		return NULL;
	arena->used = end;
	list_cut(arena, name, rows, end - start);
	return arena->block ? arena->block + start : NULL;
}

void arena_release(struct arena *arena)
{
	free(arena->claimed);
	arena_measure(arena);
}
