#include "dmr/ambe.h"

#include "base/cursor.h"
#include "dmr/bits.h"
#include "dmr/golay.h"

#define FRAME_BITS (8 * AMBE_FRAME_LEN)

const uint8_t AMBE_SILENCE[AMBE_FRAME_LEN] = {0xB9, 0xE8, 0x81, 0x52, 0x61, 0x73, 0x00, 0x2A, 0x6B};

/* The 23 bits u1 is XORed with, so that a receiver that decoded u0 wrongly sees errors in u1. */
static uint32_t whitening(uint32_t u0)
{
	uint32_t state = 16 * u0;
	uint32_t bits = 0;

	for (unsigned i = 0; i < 23; i++) {
		state = (173 * state + 13849) & 0xFFFF;
		bits = bits << 1 | state >> 15;
	}
	return bits;
}

void ambe_tone(uint8_t frame[static AMBE_FRAME_LEN], uint8_t id, uint8_t level)
{
	uint32_t u0 = 0xFC0u | level >> 1; /* an eighth bit of it falls on a one */
	uint32_t u1 = (uint32_t)id << 4 | id >> 4;
	uint32_t u2 = (id & 0xFu) << 7 | id >> 1;
	uint32_t u3 = (id & 1u) << 13 | (uint32_t)id << 5 | (level & 1u) << 4;
	uint8_t plain[AMBE_FRAME_LEN] = {0};

	bits_put(plain, 0, 24, golay_24(u0));
	bits_put(plain, 24, 23, golay_23(u1) ^ whitening(u0));
	bits_put(plain, 47, 11, u2);
	bits_put(plain, 58, 14, u3);
	for (size_t i = 0; i < FRAME_BITS; i++)
		bit_put(frame, 4 * (i % 18) + i / 18, bit_get(plain, i));
}

static void fill_burst(uint8_t ambe[static AMBE_BURST_LEN],
                       const uint8_t frame[static AMBE_FRAME_LEN])
{
	struct wr w = wr_make(ambe, AMBE_BURST_LEN);

	for (unsigned i = 0; i < AMBE_BURST_FRAMES; i++)
		wr_bytes(&w, frame, AMBE_FRAME_LEN);
}

void ambe_burst_tone(uint8_t ambe[static AMBE_BURST_LEN], uint8_t id, uint8_t level)
{
	uint8_t frame[AMBE_FRAME_LEN] = {0};

	ambe_tone(frame, id, level);
	fill_burst(ambe, frame);
}

void ambe_burst_silence(uint8_t ambe[static AMBE_BURST_LEN])
{
	fill_burst(ambe, AMBE_SILENCE);
}
