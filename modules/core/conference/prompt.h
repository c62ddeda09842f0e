/*
 * The contents of a prompt: spoken if the voice files have every word in the client's language,
 * else Morse.
 */
#ifndef CORE_PROMPT_H
#define CORE_PROMPT_H

#include "core/step/step.h"

enum prompt {
	PROMPT_LINKED,
	PROMPT_NOT_LINKED,
	PROMPT_UNLINKED, /* the answer to 4000: the same words */
	PROMPT_BUSY,
	PROMPT_IDENT,
};

/* The source radio ID of a prompt. */
uint32_t prompt_source(const struct core *core, enum prompt prompt);

/* How a client wants to hear prompts. On an uplink not at all: its master speaks to our users. */
enum prompts prompt_kind(const struct core *core, const struct session *s);

/* Sets the player's audio; a new player holds Morse. */
void prompt_put(const struct step *step, struct player *p, const struct session *s,
                enum prompt prompt, uint32_t number);

/* A recording in the client's language; it has no frames if there is none. */
struct clip prompt_recording(const struct step *step, const struct session *s, uint32_t number);

#endif
