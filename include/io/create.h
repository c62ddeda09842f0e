/*
 * Creates files of mode 0600: new ones, and the new contents of one that is replaced atomically.
 * Each gives NULL with errno if it cannot.
 */
#ifndef IO_CREATE_H
#define IO_CREATE_H

#include <stdio.h>

/* Where there is nothing yet. */
FILE *create_first(const char *path);

/* Replaces anything at the path, without following links. */
FILE *create_new(const char *path);

#define CREATE_PATH_MAX 4104u /* of the longest path and its seven characters */

/* In the directory of `path` under an unused name, which is written to `beside`: that of `path`,
 * cut where it has to be, and seven characters. */
FILE *create_beside(const char *path, char beside[static CREATE_PATH_MAX]);

#endif
