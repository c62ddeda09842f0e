#include "dmr/burst.h"

#include "dmr/bits.h"
#include "unit/dmr/vectors.h"

/* Three frames of AMBE silence. */
static void silence(uint8_t ambe[static 27])
{
	for (size_t i = 0; i < 3; i++)
		t_vector("hbp.txt", "ambe_silence_9", ambe + 9 * i, 9);
}

static struct lc_coded coded_of(const char *group)
{
	struct lc lc;
	struct lc_coded coded;
	vector("lc_", group, "", lc.octets, sizeof(lc.octets));
	lc_encode(&lc, &coded);
	return coded;
}

T_CASE(made_headers_and_terminators)
{
	for (size_t i = 0; i < ARRAY_LEN(burst_group); i++) {
		struct lc_coded coded = coded_of(burst_group[i]);
		uint8_t expected[DMR_BURST_LEN], made[DMR_BURST_LEN];
		vector("burst_", burst_group[i], "_header", expected, sizeof(expected));
		memset(made, 0xFF, sizeof(made));
		burst_make_lc(made, &coded, DMR_VOICE_HEADER, 1);
		T_BYTES(made, expected, sizeof(made));
		vector("burst_", burst_group[i], "_terminator", expected, sizeof(expected));
		memset(made, 0, sizeof(made));
		burst_make_lc(made, &coded, DMR_TERMINATOR, 1);
		T_BYTES(made, expected, sizeof(made));
	}
}

T_CASE(made_voice_bursts)
{
	static const char *const letter[] = {"_A", "_B", "_C", "_D", "_E", "_F"};
	uint8_t ambe[27];
	silence(ambe);
	for (size_t i = 0; i < ARRAY_LEN(burst_group); i++) {
		struct lc_coded coded = coded_of(burst_group[i]);
		for (int position = 0; position < 6; position++) {
			uint8_t expected[DMR_BURST_LEN], made[DMR_BURST_LEN];
			vector("burst_", burst_group[i], letter[position], expected, DMR_BURST_LEN);
			memset(made, 0xFF, sizeof(made));
			burst_make_voice(made, t_guarded(ambe, sizeof(ambe)), &coded, position, 1);
			T_BYTES(made, expected, sizeof(made));
		}
	}
}

T_CASE(a_call_made_whole_is_the_call_of_the_vectors)
{
	static const char *const packet[] = {"voice_A", "voice_B", "voice_C",
	                                     "voice_D", "voice_E", "voice_F"};
	struct lc_coded coded = coded_of("group91");
	uint8_t ambe[27], dmrd[55], made[DMR_BURST_LEN];
	silence(ambe);
	vector("dmrd_ts2_", "header", "", dmrd, sizeof(dmrd));
	burst_make_lc(made, &coded, DMR_VOICE_HEADER, 1);
	T_BYTES(made, dmrd + 20, sizeof(made));
	for (int position = 0; position < 6; position++) {
		vector("dmrd_ts2_", packet[position], "", dmrd, sizeof(dmrd));
		burst_make_voice(made, ambe, &coded, position, 1);
		T_BYTES(made, dmrd + 20, sizeof(made));
	}
	vector("dmrd_ts2_", "terminator", "", dmrd, sizeof(dmrd));
	burst_make_lc(made, &coded, DMR_TERMINATOR, 1);
	T_BYTES(made, dmrd + 20, sizeof(made));
}

/* A voice bit is one of 0..107 and 156..263; in order they are the 216 bits handed in. */
T_CASE(every_voice_bit_has_its_place)
{
	struct lc_coded coded = coded_of("unit");
	for (size_t bit = 0; bit < 216; bit++) {
		uint8_t ambe[27] = {0}, none[27] = {0}, with[DMR_BURST_LEN], without[DMR_BURST_LEN];
		flip(ambe, bit);
		burst_make_voice(with, ambe, &coded, 2, 1);
		burst_make_voice(without, none, &coded, 2, 1);
		flip(without, bit < 108 ? bit : bit + 48);
		T_BYTES(with, without, sizeof(with));
	}
}

