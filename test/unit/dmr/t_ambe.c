#include "dmr/ambe.h"

#include "unit/dmr/vectors.h"

/* The 49 bits a decoder finds in a frame. */
struct half_rate {
	uint32_t u0, u1, u2, u3;
};

static bool golay_holds(uint32_t word)
{
	for (unsigned bit = 22; bit >= 11; bit--)
		if (word >> bit & 1)
			word ^= 0xC75u << (bit - 11);
	return word == 0;
}

/* Takes a frame apart without correcting anything; false when a Golay word has an error. */
static bool take_apart(const uint8_t frame[static AMBE_FRAME_LEN], struct half_rate *out)
{
	uint8_t plain[AMBE_FRAME_LEN] = {0};

	for (size_t place = 0; place < 72; place++)
		bit_put(plain, place % 4 * 18 + place / 4, bit_get(frame, place));
	uint32_t word0 = bits_get(plain, 0, 24), word1 = bits_get(plain, 24, 23);
	out->u0 = word0 >> 12;
	for (uint32_t i = 0, state = 16 * out->u0; i < 23; i++) {
		state = (173 * state + 13849) % 65536;
		word1 ^= state / 32768 << (22 - i);
	}
	out->u1 = word1 >> 11;
	out->u2 = bits_get(plain, 47, 11);
	out->u3 = bits_get(plain, 58, 14);
	return golay_holds(word0 >> 1) && !bits_parity(word0) && golay_holds(word1);
}

T_CASE(checked_frames_are_met)
{
	static const struct {
		const char *frame;
		uint8_t id, level;
	} rows[] = {
		{"bb8eacea1386400408", AMBE_ID_750_HZ, AMBE_LEVEL_COMFORTABLE},
		{"98beaeea12f0600408", 20, 100},
		{"fbaee8a6fb6e084cc0", 24, 90},
		{"ece88ce928ac00c442", 32, 110},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t frame[AMBE_FRAME_LEN], expected[AMBE_FRAME_LEN];
		T_EQUAL(t_hex(rows[i].frame, expected, sizeof(expected)), AMBE_FRAME_LEN);
		memset(frame, 0xA5, sizeof(frame));
		ambe_tone(frame, rows[i].id, rows[i].level);
		T_BYTES(frame, expected, AMBE_FRAME_LEN);
	}
}

T_CASE(silence_is_the_frame_radios_know)
{
	uint8_t expected[AMBE_FRAME_LEN];

	T_EQUAL(t_vector("hbp.txt", "ambe_silence_9", expected, sizeof(expected)), AMBE_FRAME_LEN);
	T_BYTES(AMBE_SILENCE, expected, AMBE_FRAME_LEN);
}

/* It is no tone: a tone begins with six ones. */
T_CASE(silence_is_well_protected)
{
	struct half_rate bits;

	T_CHECK(take_apart(AMBE_SILENCE, &bits));
	T_CHECK(bits.u0 >> 6 != 0x3F);
}

T_CASE(every_tone_decodes_to_its_id_and_level)
{
	for (unsigned id = 0; id < 256; id++) {
		for (unsigned level = 0; level < 128; level++) {
			uint8_t frame[AMBE_FRAME_LEN] = {0};
			struct half_rate bits;
			ambe_tone(frame, (uint8_t)id, (uint8_t)level);
			T_CHECK(take_apart(frame, &bits));
			T_EQUAL(bits.u0 >> 6, 0x3F);
			T_EQUAL((bits.u0 & 0x3F) << 1 | (bits.u3 >> 4 & 1), level);
			T_EQUAL(bits.u1 >> 4, id);
			T_EQUAL((bits.u1 & 15) << 4 | bits.u2 >> 7, id);
			T_EQUAL((bits.u2 & 0x7F) << 1 | bits.u3 >> 13, id);
			T_EQUAL(bits.u3 >> 5 & 0xFF, id);
			T_EQUAL(bits.u3 & 15, 0);
		}
	}
}

T_CASE(level_has_seven_bits)
{
	uint8_t high[AMBE_FRAME_LEN] = {0}, low[AMBE_FRAME_LEN] = {0};

	ambe_tone(high, 24, 0x80 | 100);
	ambe_tone(low, 24, 100);
	T_BYTES(high, low, AMBE_FRAME_LEN);
}

T_CASE(burst_is_three_times_its_frame)
{
	uint8_t burst[AMBE_BURST_LEN + 1], frame[AMBE_FRAME_LEN] = {0};

	memset(burst, 0x5A, sizeof(burst));
	ambe_tone(frame, 32, 110);
	ambe_burst_tone(burst, 32, 110);
	for (size_t i = 0; i < AMBE_BURST_FRAMES; i++)
		T_BYTES(&burst[i * AMBE_FRAME_LEN], frame, AMBE_FRAME_LEN);
	ambe_burst_silence(burst);
	for (size_t i = 0; i < AMBE_BURST_FRAMES; i++)
		T_BYTES(&burst[i * AMBE_FRAME_LEN], AMBE_SILENCE, AMBE_FRAME_LEN);
	T_EQUAL(burst[AMBE_BURST_LEN], 0x5A);
}

T_MAIN()
