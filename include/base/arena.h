/*
 * One block of zeroed memory, claimed at start, from which every table is cut.
 *
 * The same set-up code runs twice: first on a measuring arena (no block, every
 * cut is counted and yields NULL), then on a real one of exactly that size.
 * Nothing is ever given back. Named cuts are listed by `freedmr check`.
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
	void *claimed;        /* what the system gave; the block is its aligned part */
	size_t size;          /* of the block */
	size_t used;
	size_t cuts;
	struct arena_cut cut[ARENA_CUTS_MAX];
};

/* Makes a measuring arena: every cut yields NULL and is added up in `used`. */
void arena_measure(struct arena *arena);

/* Claims `size` zeroed bytes. False with errno when the system has not got them. */
bool arena_claim(struct arena *arena, size_t size);

/*
 * Cuts `rows` rows of `row_size` bytes, starting on a cache line, zeroed. NULL while measuring; on
 * a real arena the sizes were measured before, so too little room is a bug and yields NULL too.
 * `name` is static text; cuts of one name are added up in one row.
 */
void *arena_cut(struct arena *arena, const char *name, size_t rows, size_t row_size);

/* Gives the block back (tests, and the short-lived faces of the binary). */
void arena_release(struct arena *arena);

#endif
