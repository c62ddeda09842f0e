/*
 * May a call that came by a link to another server leave by a link to a third one? Where the
 * operator lists what passes, on both.
 */
#ifndef CORE_TRANSIT_H
#define CORE_TRANSIT_H

#include "core/step.h"

/*
 * By a link with the transit list `out`: its conference, or, when it is for one radio, where
 * anything passes at all. True for calls of our own clients.
 */
bool transit_permits(const struct core *core, const struct stream *x, const struct access *out);

/* May the call go up by the uplink whose session this is? */
bool transit_climbs(const struct core *core, const struct session *s, const struct stream *x);

#endif
