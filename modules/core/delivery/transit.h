/*
 * May a call that came by one server link leave by another? Only if the operator lists its
 * talkgroup on both.
 */
#ifndef CORE_TRANSIT_H
#define CORE_TRANSIT_H

#include "core/step/step.h"

/*
 * May the call leave by a link with the transit list `out`? A private call may if the list is not
 * empty. Calls of our own clients always may.
 */
bool transit_permits(const struct core *core, const struct stream *x, const struct access *out);

/* May the call leave by the uplink with this session? */
bool transit_climbs(const struct core *core, const struct session *s, const struct stream *x);

#endif
