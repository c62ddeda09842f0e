/*
 * The order of a stream's frames, modulo 256 (decision 11): difference 0 is a duplicate, 1..127
 * goes forward over a gap, 128..255 is late. Six late ones in a row mean that the sender began
 * again.
 */
#include "core/sequence.h"

#define LATE_RUN_RESTARTS 6

void sequence_start(struct sequence *q, uint8_t seq)
{
	q->last = seq;
	q->late_run = 0;
}

enum order sequence_judge(struct sequence *q, uint8_t seq, uint32_t *lost)
{
	uint8_t ahead = (uint8_t)(seq - q->last);

	*lost = 0;
	if (ahead == 0)
		return ORDER_DUPLICATE;
	if (ahead >= 128 && ++q->late_run < LATE_RUN_RESTARTS)
		return ORDER_LATE;
	if (ahead < 128)
		*lost = ahead - 1u;
	sequence_start(q, seq);
	return ORDER_NEXT;
}
