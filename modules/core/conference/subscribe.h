/*
 * The subscriptions of a slot, and when they end. Tested by scenarios (options_*, keying_*,
 * single_*, *timer_*) and by unit/core/t_core_slots and t_core_random.
 */
#ifndef CORE_SUBSCRIBE_H
#define CORE_SUBSCRIBE_H

#include "core/step/step.h"

/* Are these the client's options already? */
bool subscribe_has_options(const struct session *s, const char *text, size_t len);

/* Applies the client's options. False if they are the same as before; then nothing was done. */
void subscribe_defaults(struct step *step, struct session *s);
bool subscribe_options(struct step *step, struct session *s, const char *text, size_t len);

/* Applies the owner's settings; "" = none. False if they contain one that an owner may not set. */
bool subscribe_care(struct step *step, struct session *s, const char *text);
void subscribe_none(struct step *step, struct session *s);

/* Applies changed operator defaults to what the client has not chosen itself. Subscriptions in use
 * stay until their call ends, and the session stays unsettled until then. */
void subscribe_resettle(struct step *step, struct session *s);

/* The session turned out to have slot 2 only. */
void subscribe_simplex(struct step *step, struct session *s);

/* The subscription a keyed voice call refers to on this slot. Activates the talkgroup by default.
 * NULL if the number cannot be a talkgroup or no row is free. */
struct subscription *subscribe_keyed(struct step *step, struct session *s, uint8_t slot,
                                     uint32_t rf_tg);

/* Adds a new one and starts its timer; NULL if the table is full. */
struct subscription *subscribe_begin(struct step *step, struct session *s, uint8_t slot,
                                     uint32_t rf_tg, uint32_t conference,
                                     enum subscription_mode mode);
void subscribe_end(struct step *step, struct session *s, struct subscription *x, enum cause cause);

/* The subscription behind TG 9 on slot 2: dialled or default reflector. NULL if none. */
struct subscription *subscribe_link_of(const struct step *step, const struct session *s);
/* Links the default reflector if nothing is dialled. */
void subscribe_default_link(struct step *step, struct session *s);

/* Restarts the timer of a keyed or dialled talkgroup; the echo stays dialled for a minute. */
void subscribe_timer(struct step *step, struct session *s, struct subscription *x);
/* Restores the time left from before the session ended, at most the current timer; 0 = the full
 * timer. */
void subscribe_resume_timer(struct step *step, struct session *s, struct subscription *x,
                            tick_t left);
/* Restarts the timers: at the start and at the end of a local transmission, however it ended. */
void subscribe_touch(struct step *step, struct session *s, uint8_t slot, uint32_t rf_tg);

/* Suspends it until the timer expires. */
void subscribe_suspend(struct step *step, struct session *s, struct subscription *x,
                       enum cause cause);
/* Ends keyed and dialled talkgroups and resumes suspended ones, except the default reflector.
 * Returns the slots that changed, bit 0 for slot 1. */
unsigned subscribe_clear(struct step *step, struct session *s);

/* Handles an expired timer. Returns the session if its dialled talkgroup has ended, else NULL. */
struct session *subscribe_expire(struct step *step, struct subscription *x);

#endif
