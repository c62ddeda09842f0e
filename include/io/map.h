/*
 * A file as memory that is only read, and what shows that it has been replaced.
 */
#ifndef IO_MAP_H
#define IO_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

/* Two looks at an unchanged file are equal. */
struct map_stamp {
	uint64_t device, inode;
	int64_t size, changed_s, changed_ns;
};

struct map {
	void *octets; /* only to be read; NULL: nothing */
	size_t len;
};

/* What stands at the path now; false with errno. */
bool map_look(const char *path, struct map_stamp *out);
bool map_same(const struct map_stamp *a, const struct map_stamp *b);

/*
 * Maps a regular file of 1 to `max` octets after `piece` has been shown all of it: read, not
 * mapped, so that what is never looked up never becomes resident. False with errno. Whoever
 * shortens the file in place ends the process; files are to be replaced by a rename.
 */
typedef void map_piece(void *context, const void *octets, size_t len);
MUST_CHECK bool map_open(const char *path, size_t max, map_piece *piece, void *context,
                         struct map *out);
void map_close(struct map *m);

#endif
