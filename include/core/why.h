/*
 * What was decided, for who asks why it did not work.
 */
#ifndef CORE_WHY_H
#define CORE_WHY_H

#include "core/step.h"
#include "wire/command.h"

void why_note(struct step *step, struct decision d); /* `at` and `times` are set here */
void why_client(struct step *step, uint32_t client, const char *words);
void why_call(struct step *step, const struct stream *x, const char *words, uint32_t number);
void why_subscription(struct step *step, const struct session *s, const struct subscription *x,
                      const char *words);

/* Tells what is known about an id, past and present. */
void why_answer(struct step *step, const struct command *c);

#endif
