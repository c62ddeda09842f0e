/*
 * Challenge, key, configuration, options, ping, close; sessions begin and end here.
 */
#ifndef CORE_LOGIN_H
#define CORE_LOGIN_H

#include "core/step.h"

/* Answers everything that is not a burst. */
void login_message(struct step *step, const struct incoming *in);
void login_nak_stranger(struct step *step, const struct incoming *in);
void login_refuse_blocked(struct step *step, const struct incoming *in, const char *why);

/* The session, now at the sender's port, where the operator lets it move; else NULL. */
struct session *login_follow_port(struct step *step, struct session *s, const struct incoming *in);

/* Ends its calls for all, what it heard, its subscriptions and the row. */
void session_end(struct step *step, struct session *s, enum cause cause, bool tell_client);
void session_touch(struct step *step, struct session *s); /* it was heard */
void session_expire(struct step *step, const struct expiry_entry *e);

#endif
