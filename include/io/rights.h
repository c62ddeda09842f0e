/*
 * The rights (capabilities) of a process that was started as root, or with some of them. Not POSIX,
 * so each system has its own body (rights_linux.c).
 */
#ifndef IO_RIGHTS_H
#define IO_RIGHTS_H

#include <stdbool.h>

#include "base/util.h"

/* Drops the bounding set. Call before changing the user. */
void rights_bound_none(void);

/* Drops every capability. -1 with errno. */
MUST_CHECK int rights_drop(void);

/*
 * Drops every capability except those to start and kill children of other users and to bind ports
 * below 1024, and the one to read any file if `path`, which a reload reads again, needs it. -1 with
 * errno.
 */
MUST_CHECK int rights_keep_few(const char *path);

#endif
