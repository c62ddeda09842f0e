#include "dmr/gps.h"

#include "dmr/bits.h"

/* A signed fraction of `bits` bits of `whole` millionths of a degree. */
static int32_t fraction(uint32_t value, unsigned bits, int64_t whole)
{
	int64_t parts = INT64_C(1) << bits;
	int64_t number = value;
	if (number >= parts / 2)
		number -= parts;
	return (int32_t)(number * whole / parts);
}

struct gps gps_read(const uint8_t octets[static GPS_LEN])
{
	return (struct gps){
		.lat_udeg = fraction(bits_get(octets, 32, 24), 24, 180000000),
		.lon_udeg = fraction(bits_get(octets, 7, 25), 25, 360000000),
		.error = (uint8_t)bits_get(octets, 4, 3),
	};
}

bool gps_decode(const struct lc *lc, struct gps *out)
{
	if (lc_flco(lc) != FLCO_GPS)
		return false;
	*out = gps_read(&lc->octets[2]);
	return true;
}
