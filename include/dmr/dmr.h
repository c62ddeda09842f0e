/*
 * The vocabulary of DMR that several rooms share (ETSI TS 102 361-1, -2).
 */
#ifndef DMR_DMR_H
#define DMR_DMR_H

#include <stdint.h>

#define DMR_BURST_LEN 33u /* octets: 264 bits of one burst, TS 102 361-1 §4.2.2 */
#define DMR_LC_LEN 9u     /* octets of a link control, TS 102 361-1 §7.1 */
#define DMR_FRAGMENT_LEN 4u
#define DMR_BURST_MS 60
#define DMR_ID_MAX 0xFFFFFFu
#define DMR_ALL_CALL 16777215u

/* Data types of a data-sync burst, TS 102 361-1 §9.3.6. */
enum dmr_data_type {
	DMR_PI_HEADER = 0,
	DMR_VOICE_HEADER = 1,
	DMR_TERMINATOR = 2,
	DMR_CSBK = 3,
	DMR_MBC_HEADER = 4,
	DMR_MBC_CONTINUATION = 5,
	DMR_DATA_HEADER = 6,
	DMR_RATE_12_DATA = 7,
	DMR_RATE_34_DATA = 8,
	DMR_IDLE = 9,
	DMR_RATE_1_DATA = 10,
};

/* Display names; unassigned values are "reserved". */
const char *dmr_data_type_name(enum dmr_data_type type);

/* Full link control opcodes, TS 102 361-2 §B.1, and the talker alias and GPS blocks. */
enum dmr_flco {
	FLCO_GROUP = 0x00,
	FLCO_UNIT = 0x03,
	FLCO_ALIAS_HEADER = 0x04,
	FLCO_ALIAS_1 = 0x05,
	FLCO_ALIAS_2 = 0x06,
	FLCO_ALIAS_3 = 0x07,
	FLCO_GPS = 0x08,
};

const char *dmr_flco_name(enum dmr_flco flco);

/* Link control start/stop of an embedded fragment, TS 102 361-1 §9.3.3. */
enum dmr_lcss {
	LCSS_SINGLE = 0,
	LCSS_FIRST = 1,
	LCSS_LAST = 2,
	LCSS_CONTINUATION = 3,
};

const char *dmr_lcss_name(enum dmr_lcss lcss);

#endif
