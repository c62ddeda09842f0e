#include "base/deflate.h"

#include <string.h>

#define HALF (DEFLATE_WINDOW / 2)
#define MATCH_MIN 4u
#define MATCH_MAX 258u
#define END_OF_BLOCK 256u
#define FIRST_LENGTH 257u

static uint32_t crc_add(uint32_t crc, const uint8_t *at, size_t len)
{
	static const uint32_t nibble[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
	                                    0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
	                                    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
	                                    0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};

	crc = ~crc;
	for (size_t i = 0; i < len; i++) {
		crc = crc >> 4 ^ nibble[(crc ^ at[i]) & 15];
		crc = crc >> 4 ^ nibble[(crc ^ at[i] >> 4) & 15];
	}
	return ~crc;
}

static void put_bits(struct deflate *d, uint32_t value, unsigned count, struct text *out)
{
	d->bits |= value << d->bit_count;
	d->bit_count += count;
	for (; d->bit_count >= 8; d->bit_count -= 8) {
		text_char(out, (char)d->bits);
		d->bits >>= 8;
	}
}

/* A Huffman code, most significant bit first. */
static void put_code(struct deflate *d, uint32_t code, unsigned count, struct text *out)
{
	uint32_t turned = 0;

	for (unsigned i = 0; i < count; i++)
		turned |= (code >> i & 1) << (count - 1 - i);
	put_bits(d, turned, count, out);
}

/* RFC 1951 section 3.2.6. */
static void put_symbol(struct deflate *d, uint32_t symbol, struct text *out)
{
	if (symbol < 144)
		put_code(d, 0x30 + symbol, 8, out);
	else if (symbol < 256)
		put_code(d, 0x190 + symbol - 144, 9, out);
	else if (symbol < 280)
		put_code(d, symbol - 256, 7, out);
	else
		put_code(d, 0xc0 + symbol - 280, 8, out);
}

/*
 * Section 3.2.5: length and distance codes come in groups of `of` codes with the same number of
 * extra bits; the first 2 * `of` have none. Returns the code of `value`, counted from 0, and its
 * extra bits.
 */
static uint32_t code_of(uint32_t value, uint32_t of, unsigned *extra, uint32_t *rest)
{
	*extra = 0;
	while (value >> *extra >= 2 * of)
		(*extra)++;
	*rest = value & ((1u << *extra) - 1);
	return *extra * of + (value >> *extra);
}

static void put_match(struct deflate *d, uint32_t len, uint32_t distance, struct text *out)
{
	unsigned extra;
	uint32_t rest, code = code_of(len - 3, 4, &extra, &rest);

	if (len == MATCH_MAX) { /* has a code of its own */
		put_symbol(d, FIRST_LENGTH + 28, out);
	} else {
		put_symbol(d, FIRST_LENGTH + code, out);
		put_bits(d, rest, extra, out);
	}
	code = code_of(distance - 1, 2, &extra, &rest);
	put_code(d, code, 5, out);
	put_bits(d, rest, extra, out);
}

static uint32_t hash_of(const uint8_t *at)
{
	uint32_t four =
		at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;

	return four * 2654435761u >> 22;
}

_Static_assert(DEFLATE_HEADS == 1u << (32 - 22), "a hash is a place");

/* Makes room by discarding the older half. */
static void slide(struct deflate *d)
{
	size_t by = d->len - HALF;

	memmove(d->window, d->window + by, HALF);
	d->len = HALF;
	for (size_t i = 0; i < DEFLATE_HEADS; i++)
		d->head[i] = d->head[i] > by ? (uint16_t)(d->head[i] - by) : 0;
}

/* Length of the match between `at` and `before`. */
static uint32_t match_len(const struct deflate *d, size_t before, size_t at)
{
	size_t len = 0, most = d->len - at < MATCH_MAX ? d->len - at : MATCH_MAX;

	while (len < most && d->window[before + len] == d->window[at + len])
		len++;
	return (uint32_t)len;
}

/* One past where these four octets were last seen; records that they are here. */
static size_t seen_at(struct deflate *d, size_t at)
{
	if (at + MATCH_MIN > d->len)
		return 0;
	uint16_t *head = &d->head[hash_of(d->window + at)];
	size_t before = *head;
	*head = (uint16_t)(at + 1);
	return before;
}

static void put_rest(struct deflate *d, size_t at, struct text *out)
{
	while (at < d->len) {
		size_t before = seen_at(d, at);
		uint32_t len = before ? match_len(d, before - 1, at) : 0;
		if (len < MATCH_MIN) {
			put_symbol(d, d->window[at++], out);
			continue;
		}
		put_match(d, len, (uint32_t)(at - (before - 1)), out);
		for (size_t end = at + len; ++at < end;)
			(void)seen_at(d, at);
	}
}

void deflate_begin(struct deflate *d, struct text *out)
{
	static const char header[10] = "\x1f\x8b\x08\0\0\0\0\0\0\xff";

	*d = (struct deflate){.crc = 0};
	text_bytes(out, header, sizeof(header));
	put_bits(d, 1, 1, out); /* the last block, with fixed codes */
	put_bits(d, 1, 2, out);
}

void deflate_put(struct deflate *d, const void *octets, size_t len, struct text *out)
{
	const uint8_t *from = octets;

	d->crc = crc_add(d->crc, from, len);
	d->total += (uint32_t)len;
	while (len > 0) {
		size_t part = len < HALF ? len : HALF, at;
		if (d->len + part > DEFLATE_WINDOW)
			slide(d);
		at = d->len;
		memcpy(d->window + at, from, part);
		d->len += part;
		put_rest(d, at, out);
		from += part;
		len -= part;
	}
}

void deflate_end(struct deflate *d, struct text *out)
{
	put_symbol(d, END_OF_BLOCK, out);
	if (d->bit_count > 0)
		put_bits(d, 0, 8 - d->bit_count, out);
	for (unsigned i = 0; i < 32; i += 8)
		text_char(out, (char)(d->crc >> i));
	for (unsigned i = 0; i < 32; i += 8)
		text_char(out, (char)(d->total >> i));
}
