/*
 * Where radios are: learned from carried calls, used by calls to one radio.
 *
 * Anybody can put any number into a frame. So while a radio's own hotspot is logged in (the client
 * with the radio's ID, with or without a suffix), other people's hotspots and other servers do not
 * move the radio. A repeater does, because its owner may be on the way, but his own hotspot still
 * gets everything, so that nobody can divert it. A private call or data from a server we log in to
 * is not covered by its map of talkgroups, and moves no radio away from its known location.
 */
#ifndef CORE_LOCATE_H
#define CORE_LOCATE_H

#include "core/step/step.h"

#define LOCATION_AGE_MS (24 * 60 * TICK_MINUTE)

/* A frame of a placed call; `first`: the call's first. */
void locate_learn(struct step *step, struct stream *x, bool first);

/* Is this the radio's own hotspot? */
bool locate_is_own(struct source origin, uint32_t radio);

/* The radio's own hotspot if it is connected, else NULL. */
struct session *locate_own(const struct core *core, uint32_t radio);

/* Its location if that is still valid, else NULL. */
const struct location *locate_find(const struct step *step, uint32_t radio);

#endif
