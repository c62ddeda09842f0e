/*
 * Streaming gzip compression (RFC 1951, 1952) in one block with the fixed codes: repetitive JSON
 * rows shrink to a fifth.
 *
 * One owner; only deflate.c looks inside.
 */
#ifndef BASE_DEFLATE_H
#define BASE_DEFLATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define DEFLATE_WINDOW 8192u /* longest match distance */
#define DEFLATE_HEADS 1024u
#define DEFLATE_AROUND 32u /* octets of header and trailer */
#define DEFLATE_OUT(len)                                                                           \
	((len) + (len) / 8 + DEFLATE_AROUND) /* worst-case output for `len` octets */

struct deflate {
	uint32_t crc;
	uint32_t total;
	uint32_t bits; /* pending bits, lowest first */
	unsigned bit_count;
	size_t len;                   /* octets in the window */
	uint16_t head[DEFLATE_HEADS]; /* one past where four octets with this hash were last seen; 0
	                                 = nowhere */
	uint8_t window[DEFLATE_WINDOW];
};

/* Write the header, a piece of any length, the trailer. */
void deflate_begin(struct deflate *d, struct text *out);
void deflate_put(struct deflate *d, const void *octets, size_t len, struct text *out);
void deflate_end(struct deflate *d, struct text *out);

#endif
