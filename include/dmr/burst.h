/*
 * The 264 bits of a burst: sync, slot type, EMB, and complete bursts we generate. TS 102 361-1
 * §4.2.2, §6, §9.1.1, §9.1.2, §9.1.3.
 *
 *   bits   0..107   payload (data bursts: 0..97 payload, 98..107 slot type)
 *        108..155   sync, or EMB(8) fragment(32) EMB(8) in voice bursts B..F
 *        156..263   payload (data bursts: 156..165 slot type, 166..263 payload)
 */
#ifndef DMR_BURST_H
#define DMR_BURST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"
#include "dmr/dmr.h"
#include "dmr/lc.h"

enum dmr_sync {
	SYNC_BS_VOICE,
	SYNC_BS_DATA,
	SYNC_MS_VOICE,
	SYNC_MS_DATA,
	SYNC_MS_REVERSE,
	SYNC_DIRECT1_VOICE,
	SYNC_DIRECT1_DATA,
	SYNC_DIRECT2_VOICE,
	SYNC_DIRECT2_DATA,
	SYNC_NONE,
};

const char *dmr_sync_name(enum dmr_sync sync);

/* The sync word at bits 108..155 (exact match), or SYNC_NONE. */
enum dmr_sync burst_sync(const uint8_t burst[static DMR_BURST_LEN]);
/* SYNC_NONE writes nothing. */
void burst_put_sync(uint8_t burst[static DMR_BURST_LEN], enum dmr_sync sync);

/* Slot type: colour code 0..15 and data type, Golay(20,8). Decoding corrects up to 3 bits. */
void burst_put_slot_type(uint8_t burst[static DMR_BURST_LEN], uint8_t cc, enum dmr_data_type type);
MUST_CHECK bool burst_slot_type(const uint8_t burst[static DMR_BURST_LEN], uint8_t *cc,
                                uint8_t *type);

/* EMB: colour code, PI flag, LCSS, QR(16,7,6). Decoding corrects up to 2 bits. */
void burst_put_emb(uint8_t burst[static DMR_BURST_LEN], uint8_t cc, bool pi, enum dmr_lcss lcss);
MUST_CHECK bool burst_emb(const uint8_t burst[static DMR_BURST_LEN], uint8_t *cc, bool *pi,
                          uint8_t *lcss);

/* A whole voice header or terminator: coded LC, slot type, BS data sync. */
void burst_make_lc(uint8_t burst[static DMR_BURST_LEN], const struct lc_coded *c,
                   enum dmr_data_type type, uint8_t cc);

/*
 * A whole voice burst around three AMBE frames (27 octets). `position` 0 = A (BS voice sync),
 * 1..4 = B..E (EMB and fragment), 5 = F (EMB, null fragment).
 */
void burst_make_voice(uint8_t burst[static DMR_BURST_LEN], const uint8_t ambe[static 27],
                      const struct lc_coded *c, int position, uint8_t cc);

/* The three AMBE frames of a voice burst. */
void burst_voice(const uint8_t burst[static DMR_BURST_LEN], uint8_t ambe[static 27]);

#endif
