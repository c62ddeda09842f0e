/*
 * What a prompt says: in words, where the voice files have them all in a language of the client,
 * else in Morse.
 */
#ifndef CORE_PROMPT_H
#define CORE_PROMPT_H

#include "core/step.h"

enum prompt { PROMPT_LINKED, PROMPT_NOT_LINKED, PROMPT_BUSY, PROMPT_IDENT };

/* Gives the player what it is to play; it was made for Morse. */
void prompt_put(const struct step *step, struct player *p, const struct session *s,
                enum prompt prompt, uint32_t number);

/* A recording in the client's language; without frames where there is none. */
struct clip prompt_recording(const struct step *step, const struct session *s, uint32_t number);

#endif
