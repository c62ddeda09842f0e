#include "dmr/lc.h"

#include "dmr/bits.h"
#include "unit/dmr/vectors.h"

#define DMRD_LEN 55
#define DMRD_BURST_AT 20

static struct lc known(const char *group)
{
	struct lc lc;
	vector("lc_", group, "", lc.octets, sizeof(lc.octets));
	return lc;
}

static struct lc random_lc(uint32_t *state)
{
	struct lc lc;
	random_fill(state, lc.octets, sizeof(lc.octets));
	return lc;
}

T_CASE(made_link_controls)
{
	static const struct {
		const char *group;
		enum dmr_flco flco;
		uint32_t dst, src;
	} calls[] = {
		{"group91", FLCO_GROUP, 91, 2345678},
		{"group9", FLCO_GROUP, 9, 2345678},
		{"unit", FLCO_UNIT, 1234567, 2345678},
		{"announce_allcall", FLCO_GROUP, DMR_ALL_CALL, 5000},
		{"announce_tg9", FLCO_GROUP, 9, 5000},
	};
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		struct lc expected = known(calls[i].group);
		struct lc lc = lc_make(calls[i].flco, calls[i].dst, calls[i].src);
		T_BYTES(lc.octets, expected.octets, DMR_LC_LEN);
		T_EQUAL(lc_flco(&expected), calls[i].flco);
		T_EQUAL(lc_dst(&expected), calls[i].dst);
		T_EQUAL(lc_src(&expected), calls[i].src);
	}
}

T_CASE(retarget_keeps_all_but_flco_and_ids)
{
	const struct lc in = {{0xC0, 0x10, 0xA5, 1, 2, 3, 4, 5, 6}};
	const uint8_t expected[] = {0xC3, 0x10, 0xA5, 0xFF, 0xFF, 0xFF, 0, 0x13, 0x88};
	struct lc out = lc_retarget(&in, FLCO_UNIT, DMR_ALL_CALL, 5000);
	T_BYTES(out.octets, expected, DMR_LC_LEN);
}

T_CASE(names_a_call_by_flco_and_both_ids)
{
	struct lc lc = known("group91_so20");
	T_CHECK(lc_names(&lc, FLCO_GROUP, 91, 2345678));
	T_CHECK(!lc_names(&lc, FLCO_UNIT, 91, 2345678));
	T_CHECK(!lc_names(&lc, FLCO_GROUP, 9, 2345678));
	T_CHECK(!lc_names(&lc, FLCO_GROUP, 91, 2345679));
}

T_CASE(bursts_recorded_on_air_decode_and_encode_again)
{
	static const struct {
		const char *burst, *payload;
		enum dmr_data_type type;
	} recorded[] = {
		{"captured_header", "captured_header_payload12", DMR_VOICE_HEADER},
		{"captured_terminator", "captured_terminator_payload12", DMR_TERMINATOR},
	};
	for (size_t i = 0; i < ARRAY_LEN(recorded); i++) {
		uint8_t burst[DMR_BURST_LEN], again[DMR_BURST_LEN], payload[12];
		struct lc lc;
		struct lc_coded coded;
		t_vector("hbp.txt", recorded[i].burst, burst, sizeof(burst));
		t_vector("hbp.txt", recorded[i].payload, payload, sizeof(payload));
		T_CHECK(lc_decode(t_guarded(burst, sizeof(burst)), recorded[i].type, &lc));
		T_BYTES(lc.octets, payload, DMR_LC_LEN);

		lc_encode(&lc, &coded);
		memcpy(again, burst, sizeof(again));
		memset(again, 0, 12);
		memset(again + 21, 0, 12);
		if (recorded[i].type == DMR_TERMINATOR)
			lc_put_terminator(again, &coded);
		else
			lc_put_header(again, &coded);
		T_BYTES(again, burst, sizeof(burst));
	}
}

