/*
 * A call and its conference: one conversation at a time; who comes second waits for his turn
 * (decision 8).
 */
#ifndef CORE_CALL_H
#define CORE_CALL_H

#include "core/step.h"

#define STREAM_SILENCE_MS TICK_SECOND /* decision 7 and 10: active, and soft end */

/* Tells the reporter that it has begun. */
void call_tell(struct step *step, struct stream *x);

/* Speaks in the conference that is its topic, or waits there while another does. */
void call_join(struct step *step, struct stream *x);

/* A waiting call is looked at again at each burst A. */
void call_take_turn(struct step *step, struct stream *x, const struct hbp_burst *b);

/* Ends what others see and hear of it; the row may stay to ignore the rest of it. */
void call_leave(struct step *step, struct stream *x, enum cause cause);

#endif
