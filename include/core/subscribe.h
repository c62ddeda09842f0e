/*
 * What a slot listens to, and until when. Shown by scenarios (options_*, keying_*, single_*,
 * *timer_*) and by unit/core/t_core_slots and t_core_random.
 */
#ifndef CORE_SUBSCRIBE_H
#define CORE_SUBSCRIBE_H

#include "core/step.h"

/* Makes the session what operator, options or nobody want it to be. */
void subscribe_defaults(struct step *step, struct session *s);
void subscribe_options(struct step *step, struct session *s, const char *text, size_t len);
void subscribe_none(struct step *step, struct session *s);

/* It came out that the session has slot 2 only. */
void subscribe_simplex(struct step *step, struct session *s);

/* A voice call was keyed: what it means on this slot. Activates the talkgroup when nobody has said
 * otherwise; NULL when the number cannot be a conference or no row was left. */
struct subscription *subscribe_keyed(struct step *step, struct session *s, uint8_t slot,
                                     uint32_t rf_tg);

/* Begins one that is not there; NULL when the table is full. */
struct subscription *subscribe_begin(struct step *step, struct session *s, uint8_t slot,
                                     uint32_t rf_tg, uint32_t conference,
                                     enum subscription_mode mode);
void subscribe_end(struct step *step, struct session *s, struct subscription *x, enum cause cause);

/* What is dialled, or the default reflector: TG 9 on slot 2. NULL when there is nothing. */
struct subscription *subscribe_link_of(const struct step *step, const struct session *s);
/* The default reflector, where nothing is dialled. */
void subscribe_default_link(struct step *step, struct session *s);

/* Runs its timer anew; the echo is dialled for a minute. */
void subscribe_timer(struct step *step, struct session *s, struct subscription *x);
/* As it was before the session ended: no longer than its timer allows now; 0 = all of it. */
void subscribe_resume_timer(struct step *step, struct session *s, struct subscription *x,
                            tick_t left);
/* Restarts the timers: at the start and at the end of a local transmission, however it ended. */
void subscribe_touch(struct step *step, struct session *s, uint8_t slot, uint32_t rf_tg);

/* Off until the timer has run out. */
void subscribe_suspend(struct step *step, struct session *s, struct subscription *x,
                       enum cause cause);
/* Whatever was keyed or dialled ends; what was suspended is back. */
void subscribe_clear(struct step *step, struct session *s);

/* What ran out. The session when what it had dialled has ended, else NULL. */
struct session *subscribe_expire(struct step *step, const struct expiry_entry *e);

#endif
