/*
 * Landlock: kernel rules on files, ports and signals that a process imposes on itself. Each system
 * has its own body (landlock_linux.c).
 */
#ifndef IO_LANDLOCK_H
#define IO_LANDLOCK_H

#include "io/sandbox.h"

/* The version that the kernel has; 0 = none. */
int landlock_version(void);

/* Allows only what is in `s`, as far as the version supports it. -1 with errno. */
MUST_CHECK int landlock_enter(const struct sandbox *s);

#endif
