/*
 * A call may arrive by several paths: decides which copy is used. NULL: no room for a claim.
 */
#ifndef CORE_CLAIM_H
#define CORE_CLAIM_H

#include "core/step/step.h"

/*
 * Use this frame from `origin`? The first origin of a call holds the claim until it falls silent;
 * its successor continues after the last frame. *claim is then the origin's own, otherwise that of
 * the copy in use.
 */
bool claim_counts(struct step *step, const struct hbp_burst *b, uint64_t key, struct source origin,
                  struct claim **claim);

#endif
