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
 * Two ends, both read and written. What one put writes one take reads: a message, whole or not at
 * all; what of it finds no room in `buf` is lost. -1 with errno, nothing left open.
 */
MUST_CHECK int pipe_pair(int ends[static 2]);

/* Writes all of at most PIPE_BUF octets, or nothing and false with errno (EAGAIN: full). */
bool pipe_put(int fd, const void *bytes, size_t len);

/*
 * Reads what there is, up to `cap`. Returns its length; 0: nothing is there now; -1: the end
 * (errno 0) or a fault.
 */
ssize_t pipe_take(int fd, void *buf, size_t cap);

#endif
