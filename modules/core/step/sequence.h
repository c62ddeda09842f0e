/*
 * The order of a stream's frames.
 */
#ifndef CORE_SEQUENCE_H
#define CORE_SEQUENCE_H

#include <stdint.h>

#include "state/stream.h"
#include "wire/hbp.h"

enum order { ORDER_NEXT, ORDER_DUPLICATE, ORDER_LATE };

void sequence_start(struct sequence *q, const struct hbp_burst *b);

/* `lost`: the number of frames missing before it. */
enum order sequence_judge(struct sequence *q, const struct hbp_burst *b, uint32_t *lost);

/* The outgoing number of the last frame, and one for a frame of ours after it. */
static inline uint8_t sequence_out(const struct sequence *q)
{
	return (uint8_t)(q->last + q->ahead);
}

static inline uint8_t sequence_next(const struct sequence *q)
{
	return (uint8_t)(sequence_out(q) + 1);
}

#endif
