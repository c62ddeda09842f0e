/*
 * Creates the new contents of a file that is replaced atomically.
 */
#ifndef IO_CREATE_H
#define IO_CREATE_H

#include <stdio.h>

/* Opens a new file of mode 0600, replacing anything at the path without following links. NULL with
 * errno. */
FILE *create_new(const char *path);

#endif
