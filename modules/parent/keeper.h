/*
 * A copy of the parent that stays the old binary while the other one starts in the parent's place.
 * As soon as that is ready it goes. If the other binary ends before, or does not become ready in
 * KEEPER_PATIENCE, the copy serves on: it has the same sockets, the same configuration, and the
 * core where voice left it.
 *
 * The service manager learns whom to watch: the copy as long as it waits, then the other binary,
 * which has the process id that the parent had.
 */
#ifndef PARENT_KEEPER_H
#define PARENT_KEEPER_H

#include <stdbool.h>

#include "base/tick.h"
#include "base/util.h"

#define KEEPER_PATIENCE (20 * TICK_SECOND)
#define KEEPER_NAME "keeper " /* of the descriptor for the other binary */

enum keeper {
	KEEPER_NONE,   /* there is none: errno */
	KEEPER_WAITS,  /* in the parent: *out is the descriptor for the other binary */
	KEEPER_SERVES, /* in the copy, after the other binary has ended */
};

/* Forks it, and tells the service manager. */
MUST_CHECK enum keeper keeper_start(int *out);

/* It may go. *fd is closed and then -1. False: there was none. */
bool keeper_release(int *fd);

#endif
