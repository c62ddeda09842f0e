/*
 * Bursts to other servers: which neighbours get a call, and which have quenched it.
 */
#ifndef CORE_RELAY_H
#define CORE_RELAY_H

#include "core/step/step.h"

/* Sends a burst to every neighbour that does not have the call yet. */
void relay_deliver(struct step *step, struct stream *x, const struct hbp_burst *b);

/* A definite end here also ends the call for the neighbours; a call that fell silent may continue
 * elsewhere. */
void relay_end(struct step *step, struct stream *x, enum cause cause);

/* A neighbour quenched the call. */
void relay_quench(struct step *step, struct peer *p, uint32_t tg, uint32_t stream);

/* A neighbour sent a copy of the call with that claim key, so it has it already. */
void relay_brought(struct step *step, struct peer *p, uint64_t key, const struct hbp_burst *b);

/* Is the call a copy of one already carried from another origin? */
bool relay_has(const struct step *step, const struct stream *x);

/* Is it a copy of a call that its origin has ended? */
bool relay_is_over(const struct step *step, const struct stream *x);

/* Data for a radio that may be on another server. */
bool relay_carries_unit(const struct core *core, const struct stream *x);

#endif
