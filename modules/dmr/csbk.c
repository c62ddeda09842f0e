#include "dmr/csbk.h"

#include "dmr/bits.h"
#include "dmr/bptc.h"
#include "dmr/crc.h"

const char *csbk_opcode_name(enum csbk_opcode opcode)
{
	switch (opcode) {
	case CSBKO_UNIT_REQUEST:
		return "unit-request";
	case CSBKO_UNIT_ANSWER:
		return "unit-answer";
	case CSBKO_CALL_ALERT:
		return "call-alert";
	case CSBKO_CALL_ALERT_ACK:
		return "call-alert-ack";
	case CSBKO_RADIO_CHECK:
		return "radio-check";
	case CSBKO_NACK:
		return "nack";
	case CSBKO_CALL_EMERGENCY:
		return "call-emergency";
	case CSBKO_BS_ACTIVATION:
		return "bs-activation";
	case CSBKO_PREAMBLE:
		return "preamble";
	}
	return "other";
}

bool csbk_decode(const uint8_t burst[static DMR_BURST_LEN], struct csbk *out)
{
	uint8_t block[DMR_BLOCK_LEN];
	bptc_get(burst, block);
	if (!crc_holds(block, CRC_MASK_CSBK))
		return false;

	uint8_t opcode = (uint8_t)bits_get(block, 2, 6);
	bool preamble = opcode == CSBKO_PREAMBLE;
	bool swapped = opcode == CSBKO_NACK;
	*out = (struct csbk){
		.last = bit_get(block, 0),
		.protect = bit_get(block, 1),
		.opcode = opcode,
		.fid = block[1],
		.dst = bits_get(block, swapped ? 56 : 32, 24),
		.src = bits_get(block, swapped ? 32 : 56, 24),
		.data_follows = preamble && bit_get(block, 16),
		.group = preamble && bit_get(block, 17),
		.blocks = preamble ? block[3] : 0,
	};
	return true;
}
