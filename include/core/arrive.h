/*
 * Bursts from other servers: which are taken, whose copy of a call counts.
 */
#ifndef CORE_ARRIVE_H
#define CORE_ARRIVE_H

#include "core/step.h"
#include "wire/obp.h"

/* Takes an authentic burst of a version the link speaks. */
void arrive_burst(struct step *step, struct peer *p, const struct obp_message *m,
                  const struct endpoint *from);

#endif
