/*
 * Records of one octet (data type, or 0x10 + position) and a burst, as a call brings them: what is
 * read can be sent in every form, and reads the same.
 *
 * Decoder: dmr/lc.c dmr/emblc.c
 */
#include <assert.h>
#include <string.h>

#include "dmr/lc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(bool read, const struct lc *a, const struct lc *b)
{
	assert(read && memcmp(a, b, sizeof(*a)) == 0);
}

/* In a header, a terminator and the four fragments, over whatever was in these bursts. */
static void send_again(const struct lc *lc, const uint8_t over[static DMR_BURST_LEN])
{
	struct lc_assembler assembler = {0};
	struct lc_coded coded;
	struct lc back;
	uint8_t burst[DMR_BURST_LEN];

	lc_encode(lc, &coded);
	memcpy(burst, over, sizeof(burst));
	lc_put_header(burst, &coded);
	check_same(lc_decode(burst, DMR_VOICE_HEADER, &back), &back, lc);
	lc_put_terminator(burst, &coded);
	check_same(lc_decode(burst, DMR_TERMINATOR, &back), &back, lc);
	bool whole = false;
	for (int position = 1; position <= 4; position++) {
		lc_put_fragment(burst, &coded, position);
		whole = lc_assemble(&assembler, burst, position, &back);
	}
	check_same(whole, &back, lc);
}

static void check_names(const struct lc *lc)
{
	enum dmr_flco flco = (enum dmr_flco)lc_flco(lc);
	struct lc same = lc_retarget(lc, flco, lc_dst(lc), lc_src(lc)),
		  made = lc_make(flco, lc_dst(lc), lc_src(lc));

	assert(memcmp(same.octets + 3, lc->octets + 3, sizeof(lc->octets) - 3) == 0);
	assert(lc_names(&made, flco, lc_dst(lc), lc_src(lc)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_assembler assembler = {0};
	for (; size > DMR_BURST_LEN; data += 1 + DMR_BURST_LEN, size -= 1 + DMR_BURST_LEN) {
		struct lc lc;
		bool decoded = data[0] < 0x10
		                       ? lc_decode(data + 1, (enum dmr_data_type)data[0], &lc)
		                       : lc_assemble(&assembler, data + 1, data[0] - 0x10, &lc);
		if (!decoded)
			continue;
		send_again(&lc, data + 1);
		check_names(&lc);
	}
	return 0;
}
