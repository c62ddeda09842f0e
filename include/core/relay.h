/*
 * Bursts to other servers: who gets a call next, and who has asked not to.
 */
#ifndef CORE_RELAY_H
#define CORE_RELAY_H

#include "core/step.h"

/* Sends a burst to every neighbour that does not have the call yet. */
void relay_deliver(struct step *step, struct stream *x, const struct hbp_burst *b);

/* What ends the call here for good ends it for the neighbours too; what only fell silent may go on
 * elsewhere. */
void relay_end(struct step *step, struct stream *x, enum cause cause);

/* A neighbour has the call already. */
void relay_quench(struct step *step, struct peer *p, uint32_t tg, uint32_t stream);

/* Is the call a copy of one that is carried already, and brought by somebody else? */
bool relay_has(const struct step *step, const struct stream *x);

/* Is it a copy of one that who brought it has ended? */
bool relay_is_over(const struct step *step, const struct stream *x);

/* Data for a radio may be for one of another server. */
bool relay_carries_unit(const struct core *core, const struct stream *x);

#endif
