#include "dmr/emblc.h"

#include "dmr/bits.h"
#include "unit/dmr/vectors.h"

struct coded {
	uint8_t fragment[EMBLC_FRAGMENTS][DMR_FRAGMENT_LEN];
};

/* Bit i of the 128 in the order they are sent. */
static void flip_sent(struct coded *c, size_t bit)
{
	flip(c->fragment[bit / 32], bit % 32);
}

/* Fragments B..E of a vector group. */
static struct coded known(const char *group)
{
	static const char *const burst[] = {"_B", "_C", "_D", "_E"};
	struct coded c;
	for (size_t k = 0; k < EMBLC_FRAGMENTS; k++)
		vector("emblc_", group, burst[k], c.fragment[k], DMR_FRAGMENT_LEN);
	return c;
}

static void codes_and_decodes(const char *group, const uint8_t lc[static DMR_LC_LEN])
{
	struct coded expected = known(group), made;
	uint8_t back[DMR_LC_LEN];
	emblc_encode(t_guarded(lc, DMR_LC_LEN), made.fragment);
	T_BYTES(made.fragment, expected.fragment, sizeof(made));
	T_CHECK(emblc_decode(expected.fragment, back));
	T_BYTES(back, lc, DMR_LC_LEN);
}

T_CASE(known_link_controls)
{
	uint8_t lc[DMR_LC_LEN];
	for (size_t i = 0; i < ARRAY_LEN(lc_group); i++) {
		vector("lc_", lc_group[i], "", lc, sizeof(lc));
		codes_and_decodes(lc_group[i], lc);
	}
	t_vector("hbp.txt", "ta_lc_block0", lc, sizeof(lc));
	codes_and_decodes("ta_block0", lc);
}

/* Row 7 included: being a sum of code words it is one, and is corrected too. */
T_CASE(every_single_flip_is_corrected)
{
	struct coded c = known("ref_dmr_utils");
	uint8_t lc[DMR_LC_LEN], back[DMR_LC_LEN];
	t_vector("hbp.txt", "lc_ref_dmr_utils", lc, sizeof(lc));
	for (size_t bit = 0; bit < 128; bit++) {
		flip_sent(&c, bit);
		memset(back, 0, sizeof(back));
		T_CHECK(emblc_decode(c.fragment, back));
		T_BYTES(back, lc, sizeof(lc));
		flip_sent(&c, bit);
	}
}

T_CASE(one_flip_in_each_row_is_corrected)
{
	struct coded c = known("unit");
	uint8_t lc[DMR_LC_LEN], back[DMR_LC_LEN];
	t_vector("hbp.txt", "lc_unit", lc, sizeof(lc));
	for (size_t row = 0; row < 8; row++)
		flip_sent(&c, 8 * ((5 * row + 3) % 16) + row);
	T_CHECK(emblc_decode(c.fragment, back));
	T_BYTES(back, lc, sizeof(lc));
}

T_CASE(two_flips_in_one_row_are_refused)
{
	const struct coded sent = known("group9");
	for (size_t row = 0; row < 8; row++) {
		for (size_t a = 0; a < 16; a++) {
			for (size_t b = 0; b < a; b++) {
				struct coded c = sent;
				uint8_t back[DMR_LC_LEN] = {0x5A};
				flip_sent(&c, 8 * a + row);
				flip_sent(&c, 8 * b + row);
				T_CHECK(!emblc_decode(c.fragment, back));
				T_EQUAL(back[0], 0x5A);
			}
		}
	}
}

/* Columns 11 and 12 hold parity: the LC, its checksum and all columns are right. */
T_CASE(the_same_two_flips_in_two_rows_are_refused)
{
	struct coded c = known("group9");
	uint8_t back[DMR_LC_LEN];
	for (size_t column = 11; column <= 12; column++) {
		flip_sent(&c, 8 * column + 2);
		flip_sent(&c, 8 * column + 5);
	}
	T_CHECK(!emblc_decode(c.fragment, back));
}

/* dmr_utils3 sends row 1 of column 9 as in column 8; half of all LCs come with that bit wrong. */
T_CASE(the_fragment_d_of_dmr_utils3_is_tolerated_and_not_made)
{
	uint32_t state = 4;
	unsigned differ = 0;
	for (int i = 0; i < 500; i++) {
		uint8_t lc[DMR_LC_LEN], back[DMR_LC_LEN];
		struct coded c, faulty;
		random_fill(&state, lc, sizeof(lc));
		emblc_encode(lc, c.fragment);
		faulty = c;
		bit_put(faulty.fragment[2], 9, bit_get(c.fragment[2], 1));
		differ += memcmp(&faulty, &c, sizeof(c)) != 0;
		T_CHECK(emblc_decode(faulty.fragment, back));
		T_BYTES(back, lc, sizeof(lc));
	}
	T_CHECK(differ > 150 && differ < 350);
}

/* All but the checksum is linear, so a sum of two coded LCs is clean in its rows and columns. */
T_CASE(a_wrong_checksum_is_refused)
{
	struct coded a = known("unit"), b = known("ref_dmr_utils");
	uint8_t back[DMR_LC_LEN];
	for (size_t k = 0; k < EMBLC_FRAGMENTS; k++) {
		for (size_t i = 0; i < DMR_FRAGMENT_LEN; i++)
			a.fragment[k][i] ^= b.fragment[k][i];
	}
	T_CHECK(!emblc_decode(a.fragment, back));
}

/* Rows 0..6 of one LC above row 7 of another: only the columns show it. */
T_CASE(a_wrong_column_is_refused)
{
	struct coded a = known("unit"), b = known("ref_dmr_utils");
	uint8_t back[DMR_LC_LEN];
	for (size_t k = 0; k < EMBLC_FRAGMENTS; k++) {
		for (size_t i = 0; i < DMR_FRAGMENT_LEN; i++)
			bits_put(&a.fragment[k][i], 7, 1, b.fragment[k][i]);
	}
	T_CHECK(!emblc_decode(a.fragment, back));
}

T_CASE(any_link_control_comes_back)
{
	uint32_t state = 5;
	for (int i = 0; i < 5000; i++) {
		uint8_t lc[DMR_LC_LEN], back[DMR_LC_LEN];
		struct coded c;
		random_fill(&state, lc, sizeof(lc));
		emblc_encode(lc, c.fragment);
		T_CHECK(emblc_decode(c.fragment, back));
		T_BYTES(back, lc, sizeof(lc));
	}
}

T_MAIN()
