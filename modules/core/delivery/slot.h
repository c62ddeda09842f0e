/*
 * What one slot of a client hears.
 */
#ifndef CORE_SLOT_H
#define CORE_SLOT_H

#include "core/step/step.h"

/* Starts the fan-out of another frame: discards the forms. */
void slot_fan_out(struct core *core);

/* Sends the current frame in the given form. */
void slot_send(struct step *step, struct session *s, struct stream *x, const struct hbp_burst *b,
               struct form wanted);

/* Opens the call on the slot, as this talkgroup. */
void slot_open(struct step *step, const struct session *s, struct slot *slot, struct stream *x,
               uint32_t tg);

/* Ends the server's own audio there. */
void slot_end_prompt(struct step *step, struct session *s, struct slot *slot);

/* Ends the given call (slot_end) or any call (slot_close) there; with a terminator if requested. */
void slot_end(struct step *step, struct session *s, struct slot *slot, struct stream *x, bool tell);
void slot_close(struct step *step, struct session *s, struct slot *slot, bool tell);

#endif
