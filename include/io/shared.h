/*
 * Memory that parent and children share. Not POSIX, so each system has its own body
 * (shared_linux.c).
 */
#ifndef IO_SHARED_H
#define IO_SHARED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"

/* Zeroed; untouched pages cost nothing. NULL with errno. */
void *shared_claim(size_t len);

/* An anonymous file of that many zeros, closed on exec; -1 with errno. */
MUST_CHECK int shared_file(size_t len);

/* Maps that file; NULL with errno. */
void *shared_map(int fd, size_t len);

/* Sets whether children forked from now on inherit the memory; at first they do. False with errno.
 */
MUST_CHECK bool shared_inherit(void *at, size_t len, bool yes);

/* Zeroes it for all processes, and releases its pages. False with errno. */
MUST_CHECK bool shared_clear(void *at, size_t len);

/* This process writes to it no more. */
void shared_only_read(void *at, size_t len);

/* Unmaps it in this process only. */
void shared_release(void *at, size_t len);

#endif
