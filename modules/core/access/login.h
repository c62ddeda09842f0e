/*
 * Login and session messages: challenge, key, configuration, options, ping, close.
 */
#ifndef CORE_LOGIN_H
#define CORE_LOGIN_H

#include "core/step/step.h"

/* Handles every client message except bursts. */
void login_message(struct step *step, const struct incoming *in);

#endif
