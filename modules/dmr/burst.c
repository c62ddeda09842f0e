#include "dmr/burst.h"

#include "dmr/bits.h"
#include "dmr/golay.h"
#include "dmr/qr.h"

/* Bit offsets of the fields; slot type and EMB are split in two halves around the sync. */
#define SLOT_TYPE_AT 98
#define SLOT_TYPE_AT_2 156
#define SYNC_AT 108
#define EMB_AT 108
#define EMB_AT_2 148
#define FRAGMENT_AT 116

/* The 48 bits as two halves of 24. TS 102 361-1 §9.1.1. */
static const struct {
	const char *name;
	uint32_t half[2];
} sync_words[SYNC_NONE] = {
	[SYNC_BS_VOICE] = {"bs-voice", {0x755FD7, 0xDF75F7}},
	[SYNC_BS_DATA] = {"bs-data", {0xDFF57D, 0x75DF5D}},
	[SYNC_MS_VOICE] = {"ms-voice", {0x7F7D5D, 0xD57DFD}},
	[SYNC_MS_DATA] = {"ms-data", {0xD5D7F7, 0x7FD757}},
	[SYNC_MS_REVERSE] = {"ms-reverse", {0x77D55F, 0x7DFD77}},
	[SYNC_DIRECT1_VOICE] = {"direct1-voice", {0x5D577F, 0x7757FF}},
	[SYNC_DIRECT1_DATA] = {"direct1-data", {0xF7FDD5, 0xDDFD55}},
	[SYNC_DIRECT2_VOICE] = {"direct2-voice", {0x7DFFD5, 0xF55D5F}},
	[SYNC_DIRECT2_DATA] = {"direct2-data", {0xD7557F, 0x5FF7F5}},
};

const char *dmr_sync_name(enum dmr_sync sync)
{
	return sync < SYNC_NONE ? sync_words[sync].name : "none";
}

enum dmr_sync burst_sync(const uint8_t burst[static DMR_BURST_LEN])
{
	uint32_t first = bits_get(burst, SYNC_AT, 24);
	uint32_t second = bits_get(burst, SYNC_AT + 24, 24);
	for (enum dmr_sync s = SYNC_BS_VOICE; s < SYNC_NONE; s++) {
		if (sync_words[s].half[0] == first && sync_words[s].half[1] == second)
			return s;
	}
	return SYNC_NONE;
}

void burst_put_sync(uint8_t burst[static DMR_BURST_LEN], enum dmr_sync sync)
{
	if (sync >= SYNC_NONE)
		return;
	bits_put(burst, SYNC_AT, 24, sync_words[sync].half[0]);
	bits_put(burst, SYNC_AT + 24, 24, sync_words[sync].half[1]);
}

void burst_put_slot_type(uint8_t burst[static DMR_BURST_LEN], uint8_t cc, enum dmr_data_type type)
{
	uint32_t word = golay_24((cc & 15u) << 4 | ((unsigned)type & 15u));
	bits_put(burst, SLOT_TYPE_AT, 10, word >> 10);
	bits_put(burst, SLOT_TYPE_AT_2, 10, word);
}

bool burst_slot_type(const uint8_t burst[static DMR_BURST_LEN], uint8_t *cc, uint8_t *type)
{
	uint8_t data;
	uint32_t word = bits_get(burst, SLOT_TYPE_AT, 10) << 10;
	word |= bits_get(burst, SLOT_TYPE_AT_2, 10);
	if (!golay_decode(word, &data))
		return false;
	*cc = data >> 4;
	*type = data & 15;
	return true;
}

void burst_put_emb(uint8_t burst[static DMR_BURST_LEN], uint8_t cc, bool pi, enum dmr_lcss lcss)
{
	unsigned data = (cc & 15u) << 3 | (pi ? 4u : 0u) | ((unsigned)lcss & 3u);
	uint32_t word = qr_encode((uint8_t)data);
	bits_put(burst, EMB_AT, 8, word >> 8);
	bits_put(burst, EMB_AT_2, 8, word);
}

bool burst_emb(const uint8_t burst[static DMR_BURST_LEN], uint8_t *cc, bool *pi, uint8_t *lcss)
{
	uint8_t data;
	uint32_t word = bits_get(burst, EMB_AT, 8) << 8 | bits_get(burst, EMB_AT_2, 8);
	if (!qr_decode((uint16_t)word, &data))
		return false;
	*cc = data >> 3;
	*pi = (data & 4) != 0;
	*lcss = data & 3;
	return true;
}

void burst_make_lc(uint8_t burst[static DMR_BURST_LEN], const struct lc_coded *c,
                   enum dmr_data_type type, uint8_t cc)
{
	if (type == DMR_TERMINATOR)
		lc_put_terminator(burst, c);
	else
		lc_put_header(burst, c);
	burst_put_slot_type(burst, cc, type);
	burst_put_sync(burst, SYNC_BS_DATA);
}

/*
 * AMBE bits 0..107 and 108..215, around the 48 bits in the middle. Those share octets 13 and 19
 * with bits 104..111 and are written afterwards.
 */
static void put_ambe(uint8_t burst[static DMR_BURST_LEN], const uint8_t ambe[static 27])
{
	for (size_t i = 0; i < 14; i++)
		burst[i] = ambe[i];
	for (size_t i = 13; i < 27; i++)
		burst[i + 6] = ambe[i];
}

void burst_make_voice(uint8_t burst[static DMR_BURST_LEN], const uint8_t ambe[static 27],
                      const struct lc_coded *c, int position, uint8_t cc)
{
	/* By position; burst A has no EMB. TS 102 361-1 §9.3.3. */
	static const enum dmr_lcss lcss[] = {LCSS_SINGLE,       LCSS_FIRST, LCSS_CONTINUATION,
	                                     LCSS_CONTINUATION, LCSS_LAST,  LCSS_SINGLE};
	put_ambe(burst, ambe);
	if (position == 0) {
		burst_put_sync(burst, SYNC_BS_VOICE);
		return;
	}
	burst_put_emb(burst, cc, false, lcss[position]);
	if (position <= 4)
		lc_put_fragment(burst, c, position);
	else
		bits_put(burst, FRAGMENT_AT, 32, 0);
}

void burst_voice(const uint8_t burst[static DMR_BURST_LEN], uint8_t ambe[static 27])
{
	for (size_t i = 0; i < 216; i++)
		bit_put(ambe, i, bit_get(burst, i < 108 ? i : i + 48));
}
