/*
 * The talker's position, from an embedded LC with FLCO 8 (octets 2..8) or a DMRG
 * datagram. TS 102 361-2 §7.1.1.3.
 *
 *   bits 0-3 reserved   4-6 position error   7-31 longitude   32-55 latitude
 *
 * Both are two's complement fractions: longitude of 360 degrees in 2^25 parts,
 * latitude of 180 degrees in 2^24.
 */
#ifndef DMR_GPS_H
#define DMR_GPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"
#include "dmr/lc.h"

#define GPS_LEN 7u

struct gps {
	int32_t lat_udeg; /* 1e-6 degrees, north positive, -90000000..90000000 */
	int32_t lon_udeg; /* 1e-6 degrees, east positive, -180000000..180000000 */
	uint8_t error;    /* 0..5: below 2, 20, 200, 2000, 20000, 200000 m; 6: more; 7: unknown */
};

/* Every seven octets decode to a position. */
struct gps gps_read(const uint8_t octets[static GPS_LEN]);

/* False when the LC is not a position, *out untouched. */
MUST_CHECK bool gps_decode(const struct lc *lc, struct gps *out);

#endif
