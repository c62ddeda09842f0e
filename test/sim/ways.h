/*
 * The state transitions that the core makes: sessions, slots, calls, neighbours
 * and uplinks are compared before and after each step. A new transition is a line "MACHINE FROM
 * TO" in the file that WAYS in the environment names; test/sim/ways judges them.
 */
#ifndef SIM_WAYS_H
#define SIM_WAYS_H

#include <stdbool.h>

#include "core/core.h"

/* Compares the state with that of the last call; afresh: a core that has just
 * begun. */
void ways_go(const struct core *core, tick_t now, bool afresh);

#endif
