/*
 * Stream sockets in the file system.
 */
#ifndef IO_UNIX_H
#define IO_UNIX_H

#include "base/util.h"

/*
 * Listens at `path`, mode 0660, non-blocking. The socket file of a dead server (connect fails) is
 * replaced; a live server gives -1 and EADDRINUSE. Another kind of file is never removed. -1 with
 * errno.
 */
MUST_CHECK int unix_listen(const char *path);

/* Accepts the next connection, non-blocking; -1 with errno (EAGAIN: none waits). */
MUST_CHECK int unix_accept(int fd);

/* Connects; the descriptor blocks. -1 with errno. */
MUST_CHECK int unix_connect(const char *path);

#endif
