/*
 * Bursts behind each other, each read as a CSBK and as a data header.
 *
 * Decoder: dmr/csbk.c dmr/data_header.c
 */
#include <assert.h>

#include "dmr/csbk.h"
#include "dmr/data_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (; size >= DMR_BURST_LEN; data += DMR_BURST_LEN, size -= DMR_BURST_LEN) {
		struct csbk csbk;
		struct data_header header;
		bool is_csbk = csbk_decode(data, &csbk);
		bool is_header = data_header_decode(data, &header);
		assert(!(is_csbk && is_header));
		assert(!is_csbk || (csbk.opcode < 64 && csbk.dst <= DMR_ID_MAX));
		assert(!is_csbk || *csbk_opcode_name(csbk.opcode));
		assert(!is_header || (header.format < 16 && header.blocks <= 127));
		assert(!is_header || *data_format_name(header.format));
	}
	return 0;
}
