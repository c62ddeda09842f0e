/*
 * A file mapped read-only, and an identity that changes when it is replaced.
 */
#ifndef IO_MAP_H
#define IO_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

/* Equal for an unchanged file. */
struct map_stamp {
	uint64_t device, inode;
	int64_t size, changed_s, changed_ns;
};

struct map {
	void *octets; /* only to be read; NULL: nothing */
	size_t len;
};

/* The identity of the file at the path; false with errno. */
bool map_look(const char *path, struct map_stamp *out);
bool map_same(const struct map_stamp *a, const struct map_stamp *b);

/*
 * Maps a regular file of 1 to `max` octets after passing all of it to `piece`, if any (by read, so
 * that pages never looked up never become resident). False with errno. If the file is truncated
 * later, the missing part reads as zeros; replace files by rename.
 */
typedef void map_piece(void *context, const void *octets, size_t len);
MUST_CHECK bool map_open(const char *path, size_t max, map_piece *piece, void *context,
                         struct map *out);
void map_close(struct map *m);

#endif
