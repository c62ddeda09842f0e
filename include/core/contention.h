/*
 * May this slot hear that call now?
 */
#ifndef CORE_CONTENTION_H
#define CORE_CONTENTION_H

#include "core/step.h"

#define BETWEEN_CALLS_MS ((tick_t)600) /* decision 7 */

struct refusal {
	const char *words; /* why it may not; NULL = it may */
	uint32_t conference;
	tick_t left;
};

/* `first`: the call begins with this frame, so no other was heard of it. */
struct refusal contention_refuses(const struct step *step, const struct session *s,
                                  const struct slot *slot, const struct stream *x, bool first);

#endif
