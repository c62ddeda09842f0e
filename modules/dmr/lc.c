#include "dmr/lc.h"

#include "dmr/bits.h"
#include "dmr/bptc.h"
#include "dmr/emblc.h"
#include "dmr/rs129.h"

/* Bit offsets of the fields. */
#define FLCO_AT 2
#define DST_AT 24
#define SRC_AT 48
#define FRAGMENT_AT 116 /* in the burst */

struct lc lc_make(enum dmr_flco flco, uint32_t dst, uint32_t src)
{
	const struct lc blank = {{0}};
	return lc_retarget(&blank, flco, dst, src);
}

struct lc lc_retarget(const struct lc *lc, enum dmr_flco flco, uint32_t dst, uint32_t src)
{
	struct lc out = *lc;
	bits_put(out.octets, FLCO_AT, 6, flco);
	bits_put(out.octets, DST_AT, 24, dst);
	bits_put(out.octets, SRC_AT, 24, src);
	return out;
}

uint8_t lc_flco(const struct lc *lc)
{
	return (uint8_t)bits_get(lc->octets, FLCO_AT, 6);
}

uint32_t lc_dst(const struct lc *lc)
{
	return bits_get(lc->octets, DST_AT, 24);
}

uint32_t lc_src(const struct lc *lc)
{
	return bits_get(lc->octets, SRC_AT, 24);
}

bool lc_names(const struct lc *lc, enum dmr_flco flco, uint32_t dst, uint32_t src)
{
	return lc_flco(lc) == flco && lc_dst(lc) == dst && lc_src(lc) == src;
}

static uint8_t rs_mask(enum dmr_data_type type)
{
	return type == DMR_TERMINATOR ? RS129_MASK_TERMINATOR : RS129_MASK_HEADER;
}

bool lc_decode(const uint8_t burst[static DMR_BURST_LEN], enum dmr_data_type type, struct lc *out)
{
	uint8_t block[DMR_BLOCK_LEN];
	uint8_t parity[RS129_PARITY_LEN];
	bptc_get(burst, block);
	rs129_parity(block, parity);
	for (size_t i = 0; i < RS129_PARITY_LEN; i++) {
		if ((parity[i] ^ rs_mask(type)) != block[DMR_LC_LEN + i])
			return false;
	}
	for (size_t i = 0; i < DMR_LC_LEN; i++)
		out->octets[i] = block[i];
	return true;
}

static void encode_full(const struct lc *lc, enum dmr_data_type type,
                        uint8_t burst[static DMR_BURST_LEN])
{
	uint8_t block[DMR_BLOCK_LEN];
	for (size_t i = 0; i < DMR_LC_LEN; i++)
		block[i] = lc->octets[i];
	rs129_parity(lc->octets, &block[DMR_LC_LEN]);
	for (size_t i = DMR_LC_LEN; i < DMR_BLOCK_LEN; i++)
		block[i] ^= rs_mask(type);
	bptc_put(burst, block);
}

void lc_encode(const struct lc *lc, struct lc_coded *out)
{
	*out = (struct lc_coded){0};
	encode_full(lc, DMR_VOICE_HEADER, out->header);
	encode_full(lc, DMR_TERMINATOR, out->terminator);
	emblc_encode(lc->octets, out->fragment);
}

/* Bits 0..97 and 166..263: octets 12 and 20 are shared with the slot type. */
static void put_full(uint8_t burst[static DMR_BURST_LEN], const uint8_t coded[static DMR_BURST_LEN])
{
	for (size_t i = 0; i < 12; i++)
		burst[i] = coded[i];
	burst[12] = (uint8_t)((burst[12] & 0x3F) | (coded[12] & 0xC0));
	burst[20] = (uint8_t)((burst[20] & 0xFC) | (coded[20] & 0x03));
	for (size_t i = 21; i < DMR_BURST_LEN; i++)
		burst[i] = coded[i];
}

void lc_put_header(uint8_t burst[static DMR_BURST_LEN], const struct lc_coded *c)
{
	put_full(burst, c->header);
}

void lc_put_terminator(uint8_t burst[static DMR_BURST_LEN], const struct lc_coded *c)
{
	put_full(burst, c->terminator);
}

void lc_put_fragment(uint8_t burst[static DMR_BURST_LEN], const struct lc_coded *c, int position)
{
	bits_put(burst, FRAGMENT_AT, 32, bits_get(c->fragment[position - 1], 0, 32));
}

bool lc_assemble(struct lc_assembler *a, const uint8_t burst[static DMR_BURST_LEN], int position,
                 struct lc *out)
{
	if (position <= 1 || position > EMBLC_FRAGMENTS)
		a->have = 0;
	if (position < 1 || position > EMBLC_FRAGMENTS)
		return false;

	unsigned earlier = (1u << (position - 1)) - 1;
	if (a->have != earlier) {
		a->have = 0;
		return false;
	}
	bits_put(a->fragment[position - 1], 0, 32, bits_get(burst, FRAGMENT_AT, 32));
	a->have = (uint8_t)(earlier << 1 | 1);
	if (position < EMBLC_FRAGMENTS)
		return false;
	/* C11 itself makes no array of arrays const. */
	return emblc_decode((const uint8_t(*)[DMR_FRAGMENT_LEN])a->fragment, out->octets);
}
