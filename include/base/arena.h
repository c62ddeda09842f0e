/*
 * One block of zeroed memory, allocated at startup, from which every table is cut.
 *
 * The same set-up code runs twice: first on a measuring arena (no block, every cut is counted and
 * yields NULL), then on a real one of exactly that size. Cuts are never freed. `freedmr check`
 * lists them by name.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#define ARENA_CUTS_MAX 48

struct arena_cut {
	const char *name; /* static text */
	size_t bytes;
	size_t rows;
};

struct arena {
	unsigned char *block; /* NULL while measuring */
	void *claimed;        /* as allocated; the block is its aligned part */
	size_t size;          /* of the block */
	size_t used;
	size_t cuts;
	struct arena_cut cut[ARENA_CUTS_MAX];
};

/* Makes a measuring arena: every cut returns NULL and adds to `used`. */
void arena_measure(struct arena *arena);

/* Allocates `size` zeroed bytes. False with errno on failure. */
bool arena_claim(struct arena *arena, size_t size);

/*
 * Cuts go to `size` bytes at `block`, which starts on a cache line and stays its owner's. Cutting
 * writes nothing.
 */
void arena_lay(struct arena *arena, void *block, size_t size);

/*
 * Cuts `rows` rows of `row_size` bytes, starting on a cache line, zeroed. NULL while measuring. A
 * real arena has the measured size, so running out is a bug and returns NULL too. `name` is static
 * text; cuts of one name are added up in one row.
 */
void *arena_cut(struct arena *arena, const char *name, size_t rows, size_t row_size);

/* Frees the block (tests and short-lived subcommands). */
void arena_release(struct arena *arena);

#endif
