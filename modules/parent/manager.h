/*
 * Notifies the service manager: ready, and alive.
 */
#ifndef PARENT_MANAGER_H
#define PARENT_MANAGER_H

#include "parent/parent_private.h"

/* All children are ready for the first time. */
void manager_ready(struct parent *p);

/* Starts the watchdog, if the service manager wants one. */
void manager_begin(struct parent *p);

/* Feeds it when due. Returns when it is due next. */
tick_t manager_watchdog(struct parent *p);

#endif
