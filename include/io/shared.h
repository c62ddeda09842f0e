/*
 * Memory that parent and children share. Not POSIX, so each system has its own body
 * (shared_linux.c).
 */
#ifndef IO_SHARED_H
#define IO_SHARED_H

#include <stddef.h>

#include "base/util.h"

/* Zeroed; what is never touched costs nothing. NULL with errno. */
void *shared_claim(size_t len);

/* Gives it up in this process; the others keep it. */
void shared_release(void *at, size_t len);

#endif
