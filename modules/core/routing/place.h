/*
 * Where a call goes: decided once, at its first frame.
 */
#ifndef CORE_PLACE_H
#define CORE_PLACE_H

#include "core/step/step.h"

void place(struct step *step, struct stream *x);

#endif