T_CASE(header_and_terminator_do_not_pass_for_each_other)
{
	uint8_t burst[DMR_BURST_LEN];
	struct lc lc = {{0x5A}};
	for (size_t i = 0; i < ARRAY_LEN(burst_group); i++) {
		vector("burst_", burst_group[i], "_header", burst, sizeof(burst));
		T_CHECK(!lc_decode(burst, DMR_TERMINATOR, &lc));
		vector("burst_", burst_group[i], "_terminator", burst, sizeof(burst));
		T_CHECK(!lc_decode(burst, DMR_VOICE_HEADER, &lc));
	}
	T_EQUAL(lc.octets[0], 0x5A);
}

T_CASE(voice_and_data_are_no_link_control)
{
	static const char *const others[] = {"burst_group91_A", "burst_group91_F",
	                                     "burst_csbk_preamble_unit",
	                                     "burst_datahdr_unconf_unit"};
	uint8_t burst[DMR_BURST_LEN];
	struct lc lc;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		t_vector("hbp.txt", others[i], burst, sizeof(burst));
		T_CHECK(!lc_decode(burst, DMR_VOICE_HEADER, &lc));
		T_CHECK(!lc_decode(burst, DMR_TERMINATOR, &lc));
	}
}

T_CASE(any_link_control_comes_back_with_one_bit_wrong)
{
	uint32_t state = 6;
	for (int i = 0; i < 2000; i++) {
		struct lc lc = random_lc(&state), back;
		struct lc_coded coded;
		lc_encode(&lc, &coded);
		flip(coded.header, random32(&state) % 264);
		flip(coded.terminator, random32(&state) % 264);
		T_CHECK(lc_decode(coded.header, DMR_VOICE_HEADER, &back));
		T_BYTES(back.octets, lc.octets, DMR_LC_LEN);
		T_CHECK(lc_decode(coded.terminator, DMR_TERMINATOR, &back));
		T_BYTES(back.octets, lc.octets, DMR_LC_LEN);
	}
}

T_CASE(puts_touch_only_their_bits)
{
	uint32_t state = 7;
	for (int i = 0; i < 200; i++) {
		struct lc lc = random_lc(&state);
		struct lc_coded coded;
		lc_encode(&lc, &coded);
		for (unsigned fill = 0; fill <= 0xFF; fill += 0xFF) {
			uint8_t burst[DMR_BURST_LEN];
			memset(burst, (int)fill, sizeof(burst));
			lc_put_header(burst, &coded);
			only_changed(burst, fill, 0, 98, 166, 264);
			memset(burst, (int)fill, sizeof(burst));
			lc_put_terminator(burst, &coded);
			only_changed(burst, fill, 0, 98, 166, 264);
			for (int position = 1; position <= 4; position++) {
				memset(burst, (int)fill, sizeof(burst));
				lc_put_fragment(burst, &coded, position);
				only_changed(burst, fill, 116, 148, 0, 0);
			}
		}
	}
}

T_CASE(coded_bursts_are_zero_between)
{
	uint32_t state = 8;
	struct lc lc = random_lc(&state);
	struct lc_coded coded;
	memset(&coded, 0xFF, sizeof(coded));
	lc_encode(&lc, &coded);
	for (size_t bit = 98; bit < 166; bit++) {
		T_CHECK(!bit_get(coded.header, bit));
		T_CHECK(!bit_get(coded.terminator, bit));
	}
}

/* The call of the vectors goes from TG 91 to TG 9: header first, then bursts B to E. */
T_CASE(remapped_call)
{
	static const char *const voice[] = {"voice_B", "voice_C", "voice_D", "voice_E"};
	uint8_t in[DMRD_LEN], out[DMRD_LEN];
	struct lc lc;
	struct lc_coded coded;

	vector("remap_in_", "header", "", in, sizeof(in));
	vector("remap_out_", "header", "", out, sizeof(out));
	T_CHECK(lc_decode(in + DMRD_BURST_AT, DMR_VOICE_HEADER, &lc));
	lc = lc_retarget(&lc, FLCO_GROUP, 9, lc_src(&lc));
	lc_encode(&lc, &coded);
	lc_put_header(in + DMRD_BURST_AT, &coded);
	T_BYTES(in + DMRD_BURST_AT, out + DMRD_BURST_AT, DMR_BURST_LEN);

	for (int i = 0; i < 4; i++) {
		vector("remap_in_", voice[i], "", in, sizeof(in));
		vector("remap_out_", voice[i], "", out, sizeof(out));
		lc_put_fragment(in + DMRD_BURST_AT, &coded, i + 1);
		T_BYTES(in + DMRD_BURST_AT, out + DMRD_BURST_AT, DMR_BURST_LEN);
	}
}

