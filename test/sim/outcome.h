/*
 * What comes of a step: the datagrams and records that left. They are kept until the scenario asks
 * for them, and judged at once by all that holds for every scenario (test/sim/README, last part).
 */
#ifndef SIM_OUTCOME_H
#define SIM_OUTCOME_H

#include "sim/world.h"

/* Takes what r->actions holds, and fails the run unless the first one came to the same. */
void outcome_take(struct run *r);

/* The earliest without an expectation: a frame for `id`, or without one (at) what went there. */
struct item *item_unread(struct run *r, const struct addr *at, uint32_t id);
/* Good until the next call. */
const char *item_describe(const struct item *i);
void record_show(const struct record *rec);

#endif
