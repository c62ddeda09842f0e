/*
 * Text for people and files, on the streams of the libc; the format is that of base/text.h.
 */
#ifndef IO_PRINT_H
#define IO_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/util.h"

#define PRINT_MAX 4608u /* octets at once: two words around a path */

/* False if not all was written: the stream failed, or the text is longer than that. */
bool print(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);

/* Says on standard error what errno has about something: "FACE: OF: No such file or directory". */
void print_errno(const char *face, const char *of);

#endif
