#include "dmr/crc.h"

#include "unit/dmr/vectors.h"

T_CASE(known_blocks_hold_under_their_own_mask_only)
{
	static const struct {
		const char *name;
		uint16_t mask;
	} known[] = {
		{"csbk_preamble_unit_12", CRC_MASK_CSBK},
		{"datahdr_unconf_unit_12", CRC_MASK_DATA_HEADER},
	};
	static const uint16_t masks[] = {0, CRC_MASK_PI, CRC_MASK_CSBK, CRC_MASK_DATA_HEADER};
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		uint8_t block[DMR_BLOCK_LEN];
		t_vector("hbp.txt", known[i].name, block, sizeof(block));
		for (size_t m = 0; m < ARRAY_LEN(masks); m++)
			T_EQUAL(crc_holds(t_guarded(block, sizeof(block)), masks[m]),
			        masks[m] == known[i].mask);
	}
}

T_CASE(every_flipped_bit_is_noticed)
{
	uint8_t block[DMR_BLOCK_LEN];
	t_vector("hbp.txt", "csbk_preamble_unit_12", block, sizeof(block));
	for (size_t bit = 0; bit < 96; bit++) {
		flip(block, bit);
		T_CHECK(!crc_holds(block, CRC_MASK_CSBK));
		flip(block, bit);
	}
}

T_CASE(checksum_of_known_link_controls)
{
	for (size_t i = 0; i < ARRAY_LEN(lc_group); i++) {
		uint8_t lc[DMR_LC_LEN], expected;
		vector("lc_", lc_group[i], "", lc, sizeof(lc));
		vector("cs5_", lc_group[i], "", &expected, 1);
		T_EQUAL(checksum5(t_guarded(lc, sizeof(lc))), expected);
	}
}

T_CASE(checksum_is_below_31)
{
	uint8_t lc[DMR_LC_LEN];
	memset(lc, 0xFF, sizeof(lc));
	T_EQUAL(checksum5(lc), 9 * 255 % 31);
}

T_MAIN()
