/*
 * Bursts from other servers: which are accepted, and whose copy of a call is used.
 */
#ifndef CORE_ARRIVE_H
#define CORE_ARRIVE_H

#include "core/step/step.h"
#include "wire/obp.h"

/* Handles an authentic burst of a version that the link accepts. */
void arrive_burst(struct step *step, struct peer *p, const struct obp_message *m,
                  const struct endpoint *from);

#endif
