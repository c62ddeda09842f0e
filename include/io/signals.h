/*
 * Signals as events: the handler marks the signal as pending and writes an octet into a pipe, whose
 * other end the loop watches. A signal that is raised again before it was taken counts once, as in
 * the kernel, so a storm of one does not keep out another. SIGPIPE is ignored.
 *
 * The handler's data is global, because a handler has no other way to find it.
 *
 * Across a fork: the parent blocks the signals, forks, and unblocks them; the child calls
 * signals_open, which gives it its own pipe and unblocks them. SIGINT from a terminal reaches all
 * three processes: the two children leave it to the parent, which sends SIGTERM.
 */
#ifndef IO_SIGNALS_H
#define IO_SIGNALS_H

#include <stdbool.h>

#include "base/util.h"

enum signal_event {
	SIGNAL_NOTHING,
	SIGNAL_TERM,
	SIGNAL_INT,
	SIGNAL_HUP,
	SIGNAL_CHLD,
	SIGNAL_USR2,
	SIGNAL_WINCH, /* the terminal was resized */
};

/*
 * Installs the handlers. Returns the descriptor to watch for reading, which stays ours; -1 with
 * errno.
 */
MUST_CHECK int signals_open(void);

/* The most urgent pending signal, TERM before all others; SIGNAL_NOTHING if none. */
enum signal_event signals_take(void);

/* Blocks or unblocks the signals. */
void signals_hold(bool hold);

/* Blocks them, and leaves those not yet taken to a binary executed now, which opens them anew, or
 * to us once they are unblocked. */
void signals_pass(void);

#endif
