#include "dmr/data_header.h"

#include "dmr/bits.h"
#include "dmr/bptc.h"
#include "dmr/crc.h"

const char *data_format_name(enum data_format format)
{
	switch (format) {
	case DATA_UDT:
		return "udt";
	case DATA_RESPONSE:
		return "response";
	case DATA_UNCONFIRMED:
		return "unconfirmed";
	case DATA_CONFIRMED:
		return "confirmed";
	case DATA_SHORT_DEFINED:
		return "short-defined";
	case DATA_SHORT_RAW:
		return "short-raw";
	case DATA_PROPRIETARY:
		return "proprietary";
	}
	return "reserved";
}

static uint8_t blocks_to_follow(const uint8_t block[static DMR_BLOCK_LEN], enum data_format format)
{
	switch (format) {
	case DATA_UDT: /* UAB counts from one */
		return (uint8_t)(bits_get(block, 70, 2) + 1);
	case DATA_RESPONSE:
	case DATA_UNCONFIRMED:
	case DATA_CONFIRMED:
		return (uint8_t)bits_get(block, 65, 7);
	case DATA_SHORT_DEFINED:
	case DATA_SHORT_RAW: /* appended blocks, upper two and lower four bits */
		return (uint8_t)(bits_get(block, 2, 2) << 4 | bits_get(block, 12, 4));
	case DATA_PROPRIETARY: /* never: it has no such field */
		break;
	}
	return 0;
}

bool data_header_decode(const uint8_t burst[static DMR_BURST_LEN], struct data_header *out)
{
	uint8_t block[DMR_BLOCK_LEN];
	bptc_get(burst, block);
	if (!crc_holds(block, CRC_MASK_DATA_HEADER))
		return false;

	uint8_t format = (uint8_t)bits_get(block, 4, 4);
	*out = (struct data_header){.format = format};
	if (format == DATA_PROPRIETARY)
		return true;
	out->group = bit_get(block, 0);
	out->response = bit_get(block, 1);
	out->dst = bits_get(block, 16, 24);
	out->src = bits_get(block, 40, 24);
	out->blocks = blocks_to_follow(block, (enum data_format)format);
	return true;
}
