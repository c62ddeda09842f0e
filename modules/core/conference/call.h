/*
 * A call and its conference: one conversation at a time; a second call waits for its turn
 * (decision 8).
 */
#ifndef CORE_CALL_H
#define CORE_CALL_H

#include "core/step/step.h"

#define STREAM_SILENCE_MS TICK_SECOND /* decisions 7 and 10: active, and soft end */
#define COLLISION_MS ((tick_t)360)    /* a superframe of silence: give way to others */

/* Reports its start. */
void call_tell(struct step *step, struct stream *x);

/* Speaks in its conference, or waits while another call speaks there. */
void call_join(struct step *step, struct stream *x);

/* Re-examines a waiting call at each burst A. True if it replaces a silent call; it then starts on
 * the slots at this burst. */
bool call_take_turn(struct step *step, struct stream *x, const struct hbp_burst *b);

/* Ends the call for listeners and reports; the row may remain to ignore its remaining frames. */
void call_leave(struct step *step, struct stream *x, enum cause cause);

#endif
