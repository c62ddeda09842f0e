/*
 * Commands from the radio: numbers called privately, 4000, 5000, recordings.
 */
#ifndef CORE_DIAL_H
#define CORE_DIAL_H

#include "core/step.h"

bool dial_is_command(const struct stream *x);
/* Carries out the command that a call was, at its end. */
void dial_command(struct step *step, struct session *s, const struct stream *x);

bool dial_is_link(uint32_t number);
bool dial_link(struct step *step, struct session *s, uint32_t tg);

void dial_set_default(struct step *step, struct session *s, uint32_t tg); /* 0 = none */

/* A subscription has run out; was it dialled, the client is told what is there instead. */
void dial_expire(struct step *step, const struct expiry_entry *e);

#endif
