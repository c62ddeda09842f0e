#include "dmr/rs129.h"

#include "unit/dmr/vectors.h"

T_CASE(known_parity)
{
	for (size_t i = 0; i < ARRAY_LEN(lc_group); i++) {
		uint8_t lc[DMR_LC_LEN], expected[RS129_PARITY_LEN], parity[RS129_PARITY_LEN];
		vector("lc_", lc_group[i], "", lc, sizeof(lc));
		vector("rs_", lc_group[i], "_raw", expected, sizeof(expected));
		rs129_parity(t_guarded(lc, sizeof(lc)), parity);
		T_BYTES(parity, expected, sizeof(parity));
	}
}

T_CASE(masks_of_header_and_terminator)
{
	for (size_t i = 0; i < ARRAY_LEN(lc_group); i++) {
		uint8_t raw[3], header[3], terminator[3];
		vector("rs_", lc_group[i], "_raw", raw, sizeof(raw));
		vector("rs_", lc_group[i], "_header", header, sizeof(header));
		vector("rs_", lc_group[i], "_terminator", terminator, sizeof(terminator));
		for (size_t k = 0; k < RS129_PARITY_LEN; k++) {
			T_EQUAL(raw[k] ^ RS129_MASK_HEADER, header[k]);
			T_EQUAL(raw[k] ^ RS129_MASK_TERMINATOR, terminator[k]);
		}
	}
}

T_CASE(any_change_of_one_octet_changes_every_parity_octet)
{
	for (size_t at = 0; at < DMR_LC_LEN; at++) {
		for (unsigned value = 1; value < 256; value++) {
			uint8_t lc[DMR_LC_LEN] = {0}, parity[RS129_PARITY_LEN];
			lc[at] = (uint8_t)value;
			rs129_parity(lc, parity);
			for (size_t k = 0; k < RS129_PARITY_LEN; k++)
				T_CHECK(parity[k] != 0);
		}
	}
}

T_MAIN()
