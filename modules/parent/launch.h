/*
 * Forks a child and prepares it for voice_run or report_run.
 *
 * A child wipes the secrets it does not need, closes the other child's link, changes its user, and
 * last asks to die with the parent, because changing the user cancels that request.
 */
#ifndef PARENT_LAUNCH_H
#define PARENT_LAUNCH_H

#include "parent/parent_private.h"

/* Do processes that are forked from now on have what is shared with voice? False with errno. */
MUST_CHECK bool launch_with_memory(struct parent *p, bool yes);

/* Forks child `which`, whose end of its link is ends[1]. -1 with errno. Signals are held. */
MUST_CHECK pid_t launch_child(struct parent *p, int which, const int ends[2]);

#endif
