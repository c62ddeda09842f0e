#include "base/inflate.h"

#include <string.h>

#define HEADER 10u
#define TRAILER 8u
#define BITS_MAX 15
#define SYMBOLS_MAX 288
#define DISTANCES_MAX 30
#define END_OF_BLOCK 256

struct state {
	const uint8_t *in;
	size_t in_len, in_at;
	uint8_t *out;
	size_t out_len, out_at;
	uint32_t bits;
	unsigned bit_count;
	bool bad;
};

/* A Huffman code: the number of codes of each length, and the symbols in order. */
struct code {
	uint16_t count[BITS_MAX + 1];
	uint16_t symbol[SYMBOLS_MAX];
};

static uint32_t take_bits(struct state *s, unsigned count)
{
	while (s->bit_count < count) {
		if (s->in_at == s->in_len) {
			s->bad = true;
			return 0;
		}
		s->bits |= (uint32_t)s->in[s->in_at++] << s->bit_count;
		s->bit_count += 8;
	}
	uint32_t value = s->bits & ((1u << count) - 1);
	s->bits >>= count;
	s->bit_count -= count;
	return value;
}

/* RFC 1951 section 3.2.2. */
static void make_code(struct code *c, const uint8_t *length, unsigned count)
{
	uint16_t at[BITS_MAX + 2] = {0};

	*c = (struct code){.count = {0}};
	for (unsigned i = 0; i < count; i++)
		c->count[length[i]]++;
	c->count[0] = 0;
	for (int bits = 1; bits <= BITS_MAX; bits++)
		at[bits + 1] = (uint16_t)(at[bits] + c->count[bits]);
	for (unsigned i = 0; i < count; i++)
		if (length[i])
			c->symbol[at[length[i]]++] = (uint16_t)i;
}

static unsigned take_symbol(struct state *s, const struct code *c)
{
	int32_t code = 0, first = 0, index = 0;

	for (int bits = 1; bits <= BITS_MAX && !s->bad; bits++) {
		code |= (int32_t)take_bits(s, 1);
		if (code - first < c->count[bits])
			return c->symbol[index + code - first];
		index += c->count[bits];
		first = (first + c->count[bits]) * 2;
		code *= 2;
	}
	s->bad = true;
	return END_OF_BLOCK;
}

static void put(struct state *s, uint8_t octet)
{
	if (s->out_at == s->out_len)
		s->bad = true;
	else
		s->out[s->out_at++] = octet;
}

/* Section 3.2.5; groups of `of` codes have the same number of extra bits. */
static uint32_t take_value(struct state *s, unsigned code, unsigned of)
{
	unsigned extra = code < 2 * of ? 0 : code / of - 1;

	return ((code < 2 * of ? code : of + code % of) << extra) + take_bits(s, extra);
}

static void take_match(struct state *s, unsigned symbol, const struct code *distances)
{
	if (symbol > 285) {
		s->bad = true;
		return;
	}
	uint32_t len = symbol == 285 ? 258 : 3 + take_value(s, symbol - 257, 4);
	unsigned code = take_symbol(s, distances);
	uint32_t distance = code < DISTANCES_MAX ? 1 + take_value(s, code, 2) : UINT32_MAX;

	if (distance > s->out_at)
		s->bad = true;
	while (len-- > 0 && !s->bad)
		put(s, s->out[s->out_at - distance]);
}

static void take_codes(struct state *s, const struct code *literals, const struct code *distances)
{
	while (!s->bad) {
		unsigned symbol = take_symbol(s, literals);
		if (symbol == END_OF_BLOCK)
			return;
		if (symbol < END_OF_BLOCK)
			put(s, (uint8_t)symbol);
		else
			take_match(s, symbol, distances);
	}
}

static void take_fixed(struct state *s)
{
	uint8_t length[SYMBOLS_MAX];
	struct code literals, distances;

	for (int i = 0; i < SYMBOLS_MAX; i++)
		length[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	make_code(&literals, length, SYMBOLS_MAX);
	memset(length, 5, DISTANCES_MAX);
	make_code(&distances, length, DISTANCES_MAX);
	take_codes(s, &literals, &distances);
}

/* Section 3.2.7. */
static void take_dynamic(struct state *s)
{
	static const uint8_t order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
	                                  11, 4,  12, 3, 13, 2, 14, 1, 15};
	uint8_t length[SYMBOLS_MAX + 32] = {0};
	unsigned literal_count = take_bits(s, 5) + 257, distance_count = take_bits(s, 5) + 1;
	unsigned count = take_bits(s, 4) + 4, all = literal_count + distance_count;
	struct code literals, distances;

	for (unsigned i = 0; i < count; i++)
		length[order[i]] = (uint8_t)take_bits(s, 3);
	make_code(&literals, length, 19);
	memset(length, 0, sizeof(length));
	for (unsigned i = 0; i < all && !s->bad;) {
		unsigned symbol = take_symbol(s, &literals), times = 1;
		uint8_t value = symbol < 16 ? (uint8_t)symbol : 0;
		if (symbol == 16 && i > 0)
			value = length[i - 1];
		if (symbol == 16)
			times = 3 + take_bits(s, 2);
		else if (symbol == 17)
			times = 3 + take_bits(s, 3);
		else if (symbol >= 18)
			times = 11 + take_bits(s, 7);
		if (times > all - i)
			times = all - i;
		memset(length + i, value, times);
		i += times;
	}
	make_code(&literals, length, literal_count);
	make_code(&distances, length + literal_count, distance_count);
	take_codes(s, &literals, &distances);
}

static void take_stored(struct state *s)
{
	s->bits = s->bit_count = 0;
	uint32_t len = take_bits(s, 16);
	(void)take_bits(s, 16);
	while (len-- > 0 && !s->bad)
		put(s, (uint8_t)take_bits(s, 8));
}

size_t inflate_size(const void *gzip, size_t len)
{
	const uint8_t *end = (const uint8_t *)gzip + len;

	if (len < HEADER + TRAILER)
		return 0;
	return end[-4] | (size_t)end[-3] << 8 | (size_t)end[-2] << 16 | (size_t)end[-1] << 24;
}

bool inflate_gzip(const void *gzip, size_t len, void *out, size_t out_len)
{
	const uint8_t *in = gzip;
	struct state s = {.out = out, .out_len = out_len};
	bool last = false;

	if (len < HEADER + TRAILER || in[0] != 0x1f || in[1] != 0x8b || in[2] != 8 || in[3] != 0)
		return false;
	s.in = in + HEADER;
	s.in_len = len - HEADER - TRAILER;
	while (!last && !s.bad) {
		last = take_bits(&s, 1);
		switch (take_bits(&s, 2)) {
		case 0:
			take_stored(&s);
			break;
		case 1:
			take_fixed(&s);
			break;
		case 2:
			take_dynamic(&s);
			break;
		default:
			s.bad = true;
		}
	}
	return !s.bad && s.out_at == out_len;
}
