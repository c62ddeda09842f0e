/*
 * Macros used everywhere.
 */
#ifndef BASE_UTIL_H
#define BASE_UTIL_H

#include <stddef.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define CACHE_LINE 64 /* octets; 32 on ARMv6, where it does no harm */

/* The result of a decoder or a system call wrapper must be used. */
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_at, first_at) __attribute__((format(printf, format_at, first_at)))

#endif
