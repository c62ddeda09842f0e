/*
 * Which ways the machines of the core go, from state to state: sessions, slots, calls, neighbours
 * and uplinks are looked at before and after each step. A way that is new is a line "MACHINE FROM
 * TO" in the file that WAYS in the environment names; test/sim/ways judges them.
 */
#ifndef SIM_WAYS_H
#define SIM_WAYS_H

#include <stdbool.h>

#include "core/core.h"

/* How it stands now, beside how it stood when this was last asked; afresh: a core that has just
 * begun. */
void ways_go(const struct core *core, tick_t now, bool afresh);

#endif
