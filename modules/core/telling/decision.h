/*
 * Recent decisions, for the command `why`.
 */
#ifndef CORE_DECISION_H
#define CORE_DECISION_H

#include "core/step/step.h"
#include "wire/command.h"

void decision_note(struct step *step, struct decision d); /* `at` and `times` are set here */
void decision_source(struct step *step, struct source who, const char *words);
void decision_client(struct step *step, uint32_t client, const char *words);
void decision_call(struct step *step, const struct stream *x, const char *words, uint32_t number);
void decision_subscription(struct step *step, const struct session *s, const struct subscription *x,
                           const char *words);

/* Reports recent decisions about an ID and its current state. */
void decision_answer(struct step *step, const struct command *c);

#endif
