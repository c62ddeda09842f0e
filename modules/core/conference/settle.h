/*
 * After a reload: applies the new settings to existing sessions, except where their clients chose
 * their own (decision 37). No call is cut off: settings a call uses change when it ends.
 */
#ifndef CORE_SETTLE_H
#define CORE_SETTLE_H

#include "core/step/step.h"

void settle_open(struct core *core);
void settle_begin(struct step *step);
void settle_expire(struct step *step, void *row);

#endif
