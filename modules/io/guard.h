/*
 * Mapped files that are truncated: missing pages read as zeros instead of killing the process
 * (SIGBUS). Not POSIX, so each system has its own body (guard_linux.c).
 */
#ifndef IO_GUARD_H
#define IO_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"

#define GUARD_MAX 4u /* at once */

/* False with errno. */
MUST_CHECK bool guard_add(const void *at, size_t len);
void guard_remove(const void *at);

#endif
