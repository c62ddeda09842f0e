/*
 * Commands of operators, and lookups and restored state from the reporter.
 */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include "core/step/step.h"
#include "wire/command.h"

void command_run(struct step *step, const struct command *c);

#endif
