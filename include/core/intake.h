/*
 * The door for clients: who sent it, what is it. Shown by the scenarios, every one of which comes
 * in here, by fuzz_core, and by unit/core/t_core.
 */
#ifndef CORE_INTAKE_H
#define CORE_INTAKE_H

#include "core/step.h"

struct event;

void intake_datagram(struct step *step, const struct event *event);

#endif
