/*
 * The order of a stream's frames, modulo 256 (decision 11): difference 0 is a duplicate, 1..127 is
 * ahead, perhaps after a gap, 128..255 is late. Six late ones in a row mean that the sender
 * restarted its count.
 *
 * Some senders never count. The same number with other contents is the next frame (decision 35); it
 * leaves with a new number, because receivers drop apparent duplicates.
 */
#include "core/step/sequence.h"

#include <string.h>

#include "wire/frame.h"

#define LATE_RUN_RESTARTS 6

static bool is_the_last(const struct sequence *q, const struct hbp_burst *b)
{
	return q->kind == b->class && memcmp(q->payload, b->payload, sizeof(q->payload)) == 0;
}

void sequence_start(struct sequence *q, const struct hbp_burst *b)
{
	q->last = b->seq;
	q->late_run = 0;
	q->kind = (uint8_t)b->class;
	memcpy(q->payload, b->payload, sizeof(q->payload));
}

enum order sequence_judge(struct sequence *q, const struct hbp_burst *b, uint32_t *lost)
{
	uint8_t forward = (uint8_t)(b->seq - q->last);

	*lost = 0;
	if (forward == 0 && is_the_last(q, b))
		return ORDER_DUPLICATE;
	if (forward >= 128 && ++q->late_run < LATE_RUN_RESTARTS)
		return ORDER_LATE;
	if (forward == 0)
		q->ahead++;
	else if (forward < 128)
		*lost = forward - 1u;
	sequence_start(q, b);
	return ORDER_NEXT;
}
