/*
 * What the parent remembers of a child, and when it starts it again. No system calls:
 * the parent makes those.
 *
 * Plain, owned by the parent.
 */
#ifndef PARENT_CHILD_H
#define PARENT_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/tick.h"
#include "base/util.h"

#define CHILD_FIRST_WAIT ((tick_t)100)
#define CHILD_LONGEST_WAIT (10 * TICK_SECOND)
#define CHILD_PROVEN (60 * TICK_SECOND) /* who lived that long begins anew with the first wait */

struct child {
	const char *name;
	pid_t pid;      /* 0: does not run */
	int link;       /* our end of the pair (io/kin.h); -1: it does not run */
	bool ready;     /* has said so, now or in an earlier life */
	tick_t started;
	tick_t wait;    /* before the last start; 0 = never died, or proven since */
	tick_t again;   /* when to start it; TICK_NEVER while it runs */
};

/* A child that is to be started at once. */
struct child child_make(const char *name);

void child_started(struct child *c, tick_t now, pid_t pid, int link);

/* It died, or could not be started. Returns how long it will be until the next start. */
tick_t child_ended(struct child *c, tick_t now);

/* "exited with status 1", "was ended by signal 9 (Killed)", as waitpid told. */
void child_how(int wait_status, char *out, size_t cap);

#endif
