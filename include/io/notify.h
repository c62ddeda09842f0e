/*
 * Reports our state to the service manager, as sd_notify(3) does: one datagram to a socket named in
 * the environment. Without that variable nothing is sent.
 */
#ifndef IO_NOTIFY_H
#define IO_NOTIFY_H

#include "base/tick.h"

/* "READY=1", "STATUS=..."; several separated by newlines. */
void notify_send(const char *words);

/* The watchdog interval; TICK_NEVER = none. */
tick_t notify_watchdog(void);

#endif
