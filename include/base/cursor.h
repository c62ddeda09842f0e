/*
 * Bounded reader and writer for wire formats, big-endian. The first short read marks the reader
 * bad, and it returns zeros from then on; a parser checks once, at its end. A writer that runs out
 * of room is bad too, and its bytes must not be sent.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

struct rd {
	const uint8_t *at;
	const uint8_t *end;
	bool bad;
};

struct wr {
	uint8_t *start;
	uint8_t *at;
	uint8_t *end;
	bool bad;
};

struct rd rd_make(const void *bytes, size_t len);
uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u24(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);
void rd_bytes(struct rd *r, void *out, size_t len); /* zeros when short */
void rd_skip(struct rd *r, size_t len);
struct rd rd_sub(struct rd *r, size_t len); /* a reader of the next len bytes; bad when short */
size_t rd_left(const struct rd *r);
bool rd_more(const struct rd *r);            /* not bad and something left */
MUST_CHECK bool rd_done(const struct rd *r); /* not bad and nothing left */
MUST_CHECK bool rd_ok(const struct rd *r);   /* not bad; a tail is allowed */

struct wr wr_make(void *buf, size_t cap);
void wr_u8(struct wr *w, uint8_t v);
void wr_u16(struct wr *w, uint16_t v);
void wr_u24(struct wr *w, uint32_t v);
void wr_u32(struct wr *w, uint32_t v);
void wr_u64(struct wr *w, uint64_t v);
void wr_bytes(struct wr *w, const void *bytes, size_t len);
void wr_fill(struct wr *w, uint8_t v, size_t count);
MUST_CHECK size_t wr_len(const struct wr *w); /* bytes written; 0 when bad */

#endif
