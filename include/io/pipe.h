/*
 * Pipes and socket pairs between our processes: non-blocking, closed on exec. A write
 * of at most PIPE_BUF octets to a pipe is all or nothing.
 */
#ifndef IO_PIPE_H
#define IO_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/util.h"

/* Makes a descriptor non-blocking and closed on exec. -1 with errno. */
MUST_CHECK int pipe_prepare(int fd);

/* ends[0] is read, ends[1] is written. -1 with errno, nothing left open. */
MUST_CHECK int pipe_open(int ends[static 2]);

/*
 * Two ends, both readable and writable, that keep message boundaries: one take reads what one put
 * wrote; the part that does not fit in `buf` is lost. -1 with errno, nothing left open.
 */
MUST_CHECK int pipe_pair(int ends[static 2]);

/* Writes all of at most PIPE_BUF octets, or nothing and false with errno (EAGAIN: full). */
bool pipe_put(int fd, const void *bytes, size_t len);

/*
 * Reads up to `cap` octets. Returns the length; 0: nothing now; -1: end of file (errno 0) or an
 * error.
 */
ssize_t pipe_take(int fd, void *buf, size_t cap);

/* Likewise with a descriptor over a socket pair: -1 = none. The receiver closes it. */
bool pipe_put_with(int fd, const void *bytes, size_t len, int handed);
ssize_t pipe_take_with(int fd, void *buf, size_t cap, int *handed);

#endif
