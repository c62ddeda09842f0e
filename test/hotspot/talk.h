/*
 * Makes the bursts of one transmission, in the order a client sends them: voice
 * header, bursts A..F over and over, terminator. LC, slot type, EMB and sync are
 * those of a clean signal with colour code 1 (TS 102 361-1 §5.1.2, §9.1).
 */
#ifndef HOTSPOT_TALK_H
#define HOTSPOT_TALK_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "dmr/burst.h"
#include "dmr/lc.h"
#include "wire/hbp.h"

#define TALK_CC 1
#define TALK_AMBE_LEN 27 /* three AMBE frames: the voice of one burst */

struct talk {
	struct hbp_burst next; /* ids, slot, stream and sequence of the next datagram */
	struct lc_coded coded;
	int position; /* of the next voice burst, 0 = A .. 5 = F */
};

/* Takes the ids in `t->next` into the LC; a header then counts from sequence 0. */
static inline void talk_code(struct talk *t)
{
	struct lc lc = lc_make(t->next.unit ? FLCO_UNIT : FLCO_GROUP, t->next.dst, t->next.src);
	lc_encode(&lc, &t->coded);
}

static inline struct hbp_burst talk_lc(struct talk *t, enum dmr_data_type type)
{
	if (type == DMR_VOICE_HEADER) {
		t->next.seq = 0;
		t->position = 0;
	}
	struct hbp_burst b = t->next;
	b.class = burst_of_type(type);
	burst_make_lc(b.payload, &t->coded, type, TALK_CC);
	t->next.seq++;
	return b;
}

static inline struct hbp_burst talk_voice(struct talk *t, const uint8_t ambe[static TALK_AMBE_LEN])
{
	struct hbp_burst b = t->next;
	b.class = burst_of_position((uint32_t)t->position);
	burst_make_voice(b.payload, ambe, &t->coded, t->position, TALK_CC);
	t->next.seq++;
	t->position = (t->position + 1) % 6;
	return b;
}

#endif
