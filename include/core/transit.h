/*
 * May a call that came by a link to another server leave by a link to a third one? Where the
 * operator lists what passes, on both.
 */
#ifndef CORE_TRANSIT_H
#define CORE_TRANSIT_H

#include "core/step.h"

/* A group call to `tg`, by a link with the transit list `out`. True for calls of our own clients.
 */
bool transit_permits(const struct core *core, const struct stream *x, const struct access *out,
                     uint32_t tg);

/* Data for one radio: where anything passes at all. */
bool transit_permits_unit(const struct core *core, const struct stream *x,
                          const struct access *out);

#endif
