/*
 * The switch to another binary, from the trial (parent/upgrade.h) to the list of descriptors it
 * gets. The loop decides when to stop the children.
 */
#ifndef PARENT_SWITCHOVER_H
#define PARENT_SWITCHOVER_H

#include "parent/parent_private.h"

/* Starts a trial for command `number`; 0 = a signal. */
void switchover_try(struct parent *p, uint32_t number);

/* The trial has written something, or ended. */
void switchover_take(struct parent *p);

/* The trial has run out of time. */
void switchover_give_up(struct parent *p);

/* Becomes the other binary. Returns only if that does not get ready, perhaps as the copy that has
 * waited for that (parent/keeper.h); `p->upgrade.said` says why. */
void switchover_become(struct parent *p);

/* What came of the last one, for command `number`. */
void switchover_tell(struct parent *p, uint32_t number);

#endif
