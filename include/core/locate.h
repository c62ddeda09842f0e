/*
 * Where a call to one radio goes.
 */
#ifndef CORE_LOCATE_H
#define CORE_LOCATE_H

#include "core/step.h"

/* Gives the call its targets; false when the radio was not heard anywhere. */
bool locate(struct step *step, struct stream *x);

#endif
