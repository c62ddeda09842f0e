/*
 * Control signalling blocks: call set-up, alerts, and the preambles before data. TS 102 361-1 §7.2,
 * TS 102 361-2 §7.1.2. We read them and never rewrite them.
 *
 *   octet 0     last block, protect flag, CSBKO(6)
 *         1     feature set id
 *         2-3   by opcode; preamble: data follows, group, reserved(6), blocks to follow
 *         4-6   destination      7-9 source      (swapped in a NACK)
 *        10-11  CRC, mask 0xA5A5
 */
#ifndef DMR_CSBK_H
#define DMR_CSBK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"
#include "dmr/dmr.h"

enum csbk_opcode {
	CSBKO_UNIT_REQUEST = 0x04,
	CSBKO_UNIT_ANSWER = 0x05,
	CSBKO_CALL_ALERT = 0x1F,
	CSBKO_CALL_ALERT_ACK = 0x20,
	CSBKO_RADIO_CHECK = 0x24,
	CSBKO_NACK = 0x26,
	CSBKO_CALL_EMERGENCY = 0x27,
	CSBKO_BS_ACTIVATION = 0x38,
	CSBKO_PREAMBLE = 0x3D,
};

const char *csbk_opcode_name(enum csbk_opcode opcode);

struct csbk {
	bool last;
	bool protect;
	uint8_t opcode; /* any of 64, see enum csbk_opcode */
	uint8_t fid;
	uint32_t dst;
	uint32_t src;
	/* Of a preamble only; zero otherwise. */
	bool data_follows;
	bool group;
	uint8_t blocks; /* how many blocks follow, further preambles included */
};

/* Reads the CSBK in a burst; false when its CRC does not hold, *out untouched. */
MUST_CHECK bool csbk_decode(const uint8_t burst[static DMR_BURST_LEN], struct csbk *out);

#endif
