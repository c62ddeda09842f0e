/*
 * What the tests of this room share: the link controls that test/data/hbp.txt codes
 * in every form, vectors by a composed name, and numbers that are random but the
 * same in every run.
 */
#ifndef UNIT_DMR_VECTORS_H
#define UNIT_DMR_VECTORS_H

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "dmr/bits.h"
#include "dmr/dmr.h"
#include "harness/t.h"

static const char *const lc_group[] = {
	"group91",          "group91_so20", "group9",        "unit",
	"announce_allcall", "announce_tg9", "ref_dmr_utils",
};

/* Those of them that have whole bursts, colour code 1. */
static const char *const burst_group[] = {"group91", "group9", "unit", "announce_allcall"};

/* The vector PREFIX + group + SUFFIX of hbp.txt. */
static inline size_t vector(const char *prefix, const char *group, const char *suffix, void *out,
                            size_t cap)
{
	char name[96];
	snprintf(name, sizeof(name), "%s%s%s", prefix, group, suffix);
	return t_vector("hbp.txt", name, out, cap);
}

static inline uint32_t random32(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static inline void random_fill(uint32_t *state, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(random32(state) >> 24);
}

static inline void flip(uint8_t *octets, size_t bit)
{
	octets[bit / 8] = (uint8_t)(octets[bit / 8] ^ 0x80u >> bit % 8);
}

/* Every bit of the burst outside the ranges [from, to) and [from2, to2) is that of `fill`. */
static inline void only_changed(const uint8_t burst[static DMR_BURST_LEN], unsigned fill,
                                size_t from, size_t to, size_t from2, size_t to2)
{
	for (size_t bit = 0; bit < 264; bit++) {
		bool free_to_change = (bit >= from && bit < to) || (bit >= from2 && bit < to2);
		T_CHECK(free_to_change || bit_get(burst, bit) == (fill != 0));
	}
}

#endif
