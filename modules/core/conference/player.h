/*
 * Audio from the server itself: prompts, idents, recordings, the echo.
 */
#ifndef CORE_PLAYER_H
#define CORE_PLAYER_H

#include "core/conference/prompt.h"
#include "core/step/step.h"

void player_prompt(struct step *step, struct session *s, enum prompt prompt, uint32_t number);

/* Unsolicited: waits a limited time for a quiet slot. */
void player_notice(struct step *step, struct session *s, enum prompt prompt, uint32_t number);

/* The recording that was called, or "busy" if there is none. */
void player_recording(struct step *step, struct session *s, const struct stream *x);
void player_end(struct step *step, struct player *p);
void player_expire(struct step *step, void *row);

/* The echo: records a call burst by burst and plays it to the caller when it has ended. */
void player_record(struct step *step, struct stream *x);
void player_take(struct step *step, struct stream *x, const struct hbp_burst *b);
void player_echo(struct step *step, struct session *s, struct stream *x);
/* Is the recording long enough to play back, if the call could also be a command? */
bool player_has_speech(const struct step *step, const struct stream *x);
void player_drop_recording(struct core *core, struct stream *x);

/* After a reload: goes on with the same words of the voice files there are now. */
void player_follow(struct step *step, const struct conf *before);

/* Station identification at the interval set by the operator. One that is due earlier is not
 * postponed. */
void player_ident_plan(struct step *step, struct session *s);
void player_ident_expire(struct step *step, void *row);

/* Is a player free for unsolicited audio? The others are reserved for answers. */
bool player_has_room(const struct core *core);
/* Does nothing if there is no such recording or the slot is busy. */
void player_announce(struct step *step, struct session *s, uint32_t recording, uint32_t tg);

#endif
