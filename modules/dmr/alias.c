#include "dmr/alias.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "dmr/bits.h"

#define TEXT_BLOCK_AT 2u /* offset of the block in an LC */
#define RAW_CAP 40u      /* 13 UTF-16 units of three octets each, and NUL */

/* Start of the text and width of a unit, in bits. */
static const struct {
	uint8_t at;
	uint8_t width;
} layout[] = {
	[ALIAS_7_BIT] = {7, 7},
	[ALIAS_LATIN_1] = {8, 8},
	[ALIAS_UTF_8] = {8, 8},
	[ALIAS_UTF_16] = {8, 16},
};

bool alias_put(struct talker_alias *a, unsigned block, const uint8_t octets[static ALIAS_BLOCK_LEN])
{
	if (block >= ALIAS_BLOCKS)
		return false;
	bool changed = (a->have >> block & 1) == 0;
	uint8_t *at = &a->octets[block * ALIAS_BLOCK_LEN];
	for (size_t i = 0; i < ALIAS_BLOCK_LEN; i++) {
		changed |= at[i] != octets[i];
		at[i] = octets[i];
	}
	if (block == 0 && changed && (a->have & 1) != 0)
		a->have = 0;
	a->have = (uint8_t)(a->have | 1u << block);
	return changed;
}

bool alias_put_lc(struct talker_alias *a, const struct lc *lc)
{
	/* Any other FLCO gives a number above 3; those below the header wrap around. */
	unsigned block = lc_flco(lc) - (unsigned)FLCO_ALIAS_HEADER;
	return alias_put(a, block, &lc->octets[TEXT_BLOCK_AT]);
}

/* The bits up to the first missing block. */
static size_t bits_there(const struct talker_alias *a)
{
	size_t blocks = 0;
	while (blocks < ALIAS_BLOCKS && (a->have >> blocks & 1) != 0)
		blocks++;
	return blocks * ALIAS_BLOCK_LEN * 8;
}

/* One UTF-16 unit as UTF-8. *high keeps a high surrogate; unpaired ones are dropped. */
static void put_utf16(struct text *t, uint32_t unit, uint32_t *high)
{
	uint32_t first = *high;
	*high = 0;
	if (unit >= 0xD800 && unit < 0xDC00) {
		*high = unit;
		return;
	}
	if (unit >= 0xDC00 && unit < 0xE000) {
		if (first == 0)
			return;
		unit = 0x10000 + ((first - 0xD800) << 10 | (unit - 0xDC00));
	}
	/* Six bits to an octet, from the shortest form that holds them all. */
	unsigned more = unit < 0x80 ? 0 : unit < 0x800 ? 1 : unit < 0x10000 ? 2 : 3;
	static const uint8_t lead[] = {0x00, 0xC0, 0xE0, 0xF0};
	text_char(t, (char)(lead[more] | unit >> 6 * more));
	while (more-- > 0)
		text_char(t, (char)(0x80 | (unit >> 6 * more & 0x3F)));
}

/*
 * Radios count a UTF-8 alias in characters or in octets. Counting characters reads both in full,
 * because an alias counted in octets is padded with NULs. Whether octets are Latin-1 or UTF-8 is
 * left to text_clean: radios mislabel them.
 */
bool alias_text(const struct talker_alias *a, char out[static ALIAS_TEXT_CAP])
{
	out[0] = 0;
	size_t there = bits_there(a);
	if (there == 0)
		return false;

	enum alias_format format = (enum alias_format)bits_get(a->octets, 0, 2);
	size_t length = bits_get(a->octets, 2, 5);
	size_t at = layout[format].at;
	size_t width = layout[format].width;

	char space[RAW_CAP];
	struct text raw = text_make(space, sizeof(space));
	size_t characters = 0;
	uint32_t high = 0;
	for (; at + width <= there; at += width) {
		uint32_t unit = bits_get(a->octets, at, width);
		characters += format != ALIAS_UTF_8 || (unit & 0xC0) != 0x80;
		if (characters > length)
			break;
		if (format == ALIAS_UTF_16)
			put_utf16(&raw, unit, &high);
		else
			text_char(&raw, (char)unit);
	}
	text_clean(out, ALIAS_TEXT_CAP, raw.at, raw.len);
	size_t wanted = layout[format].at + length * width;
	return there >= wanted || a->have == (1u << ALIAS_BLOCKS) - 1;
}

struct talker_alias alias_make(const char *text)
{
	struct talker_alias a = {.have = 0};
	size_t at = layout[ALIAS_UTF_8].at / 8, len = strlen(text);

	if (len > sizeof(a.octets) - at)
		len = sizeof(a.octets) - at;
	while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
		len--; /* no partial character */
	if (len == 0)
		return a;
	memcpy(&a.octets[at], text, len);
	bits_put(a.octets, 0, 2, ALIAS_UTF_8);
	bits_put(a.octets, 2, 5, (uint32_t)len);
	size_t blocks = (at + len + ALIAS_BLOCK_LEN - 1) / ALIAS_BLOCK_LEN;
	a.have = (uint8_t)((1u << blocks) - 1);
	return a;
}

struct lc alias_lc(const struct talker_alias *a, unsigned block)
{
	struct lc lc = {.octets = {(uint8_t)(FLCO_ALIAS_HEADER + block)}};

	memcpy(&lc.octets[TEXT_BLOCK_AT], &a->octets[block * ALIAS_BLOCK_LEN], ALIAS_BLOCK_LEN);
	return lc;
}
