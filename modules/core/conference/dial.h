/*
 * Commands from the radio: numbers called privately, 4000, 5000, recordings.
 */
#ifndef CORE_DIAL_H
#define CORE_DIAL_H

#include "core/step/step.h"

bool dial_is_command(const struct stream *x);
/* Executes a command call when it ends. */
void dial_command(struct step *step, struct session *s, struct stream *x);

bool dial_is_link(uint32_t number);
bool dial_link(struct step *step, struct session *s, uint32_t tg);

void dial_set_default(struct step *step, struct session *s, uint32_t tg); /* 0 = none */

/* A subscription timed out; if it was dialled, the client hears what is linked now. */
void dial_expire(struct step *step, void *row);

#endif
