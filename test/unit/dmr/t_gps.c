#include "dmr/gps.h"

#include "unit/dmr/vectors.h"

T_CASE(positions)
{
	static const struct {
		const char *octets;
		struct gps expected;
	} known[] = {
		{"00000000000000", {0, 0, 0}},
		{"02147ae14740da", {50099995, 14399996, 1}}, /* recorded: 50.1 N, 14.4 E */
		{"00000000400000", {45000000, 0, 0}},        /* a quarter of 180 degrees */
		{"00000000c00000", {-45000000, 0, 0}},
		{"00800000000000", {0, 90000000, 0}},
		{"01800000000000", {0, -90000000, 0}},
		{"00ffffff7fffff", {89999989, 179999989, 0}}, /* as far north and east as it goes */
		{"01000000800000", {-90000000, -180000000, 0}},
		{"01ffffffffffff", {-10, -10, 0}}, /* one part below zero */
		{"fe000000000000", {0, 0, 7}},     /* reserved bits mean nothing */
	};
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		uint8_t octets[GPS_LEN];
		t_hex(known[i].octets, octets, sizeof(octets));
		struct gps g = gps_read(t_guarded(octets, sizeof(octets)));
		T_EQUAL(g.lat_udeg, known[i].expected.lat_udeg);
		T_EQUAL(g.lon_udeg, known[i].expected.lon_udeg);
		T_EQUAL(g.error, known[i].expected.error);
	}
}

T_CASE(only_flco_8_is_a_position)
{
	for (unsigned flco = 0; flco < 64; flco++) {
		struct lc lc = {{(uint8_t)flco, 0, 0x02, 0x14, 0x7A, 0xE1, 0x47, 0x40, 0xDA}};
		struct gps g = {.lat_udeg = 1};
		T_EQUAL(gps_decode(&lc, &g), flco == FLCO_GPS);
		T_EQUAL(g.lat_udeg, flco == FLCO_GPS ? 50099995 : 1);
	}
}

T_MAIN()
