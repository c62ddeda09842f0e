/*
 * The listening side: sends a frame to every slot that hears its call.
 */
#ifndef CORE_DELIVER_H
#define CORE_DELIVER_H

#include "core/step/step.h"

/* `first`: the call begins with this frame. */
void deliver_burst(struct step *step, struct stream *x, const struct hbp_burst *b, bool first);

/* Closes the call at every listener, with a terminator if requested. */
void deliver_end(struct step *step, struct stream *x, bool tell);

#endif
