/*
 * A story told in a process of its own, so that one in which a core crashes or hangs has an outcome
 * like any other, and can be made shorter.
 *
 * Nothing is forked for a seed: one process tells all of them, and its parent, who only waits,
 * knows from the shared memory which story it died of. Each attempt at a shorter one is a process.
 */
#ifndef MESH_ATTEMPT_H
#define MESH_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tick.h"

/* How far a story is, in memory that outlives the process that tells it. */
struct progress {
	uint32_t act;
	uint32_t node; /* in whose core the latest step was */
	tick_t now;
	volatile uint64_t steps;
};

/* Memory that a process shares with those it forks. */
void *attempt_share(size_t size);

/* How a process ended that had more to do. */
struct death {
	int status;      /* of waitpid() */
	char words[240]; /* what its last words are; those of two deaths of one kind are the same */
};

/* Forks. In the child, which is killed when one step takes for ever, false; in the parent, once the
 * child has ended, true, and how. `aside`: its complaints are not shown. */
bool attempt_wait(struct progress *progress, bool aside, struct death *out);

#endif
