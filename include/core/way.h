/*
 * The ways a call comes by, when it comes by several: which of them counts.
 */
#ifndef CORE_WAY_H
#define CORE_WAY_H

#include "core/step.h"

/*
 * Does the copy that `origin` brings count? The first does, until it falls silent. *claim is then
 * its own, and else that of the copy that counts.
 */
bool way_counts(struct step *step, uint64_t key, uint32_t origin, struct claim **claim);

#endif
