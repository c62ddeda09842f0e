/*
 * Signals as events: the handler writes one octet into a pipe, the loop watches the
 * pipe's other end and takes the signals out one by one, in order. SIGPIPE is ignored.
 *
 * The write end is a mutable global, because a handler has no other way to find it.
 *
 * Across a fork: the parent holds the signals back, forks, lets them come again; the
 * child calls signals_open, which gives it a pipe of its own and lets them come.
 * SIGINT from a terminal reaches all three processes: the two children leave it to the
 * parent, which sends SIGTERM.
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
	SIGNAL_WINCH, /* the terminal has another size */
};

const char *signal_event_name(enum signal_event s);

/*
 * Installs the handlers. Returns the descriptor to watch for reading, which stays ours; -1 with
 * errno.
 */
MUST_CHECK int signals_open(void);

/* The next signal that came; SIGNAL_NOTHING when there is none. */
enum signal_event signals_take(void);

/* Holds the signals back, or lets them come again. */
void signals_hold(bool hold);

#endif
