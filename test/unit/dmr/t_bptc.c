#include "dmr/bptc.h"

#include "dmr/bits.h"
#include "unit/dmr/vectors.h"

#define CODED_LEN 25 /* the 196 coded bits and four zeros, as the vectors hold them */

static size_t burst_bit(size_t place)
{
	return place < 98 ? place : place + 68;
}

static void coded_of(const uint8_t burst[static DMR_BURST_LEN], uint8_t out[static CODED_LEN])
{
	memset(out, 0, CODED_LEN);
	for (size_t place = 0; place < 196; place++)
		bit_put(out, place, bit_get(burst, burst_bit(place)));
}

static void encodes_to(const uint8_t block[static DMR_BLOCK_LEN],
                       const uint8_t expected[static CODED_LEN])
{
	uint8_t burst[DMR_BURST_LEN] = {0}, coded[CODED_LEN], back[DMR_BLOCK_LEN];
	bptc_put(burst, t_guarded(block, DMR_BLOCK_LEN));
	coded_of(burst, coded);
	T_BYTES(coded, expected, CODED_LEN);
	bptc_get(t_guarded(burst, sizeof(burst)), back);
	T_BYTES(back, block, DMR_BLOCK_LEN);
}

T_CASE(a_plain_block)
{
	uint8_t block[DMR_BLOCK_LEN], expected[CODED_LEN];
	t_vector("hbp.txt", "bptc_plain_in", block, sizeof(block));
	t_vector("hbp.txt", "bptc_plain_out", expected, sizeof(expected));
	encodes_to(block, expected);
}

T_CASE(headers_and_terminators)
{
	static const char *const kinds[] = {"_header", "_terminator"};
	for (size_t i = 0; i < ARRAY_LEN(lc_group); i++) {
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
			uint8_t block[DMR_BLOCK_LEN], expected[CODED_LEN];
			vector("lc_", lc_group[i], "", block, DMR_LC_LEN);
			vector("rs_", lc_group[i], kinds[k], block + DMR_LC_LEN, 3);
			vector("bptc196_", lc_group[i], kinds[k], expected, sizeof(expected));
			encodes_to(block, expected);
		}
	}
}

/* Matrix bits 4..11 are the first octet of the block. */
T_CASE(matrix_bits_go_to_their_places)
{
	uint8_t place[16];
	t_vector("hbp.txt", "bptc_interleave_first16", place, sizeof(place));
	for (size_t bit = 0; bit < 8; bit++) {
		uint8_t block[DMR_BLOCK_LEN] = {0}, burst[DMR_BURST_LEN] = {0};
		flip(block, bit);
		bptc_put(burst, block);
		for (size_t other = 0; other < 8; other++)
			T_EQUAL(bit_get(burst, burst_bit(place[4 + other])), other == bit);
	}
}

T_CASE(slot_type_and_sync_stay)
{
	for (unsigned fill = 0; fill <= 0xFF; fill += 0xFF) {
		uint8_t block[DMR_BLOCK_LEN], burst[DMR_BURST_LEN];
		memset(block, (int)(0xFF ^ fill), sizeof(block));
		memset(burst, (int)fill, sizeof(burst));
		bptc_put(burst, block);
		T_CHECK(!bit_get(burst, 0)); /* the unused one */
		for (size_t bit = 98; bit < 166; bit++)
			T_EQUAL(bit_get(burst, bit), fill != 0);
	}
}

T_CASE(every_single_flip_is_corrected)
{
	uint8_t block[DMR_BLOCK_LEN], burst[DMR_BURST_LEN] = {0}, back[DMR_BLOCK_LEN];
	t_vector("hbp.txt", "captured_header_payload12", block, sizeof(block));
	bptc_put(burst, block);
	for (size_t bit = 0; bit < 264; bit++) {
		flip(burst, bit);
		bptc_get(burst, back);
		T_BYTES(back, block, sizeof(block));
		flip(burst, bit);
	}
}

/* Two errors lie in two columns or in two rows, and rows and columns correct in turns. */
T_CASE(every_double_flip_is_corrected)
{
	uint8_t block[DMR_BLOCK_LEN], burst[DMR_BURST_LEN] = {0}, back[DMR_BLOCK_LEN];
	t_vector("hbp.txt", "captured_header_payload12", block, sizeof(block));
	bptc_put(burst, block);
	for (size_t a = 0; a < 196; a++) {
		for (size_t b = 0; b < a; b++) {
			flip(burst, burst_bit(a));
			flip(burst, burst_bit(b));
			bptc_get(burst, back);
			T_BYTES(back, block, sizeof(block));
			flip(burst, burst_bit(a));
			flip(burst, burst_bit(b));
		}
	}
}

/* Errors that share rows and columns give way only in several rounds. */
T_CASE(six_errors_anywhere_are_nearly_always_corrected)
{
	uint32_t state = 12;
	unsigned right = 0;
	for (int i = 0; i < 5000; i++) {
		uint8_t block[DMR_BLOCK_LEN], burst[DMR_BURST_LEN] = {0}, back[DMR_BLOCK_LEN];
		random_fill(&state, block, sizeof(block));
		bptc_put(burst, block);
		for (int k = 0; k < 6; k++)
			flip(burst, burst_bit(random32(&state) % 196));
		bptc_get(burst, back);
		right += memcmp(back, block, sizeof(block)) == 0;
	}
	T_CHECK(right > 4940); /* one round alone: some 4770 */
}

/* A click on the channel: the interleaver spreads it. */
T_CASE(eight_flips_in_a_row_are_corrected)
{
	uint8_t block[DMR_BLOCK_LEN], burst[DMR_BURST_LEN] = {0}, back[DMR_BLOCK_LEN];
	t_vector("hbp.txt", "captured_header_payload12", block, sizeof(block));
	bptc_put(burst, block);
	for (size_t from = 0; from + 8 <= 196; from++) {
		uint8_t hit[DMR_BURST_LEN];
		memcpy(hit, burst, sizeof(hit));
		for (size_t i = 0; i < 8; i++)
			flip(hit, burst_bit(from + i));
		bptc_get(hit, back);
		T_BYTES(back, block, sizeof(block));
	}
}

T_CASE(any_block_comes_back)
{
	uint32_t state = 3;
	for (int i = 0; i < 3000; i++) {
		uint8_t block[DMR_BLOCK_LEN], burst[DMR_BURST_LEN], back[DMR_BLOCK_LEN];
		random_fill(&state, block, sizeof(block));
		random_fill(&state, burst, sizeof(burst));
		bptc_put(burst, block);
		flip(burst, random32(&state) % 264);
		bptc_get(burst, back);
		T_BYTES(back, block, sizeof(block));
	}
}

T_MAIN()
