/*
 * What the server itself says: prompts, idents, recordings, the echo.
 */
#ifndef CORE_PLAYER_H
#define CORE_PLAYER_H

#include "core/prompt.h"
#include "core/step.h"

void player_prompt(struct step *step, struct session *s, enum prompt prompt, uint32_t number);

/* The recording that was called, or "busy" where there is none. */
void player_recording(struct step *step, struct session *s, const struct stream *x);
void player_expire(struct step *step, const struct expiry_entry *e);

/* The echo: a call to it is recorded, burst by burst, and played to its caller when it has ended.
 */
void player_record(struct step *step, struct stream *x);
void player_take(struct step *step, struct stream *x, const struct hbp_burst *b);
void player_echo(struct step *step, struct session *s, struct stream *x);
void player_drop_recording(struct core *core, struct stream *x);

/* Identification: after the time the operator set, again and again. */
void player_ident_later(struct step *step, struct session *s);
void ident_expire(struct step *step, const struct expiry_entry *e);

/* Is a player left for what nobody asked for? The others are for answers. */
bool player_has_room(const struct core *core);
/* Nothing where there is no such recording, or the slot is not quiet. */
void player_announce(struct step *step, struct session *s, uint32_t recording, uint32_t tg);

#endif
