/*
 * The listening side: a frame to every slot that hears its call.
 */
#ifndef CORE_DELIVER_H
#define CORE_DELIVER_H

#include "core/step.h"

/* `first`: the call begins with this frame. */
void deliver_burst(struct step *step, struct stream *x, const struct hbp_burst *b, bool first);

/* Closes the call at every listener, with a terminator when they are to be told. */
void deliver_end(struct step *step, struct stream *x, bool tell);

/* Ends what one slot hears. */
void slot_close(struct step *step, struct session *s, struct slot *slot, bool tell_listener);

#endif
