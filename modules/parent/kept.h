/*
 * Descriptors that are passed from one binary to the next across exec: sockets, and the memory with
 * voice's state. An environment variable lists them, one per line: the number and what it is ("8
 * udp listener 0.0.0.0:62031").
 */
#ifndef PARENT_KEPT_H
#define PARENT_KEPT_H

#include <stdbool.h>

#include "base/text.h"

/* The descriptors that this process was started with. */
struct kept {
	char *lines; /* NULL: none */
};

/* Removes the variable from the environment. */
void kept_begin(struct kept *k);

/* The descriptor of that name, with close-on-exec set again; the caller owns it. -1 if there is
 * none. */
int kept_take(struct kept *k, const char *what);

/* Likewise for a name with that prefix, followed only by a number. */
int kept_take_sized(struct kept *k, const char *what, size_t *size);

/* Were there any? */
bool kept_any(const struct kept *k);

/* Closes those that were not taken. */
void kept_end(struct kept *k);

void kept_add(struct text *lines, int fd, const char *what);

/* Clears close-on-exec of the descriptors in these lines, or sets it again. False with errno. */
bool kept_pass(const char *lines, bool pass);

#endif