T_CASE(sync_words)
{
	static const struct {
		enum dmr_sync sync;
		const char *vector, *name;
	} words[] = {
		{SYNC_BS_VOICE, "sync_bs_voice", "bs-voice"},
		{SYNC_BS_DATA, "sync_bs_data", "bs-data"},
		{SYNC_MS_VOICE, "sync_ms_voice", "ms-voice"},
		{SYNC_MS_DATA, "sync_ms_data", "ms-data"},
		{SYNC_MS_REVERSE, "sync_ms_rc", "ms-reverse"},
		{SYNC_DIRECT1_VOICE, "sync_tdma1_voice", "direct1-voice"},
		{SYNC_DIRECT1_DATA, "sync_tdma1_data", "direct1-data"},
		{SYNC_DIRECT2_VOICE, "sync_tdma2_voice", "direct2-voice"},
		{SYNC_DIRECT2_DATA, "sync_tdma2_data", "direct2-data"},
	};
	T_EQUAL(ARRAY_LEN(words), SYNC_NONE);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		uint8_t expected[6], burst[DMR_BURST_LEN] = {0};
		t_vector("hbp.txt", words[i].vector, expected, sizeof(expected));
		burst_put_sync(burst, words[i].sync);
		for (size_t k = 0; k < 6; k++)
			T_EQUAL(bits_get(burst, 108 + 8 * k, 8), expected[k]);
		T_EQUAL(burst_sync(t_guarded(burst, sizeof(burst))), words[i].sync);
		T_TEXT(dmr_sync_name(words[i].sync), words[i].name);
		flip(burst, 155);
		T_EQUAL(burst_sync(burst), SYNC_NONE);
	}
	T_TEXT(dmr_sync_name(SYNC_NONE), "none");
}

T_CASE(sync_of_known_bursts)
{
	static const struct {
		const char *name;
		enum dmr_sync sync;
	} known[] = {
		{"burst_group91_header", SYNC_BS_DATA},
		{"burst_group91_A", SYNC_BS_VOICE},
		{"ms_burst_group91_header", SYNC_MS_DATA},
		{"ms_burst_group91_A", SYNC_MS_VOICE},
		{"burst_group91_B", SYNC_NONE},
		{"captured_terminator", SYNC_BS_DATA},
	};
	uint8_t burst[DMR_BURST_LEN];
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		t_vector("hbp.txt", known[i].name, burst, sizeof(burst));
		T_EQUAL(burst_sync(burst), known[i].sync);
	}
}

T_CASE(no_sync_writes_nothing)
{
	uint8_t burst[DMR_BURST_LEN], before[DMR_BURST_LEN];
	t_vector("hbp.txt", "burst_unit_C", burst, sizeof(burst));
	memcpy(before, burst, sizeof(burst));
	burst_put_sync(burst, SYNC_NONE);
	T_BYTES(burst, before, sizeof(burst));
}

/* With up to three wrong bits of the twenty, wherever they lie. */
T_CASE(every_slot_type_survives_three_errors)
{
	uint32_t state = 9;
	for (unsigned data = 0; data < 256; data++) {
		uint8_t burst[DMR_BURST_LEN], cc = 0xFF, type = 0xFF;
		random_fill(&state, burst, sizeof(burst));
		burst_put_slot_type(burst, (uint8_t)(data >> 4), (enum dmr_data_type)(data & 15));
		for (int i = 0; i < 3; i++) {
			size_t bit = random32(&state) % 20;
			flip(burst, bit < 10 ? 98 + bit : 146 + bit);
		}
		T_CHECK(burst_slot_type(t_guarded(burst, sizeof(burst)), &cc, &type));
		T_EQUAL(cc, data >> 4);
		T_EQUAL(type, data & 15);
	}
}

T_CASE(every_emb_survives_two_errors)
{
	uint32_t state = 10;
	for (unsigned data = 0; data < 128; data++) {
		uint8_t burst[DMR_BURST_LEN], cc = 0xFF, lcss = 0xFF;
		bool pi = false;
		random_fill(&state, burst, sizeof(burst));
		burst_put_emb(burst, (uint8_t)(data >> 3), (data & 4) != 0,
		              (enum dmr_lcss)(data & 3));
		for (int i = 0; i < 2; i++) {
			size_t bit = random32(&state) % 16;
			flip(burst, bit < 8 ? 108 + bit : 140 + bit);
		}
		T_CHECK(burst_emb(t_guarded(burst, sizeof(burst)), &cc, &pi, &lcss));
		T_EQUAL(cc, data >> 3);
		T_EQUAL(pi, (data & 4) != 0);
		T_EQUAL(lcss, data & 3);
	}
}