struct superframe {
	uint8_t burst[6][DMR_BURST_LEN]; /* A..F */
};

static struct superframe superframe(const char *prefix)
{
	struct superframe s = {0};
	static const char *const letter[] = {"A", "B", "C", "D", "E", "F"};
	for (size_t i = 1; i < 6; i++)
		vector(prefix, letter[i], "", s.burst[i], DMR_BURST_LEN);
	return s;
}

T_CASE(a_superframe_gives_its_link_control_at_burst_e)
{
	struct superframe s = superframe("captured_");
	struct lc expected = known("ref_dmr_utils");
	struct lc_assembler a = {0};
	for (int round = 0; round < 3; round++) {
		for (int position = 0; position < 6; position++) {
			struct lc lc = {{0x5A}};
			const uint8_t *burst = t_guarded(s.burst[position], DMR_BURST_LEN);
			T_EQUAL(lc_assemble(&a, burst, position, &lc), position == 4);
			if (position == 4)
				T_BYTES(lc.octets, expected.octets, DMR_LC_LEN);
			T_CHECK(position == 4 || lc.octets[0] == 0x5A);
		}
	}
}

/* Feeds the bursts of `order`, letters A..F, and says whether any of them completed an LC. */
static bool assembles(const char *order)
{
	struct superframe s = superframe("burst_group91_");
	struct lc_assembler a = {0};
	struct lc lc;
	bool any = false;
	for (; *order; order++)
		any |= lc_assemble(&a, s.burst[*order - 'A'], *order - 'A', &lc);
	return any;
}

T_CASE(only_b_to_e_in_order_make_a_link_control)
{
	T_CHECK(assembles("BCDE"));
	T_CHECK(assembles("BBCDE"));
	T_CHECK(assembles("EDCBCDE"));
	T_CHECK(assembles("BCABCDE"));
	T_CHECK(!assembles("CDE"));
	T_CHECK(!assembles("BDE"));
	T_CHECK(!assembles("BCE"));
	T_CHECK(!assembles("BCD"));
	T_CHECK(!assembles("BCCDE"));
	T_CHECK(!assembles("BCADE"));
	T_CHECK(!assembles("BCFDE"));
	T_CHECK(!assembles("BCDFE"));
	T_CHECK(!assembles("BCDAE"));
	T_CHECK(!assembles("CDEB"));
}

T_CASE(positions_outside_a_superframe_start_over)
{
	static const int strange[] = {-1, 6, 7, 15, 1000, -2147483647};
	struct superframe s = superframe("burst_group91_");
	for (size_t i = 0; i < ARRAY_LEN(strange); i++) {
		struct lc_assembler a = {0};
		struct lc lc;
		for (int position = 1; position <= 3; position++)
			T_CHECK(!lc_assemble(&a, s.burst[position], position, &lc));
		T_CHECK(!lc_assemble(&a, s.burst[4], strange[i], &lc));
		T_CHECK(!lc_assemble(&a, s.burst[4], 4, &lc));
	}
}

T_CASE(a_broken_superframe_does_not_spoil_the_next)
{
	struct superframe s = superframe("burst_group91_"), broken = s;
	struct lc expected = known("group91"), lc;
	struct lc_assembler a = {0};
	memset(broken.burst[3] + 14, 0xA5, 5);
	for (int position = 1; position <= 4; position++)
		T_CHECK(!lc_assemble(&a, broken.burst[position], position, &lc));
	for (int position = 1; position <= 4; position++)
		T_EQUAL(lc_assemble(&a, s.burst[position], position, &lc), position == 4);
	T_BYTES(lc.octets, expected.octets, DMR_LC_LEN);
}

T_MAIN()
