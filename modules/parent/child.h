/*
 * The parent's state of a child, and when to restart it. No system calls: the parent makes those.
 *
 * Plain, owned by the parent.
 */
#ifndef PARENT_CHILD_H
#define PARENT_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bucket.h"
#include "base/tick.h"
#include "base/util.h"

#define CHILD_FIRST_WAIT ((tick_t)100) /* from the second death on */
#define CHILD_LONGEST_WAIT (10 * TICK_SECOND)
#define CHILD_PROVEN (60 * TICK_SECOND) /* a child that lived this long starts over */

/*
 * The child has to answer every heartbeat. Missed ones are counted, not timed, so that a suspended
 * machine does not lose its children.
 */
#define CHILD_BEAT ((tick_t)2500)
#define CHILD_BEATS_MISSED 2u   /* then it is killed: 5 s after the first unanswered one */
#define CHILD_START TICK_MINUTE /* time limit until ready */

/* Rate limits of messages from a child, and of reloads and copies of the recording. */
#define CHILD_MESSAGES_A_SECOND 20
#define CHILD_MESSAGES_DEPTH 50
#define CHILD_RELOADS_DEPTH 5 /* one a second */

/* Of upgrades that the reporter orders; what is left goes to the binary after. */
#define CHILD_UPGRADES_MILLI 200 /* one in 5 s */
#define CHILD_UPGRADES_DEPTH 20

struct child {
	const char *name;
	pid_t pid;       /* 0: not running */
	int link;        /* our end of the pair (io/ipc.h); -1: not running */
	bool ready;      /* was ready, now or in an earlier life */
	bool running;    /* is ready in this life: it answers heartbeats */
	bool renewed;    /* has to exit, and is restarted at once */
	bool crashed;    /* its last life was ended by a signal */
	bool muted;      /* its link is ignored until the next heartbeat: it sends too much */
	uint32_t lives;  /* how often it was started */
	uint32_t beats;  /* of this life */
	uint32_t missed; /* beats since its last message */
	struct bucket messages, reloads; /* the latter of voice: of copies */
	tick_t started;
	uint32_t ends;   /* consecutive deaths and failed starts, reset by a long life */
	uint32_t deaths; /* of these */
	tick_t again;    /* when to start it; TICK_NEVER while it runs */
};

/* A child to be started at once. */
struct child child_make(const char *name);

void child_started(struct child *c, tick_t now, pid_t pid, int link);

/* It died or could not be started. Returns the time until the next start. */
tick_t child_ended(struct child *c, tick_t now);

/* May its core be handed to the next? Not after two deaths in a row: the core may be the cause. */
bool child_is_trusted(const struct child *c);

/* A heartbeat is due. False: it has been silent or not ready for too long. */
bool child_beat(struct child *c, tick_t now);

/* "exited with status 1", "was killed by signal 9 (Killed)", from the status of waitpid. */
void child_how(int wait_status, char *out, size_t cap);

#endif
