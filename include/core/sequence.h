/*
 * The order of a stream's frames.
 */
#ifndef CORE_SEQUENCE_H
#define CORE_SEQUENCE_H

#include <stdint.h>

#include "state/stream.h"

enum order { ORDER_NEXT, ORDER_DUPLICATE, ORDER_LATE };

void sequence_start(struct sequence *q, uint8_t seq);

/* `lost`: how many are missing before it. */
enum order sequence_judge(struct sequence *q, uint8_t seq, uint32_t *lost);

#endif
