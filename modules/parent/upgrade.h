/*
 * Replaces the running binary by the one installed at the path it was started from.
 *
 * First a trial: a child executes it with the argument "handover". It has to report that it can
 * read the configuration, and whether it understands voice's state. If it does not, or not in time,
 * nothing changes. Only then does the parent stop its children, voice last, and execute the new
 * binary in its own place: process ID, sockets and voice's state stay (parent/kept.h). The text of
 * the configuration is read once, for the trial, and passed on, so later changes of the file make
 * no difference. Until the new binary is ready, a copy of this process waits to take over
 * (parent/keeper.h).
 *
 * Plain, owned by the parent, which makes the two children go.
 */
#ifndef PARENT_UPGRADE_H
#define PARENT_UPGRADE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/tick.h"
#include "base/util.h"

#define UPGRADE_PATH_MAX 1024u
#define UPGRADE_SAID_MAX 160u
#define UPGRADE_PATIENCE (20 * TICK_SECOND) /* for a trial */
#define UPGRADE_PAUSE ((tick_t)200)         /* time to send the answer to whoever asked */

struct upgrade {
	char path[UPGRADE_PATH_MAX]; /* of the binary; "" = unknown */
	char conf[UPGRADE_PATH_MAX]; /* path of the configuration */
	int text;                    /* of the configuration, as tried (parent/load.h); -1: none */
	size_t text_len;
	pid_t pid;       /* of a trial; 0 = none */
	int answers;     /* its output; -1 = no trial */
	tick_t until;    /* time limit of the trial */
	uint32_t number; /* of the command that asked; 0 = a signal */
	char said[UPGRADE_SAID_MAX];
	size_t said_len;
	bool whole;   /* it understands voice's state */
	tick_t go_at; /* TICK_NEVER = not decided */
	bool failed;  /* what `said` tells of the last one */
};

enum upgrade_verdict {
	UPGRADE_WAITS,
	UPGRADE_REFUSED,
	UPGRADE_GOES,
};

struct upgrade upgrade_make(const char *conf);

/*
 * Starts a trial with the head of voice's state, in the file `state`; none may be running. False
 * with errno: give it up.
 */
MUST_CHECK bool upgrade_try(struct upgrade *u, int state, uint32_t number, tick_t now);

/*
 * Reads the trial's output. At its end `said` is the result as text, and the caller has to close
 * the descriptor `answers`.
 */
enum upgrade_verdict upgrade_take(struct upgrade *u, tick_t now);

/* Is one under way? */
bool upgrade_is_on(const struct upgrade *u);

/* It has come to nothing, for that reason. */
void upgrade_fail(struct upgrade *u, const char *why);

/*
 * Abandons the trial, for that reason. It may have started others that hold its output open, so the
 * caller closes `answers` without waiting for the end.
 */
void upgrade_give_up(struct upgrade *u, const char *why);

/* Executes the other binary, passing on the descriptors in these lines; returns only on failure. */
void upgrade_become(struct upgrade *u, const char *lines);

#endif
