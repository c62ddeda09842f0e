/* Records of one octet (data type, or 0x10 + position) and a burst, as a call brings them. */
#include <assert.h>
#include <string.h>

#include "dmr/lc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_assembler assembler = {0};
	for (; size > DMR_BURST_LEN; data += 1 + DMR_BURST_LEN, size -= 1 + DMR_BURST_LEN) {
		struct lc lc, back;
		bool decoded = data[0] < 0x10
		                       ? lc_decode(data + 1, (enum dmr_data_type)data[0], &lc)
		                       : lc_assemble(&assembler, data + 1, data[0] - 0x10, &lc);
		if (!decoded)
			continue;
		struct lc_coded coded;
		lc_encode(&lc, &coded);
		bool again = lc_decode(coded.terminator, DMR_TERMINATOR, &back);
		assert(again && memcmp(&lc, &back, sizeof(lc)) == 0);
	}
	return 0;
}
