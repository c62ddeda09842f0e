/*
 * Where a call goes: decided once, at its first frame.
 */
#ifndef CORE_PLACE_H
#define CORE_PLACE_H

#include "core/step.h"

/* A call of a client of ours, or of an uplink. */
void place(struct step *step, struct session *s, struct stream *x);

/* A call from the mesh: known by its number alone, there are no slots and no subscriptions on the
 * way in. */
void place_from_peer(struct step *step, struct stream *x);

#endif
