/*
 * What operators order, and what the reporter answers or remembers.
 */
#ifndef CORE_OBEY_H
#define CORE_OBEY_H

#include "core/step.h"
#include "wire/command.h"

void obey_command(struct step *step, const struct command *c);

#endif
