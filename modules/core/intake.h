/*
 * Entry point for client datagrams: identifies sender and message. Tested by every scenario,
 * fuzz_core and unit/core/t_core.
 */
#ifndef CORE_INTAKE_H
#define CORE_INTAKE_H

#include "core/step/step.h"

struct event;

void intake_datagram(struct step *step, const struct event *event);

/* Does the sender have a session? */
bool intake_knows(const struct core *core, const struct event *event);

#endif
