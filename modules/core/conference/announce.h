/*
 * Recordings at fixed intervals.
 */
#ifndef CORE_ANNOUNCE_H
#define CORE_ANNOUNCE_H

#include "core/step/step.h"

void announce_open(struct core *core);
void announce_follow(struct step *step, const struct conf *before); /* after a reload */
void announce_expire(struct step *step, void *row);

#endif
