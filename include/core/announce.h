/*
 * Recordings at fixed intervals.
 */
#ifndef CORE_ANNOUNCE_H
#define CORE_ANNOUNCE_H

#include "core/step.h"

void announce_open(struct core *core);
void announce_replan(struct step *step); /* the intervals may be others now */
void announcement_expire(struct step *step, const struct expiry_entry *e);

#endif
