/*
 * May this slot receive that call or data now?
 */
#ifndef CORE_CONTENTION_H
#define CORE_CONTENTION_H

#include "core/step/step.h"

#define BETWEEN_CALLS_MS ((tick_t)600) /* decision 7 */
/*
 * A hotspot's RF side is free after the last block, and a call continues whatever its listener
 * sends (MMDVMHost, DMRSlot.cpp). So the only rule is that no call begins between two blocks.
 */
#define DATA_HOLDS_MS ((tick_t)120)      /* keeps calls from beginning on the sender's slot */
#define DATA_LASTS_MS ((tick_t)360)      /* keeps data of other senders off the receiving slots */
#define DATA_AFTER_CALL_MS ((tick_t)600) /* part of the hang time without data */

struct refusal {
	const char *words; /* reason for refusal; NULL = allowed */
	uint32_t conference;
	tick_t left;
};

/*
 * `first`: the call begins with this frame. If the slot is allowed to hear the call but hears
 * something else, that is audio of the server and gives way.
 */
struct refusal contention_refuses(const struct step *step, const struct session *s,
                                  const struct slot *slot, const struct stream *x, bool first);

/* Likewise for the next data frame; `begins`: a radio can decode from this frame on. */
struct refusal contention_refuses_data(const struct step *step, const struct session *s,
                                       const struct slot *slot, const struct stream *x,
                                       bool begins);

/* Is data being sent to it? Then deferrable audio waits. */
bool contention_is_in_data(const struct step *step, const struct slot *slot);

#endif
