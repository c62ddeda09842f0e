/*
 * The door for clients: who sent it, what is it.
 */
#ifndef CORE_INTAKE_H
#define CORE_INTAKE_H

#include "core/step.h"

struct event;

void intake_datagram(struct step *step, const struct event *event);

#endif
