/*
 * Starts, watches and reaps the children. child.c decides when; this makes the system calls.
 *
 * A child that dies is noticed by SIGCHLD alone: the end of its link comes earlier, before there is
 * a status to report. A child that hangs is noticed by unanswered heartbeats.
 */
#ifndef PARENT_CHILDREN_H
#define PARENT_CHILDREN_H

#include "parent/parent_private.h"

/* Starts those that are due. Returns the time of the next. */
tick_t children_start(struct parent *p);

/* After SIGCHLD. */
void children_reap(struct parent *p);

/* Child `c` has ended with this status of waitpid. */
void children_ended(struct parent *p, struct child *c, int wait_status);

/* Keeps a copy of what voice has recorded: something went wrong. */
void children_keep_recording(struct parent *p);

/* A heartbeat to each; one that has been silent for too long is killed. */
void children_beat(struct parent *p);

#endif
