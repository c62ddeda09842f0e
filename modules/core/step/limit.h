/*
 * Rate limits for answers to strangers and for log lines about them.
 */
#ifndef CORE_LIMIT_H
#define CORE_LIMIT_H

#include "core/step/step.h"

/* Takes a token for `who` and `what`; false if there is none. */
bool limit_allows(struct step *step, enum limit limit, const struct addr *who, uint64_t what);

/* Likewise, but only checks. */
bool limit_would_allow(struct step *step, enum limit limit, const struct addr *who, uint64_t what);

#endif
