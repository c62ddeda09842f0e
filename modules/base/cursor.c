#include "base/cursor.h"

#include <string.h>

struct rd rd_make(const void *bytes, size_t len)
{
	static const uint8_t nothing; /* so a missing buffer needs no special case below */
	const uint8_t *at = len ? bytes : &nothing;

	return (struct rd){.at = at, .end = at + len};
}

/* The next `len` octets, or NULL: the only place where a reader goes bad. */
static const uint8_t *take(struct rd *r, size_t len)
{
	const uint8_t *from = r->at;

	if (r->bad || len > (size_t)(r->end - from)) {
		r->bad = true;
		return NULL;
	}
	r->at = from + len;
	return from;
}

uint8_t rd_u8(struct rd *r)
{
	const uint8_t *b = take(r, 1);

	return b ? b[0] : 0;
}

uint16_t rd_u16(struct rd *r)
{
	const uint8_t *b = take(r, 2);

	if (!b)
		return 0;
	return (uint16_t)(b[0] << 8 | b[1]);
}

uint32_t rd_u24(struct rd *r)
{
	const uint8_t *b = take(r, 3);

	return b ? (uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2] : 0;
}

static uint32_t u32_at(const uint8_t *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

uint32_t rd_u32(struct rd *r)
{
	const uint8_t *b = take(r, 4);

	return b ? u32_at(b) : 0;
}

uint64_t rd_u64(struct rd *r)
{
	const uint8_t *b = take(r, 8);

	return b ? (uint64_t)u32_at(b) << 32 | u32_at(b + 4) : 0;
}

void rd_bytes(struct rd *r, void *out, size_t len)
{
	const uint8_t *b = take(r, len);

	if (!len)
		return;
	if (b)
		memcpy(out, b, len);
	else
		memset(out, 0, len);
}

void rd_skip(struct rd *r, size_t len)
{
	(void)take(r, len);
}

struct rd rd_sub(struct rd *r, size_t len)
{
	const uint8_t *b = take(r, len);
	struct rd sub = rd_make(b, b ? len : 0);

	sub.bad = !b;
	return sub;
}

size_t rd_left(const struct rd *r)
{
	return r->bad ? 0 : (size_t)(r->end - r->at);
}

bool rd_more(const struct rd *r)
{
	return rd_left(r) > 0;
}

bool rd_done(const struct rd *r)
{
	return !r->bad && r->at == r->end;
}

bool rd_ok(const struct rd *r)
{
	return !r->bad;
}

struct wr wr_make(void *buf, size_t cap)
{
	uint8_t *start = buf;

	return (struct wr){.start = start, .at = start, .end = cap ? start + cap : start};
}

/* Room for `len` octets (one or more), or NULL: the only place where a writer goes bad. */
static uint8_t *room(struct wr *w, size_t len)
{
	uint8_t *to = w->at;

	if (w->bad || len > (size_t)(w->end - to)) {
		w->bad = true;
		return NULL;
	}
	w->at = to + len;
	return to;
}

void wr_u8(struct wr *w, uint8_t v)
{
	uint8_t *b = room(w, 1);

	if (b)
		b[0] = v;
}

void wr_u16(struct wr *w, uint16_t v)
{
	uint8_t *b = room(w, 2);

	if (!b)
		return;
	b[0] = (uint8_t)(v >> 8);
	b[1] = (uint8_t)v;
}

void wr_u24(struct wr *w, uint32_t v)
{
	uint8_t *b = room(w, 3);

	if (!b)
		return;
	b[0] = (uint8_t)(v >> 16);
	b[1] = (uint8_t)(v >> 8);
	b[2] = (uint8_t)v;
}

static void put_u32(uint8_t *b, uint32_t v)
{
	b[0] = (uint8_t)(v >> 24);
	b[1] = (uint8_t)(v >> 16);
	b[2] = (uint8_t)(v >> 8);
	b[3] = (uint8_t)v;
}

void wr_u32(struct wr *w, uint32_t v)
{
	uint8_t *b = room(w, 4);

	if (b)
		put_u32(b, v);
}

void wr_u64(struct wr *w, uint64_t v)
{
	uint8_t *b = room(w, 8);

	if (!b)
		return;
	put_u32(b, (uint32_t)(v >> 32));
	put_u32(b + 4, (uint32_t)v);
}

void wr_bytes(struct wr *w, const void *bytes, size_t len)
{
	uint8_t *b = len ? room(w, len) : NULL;

	if (b)
		memcpy(b, bytes, len);
}

void wr_fill(struct wr *w, uint8_t v, size_t count)
{
	uint8_t *b = count ? room(w, count) : NULL;

	if (b)
		memset(b, v, count);
}

size_t wr_len(const struct wr *w)
{
	return w->bad ? 0 : (size_t)(w->at - w->start);
}
