/*
 * Restores state that the reporter kept.
 */
#ifndef CORE_RESTORE_H
#define CORE_RESTORE_H

#include "core/step/step.h"
#include "wire/command.h"

void restore_subscription(struct step *step, const struct command *c);
void restore_location(struct step *step, const struct command *c);
void restore_neighbour(struct step *step, const struct command *c);

#endif
