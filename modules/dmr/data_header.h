/*
 * Data headers: type and addressee of a data transmission, and how many bursts follow. TS 102 361-1
 * §8.2.1, §9.2. We read them and never rewrite them.
 *
 *   octet 0     group, response requested, by format(2), format(4)
 *         2-4   destination      5-7 source
 *         8     blocks to follow, by format
 *        10-11  CRC, mask 0xCCCC
 */
#ifndef DMR_DATA_HEADER_H
#define DMR_DATA_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"
#include "dmr/dmr.h"

enum data_format {
	DATA_UDT = 0,
	DATA_RESPONSE = 1,
	DATA_UNCONFIRMED = 2,
	DATA_CONFIRMED = 3,
	DATA_SHORT_DEFINED = 13,
	DATA_SHORT_RAW = 14,
	DATA_PROPRIETARY = 15,
};

const char *data_format_name(enum data_format format);

struct data_header {
	uint8_t format; /* any of 16, see enum data_format */
	/* All zero in a proprietary header, which follows a header that has them. */
	bool group;
	bool response; /* the sender asks for a response */
	uint32_t dst;
	uint32_t src;
	uint8_t blocks; /* bursts that follow; 0 for reserved formats */
};

/* Reads the header in a burst; false when its CRC does not hold, *out untouched. */
MUST_CHECK bool data_header_decode(const uint8_t burst[static DMR_BURST_LEN],
                                   struct data_header *out);

#endif
