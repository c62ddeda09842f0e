/*
 * AMBE+2 half-rate frames that can be made without a vocoder: silence and tones. A frame is 20 ms
 * in 72 bits, a burst carries three. TIA-102.BABA, half-rate annex.
 *
 *   u0  12 bits  111111, level(6 high bits)       Golay(24,12)
 *   u1  12 bits  id(8), id(4 high bits)           Golay(23,12), whitened by u0
 *   u2  11 bits  id(4 low bits), id(7 high bits)
 *   u3  14 bits  id(low bit), id(8), level(low bit), 0000
 *
 * These 24 + 23 + 11 + 14 bits are interleaved: bit i goes to position 4 * (i mod 18) + i / 18.
 */
#ifndef DMR_AMBE_H
#define DMR_AMBE_H

#include <stdint.h>

#define AMBE_FRAME_LEN 9u
#define AMBE_BURST_FRAMES 3u
#define AMBE_BURST_LEN 27u

#define AMBE_ID_750_HZ 24u
#define AMBE_LEVEL_COMFORTABLE 100u

extern const uint8_t AMBE_SILENCE[AMBE_FRAME_LEN];

/*
 * id 5..122: a sine of id * 31.25 Hz; 128..143: the DTMF pairs of 0..9, A..D, *, #; 144..159 other
 * pairs; 160 dial tone, 161 ringing, 162 busy; other ids are silent. level 0..127 is logarithmic.
 */
void ambe_tone(uint8_t frame[static AMBE_FRAME_LEN], uint8_t id, uint8_t level);

/* The same as the three frames of a burst. */
void ambe_burst_tone(uint8_t ambe[static AMBE_BURST_LEN], uint8_t id, uint8_t level);
void ambe_burst_silence(uint8_t ambe[static AMBE_BURST_LEN]);

#endif
