/*
 * gzip decompression (RFC 1951, 1952), for our own data such as the page linked into the binary.
 * Damaged input returns false and never writes out of bounds.
 */
#ifndef BASE_INFLATE_H
#define BASE_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

/* Decompressed size according to the trailer; 0: too short to have one. */
size_t inflate_size(const void *gzip, size_t len);

/* Decompresses all of it into `out`. Headers with a file name or comment are not supported. */
MUST_CHECK bool inflate_gzip(const void *gzip, size_t len, void *out, size_t out_len);

#endif