T_CASE(too_many_errors_leave_the_results_alone)
{
	uint8_t burst[DMR_BURST_LEN] = {0}, cc = 0x5A, other = 0x5A;
	bool pi = true;
	bits_put(burst, 98, 10, 0x00F); /* four ones: half way between two words */
	T_CHECK(!burst_slot_type(burst, &cc, &other));
	bits_put(burst, 108, 8, 0x07);
	bits_put(burst, 148, 8, 0x00);
	T_CHECK(!burst_emb(burst, &cc, &pi, &other));
	T_EQUAL(cc, 0x5A);
	T_EQUAL(other, 0x5A);
	T_CHECK(pi);
}

T_CASE(words_in_bursts_recorded_on_air)
{
	static const struct {
		const char *name;
		enum dmr_lcss lcss;
	} voice[] = {
		{"captured_B", LCSS_FIRST},        {"captured_C", LCSS_CONTINUATION},
		{"captured_D", LCSS_CONTINUATION}, {"captured_E", LCSS_LAST},
		{"captured_F", LCSS_SINGLE},
	};
	uint8_t burst[DMR_BURST_LEN], cc, type, lcss;
	bool pi;
	t_vector("hbp.txt", "captured_header", burst, sizeof(burst));
	T_CHECK(burst_slot_type(burst, &cc, &type));
	T_EQUAL(cc, 1);
	T_EQUAL(type, DMR_VOICE_HEADER);
	t_vector("hbp.txt", "captured_terminator", burst, sizeof(burst));
	T_CHECK(burst_slot_type(burst, &cc, &type));
	T_EQUAL(type, DMR_TERMINATOR);
	for (size_t i = 0; i < ARRAY_LEN(voice); i++) {
		t_vector("hbp.txt", voice[i].name, burst, sizeof(burst));
		T_CHECK(burst_emb(burst, &cc, &pi, &lcss));
		T_EQUAL(cc, 1);
		T_CHECK(!pi);
		T_EQUAL(lcss, voice[i].lcss);
	}
}

T_CASE(puts_touch_only_their_bits)
{
	for (unsigned fill = 0; fill <= 0xFF; fill += 0xFF) {
		for (unsigned data = 0; data < 256; data++) {
			uint8_t burst[DMR_BURST_LEN];
			memset(burst, (int)fill, sizeof(burst));
			burst_put_slot_type(burst, (uint8_t)(data >> 4),
			                    (enum dmr_data_type)(data & 15));
			only_changed(burst, fill, 98, 108, 156, 166);
			memset(burst, (int)fill, sizeof(burst));
			burst_put_emb(burst, (uint8_t)(data >> 4), (data & 8) != 0,
			              (enum dmr_lcss)(data & 3));
			only_changed(burst, fill, 108, 116, 148, 156);
			memset(burst, (int)fill, sizeof(burst));
			burst_put_sync(burst, (enum dmr_sync)(data % SYNC_NONE));
			only_changed(burst, fill, 108, 156, 0, 0);
		}
	}
}

T_CASE(voice_is_taken_out_as_it_was_put_in)
{
	uint8_t ambe[27], out[28] = {0}, burst[DMR_BURST_LEN + 1];
	struct lc lc = lc_make(FLCO_GROUP, 91, 2345678);
	struct lc_coded coded;

	lc_encode(&lc, &coded);
	for (size_t i = 0; i < sizeof(ambe); i++)
		ambe[i] = (uint8_t)(i * 37 + 11);
	for (int position = 0; position < 6; position++) {
		burst_make_voice(burst, ambe, &coded, position, 1);
		burst[DMR_BURST_LEN] = 0xFF;
		burst_voice(burst, out);
		T_BYTES(out, ambe, sizeof(ambe));
		T_EQUAL(out[27], 0);
	}
}

T_MAIN()
