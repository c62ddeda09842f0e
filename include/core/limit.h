/*
 * Rate limits for answers to strangers and for what is said about them.
 */
#ifndef CORE_LIMIT_H
#define CORE_LIMIT_H

#include "core/step.h"

/* Takes a token of `who`, about `what`; false when there is none. */
bool limit_allows(struct step *step, enum limit limit, const struct addr *who, uint64_t what);

#endif
