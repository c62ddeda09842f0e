/*
 * A core that takes over in mid-scenario: every few steps the state of the core under test goes to
 * a fresh one, as in an upgrade, and both get the next event. They must send and report the same,
 * in any order, because nobody may hear that a server was upgraded.
 */
#ifndef SIM_HEIR_H
#define SIM_HEIR_H

#include "base/arena.h"
#include "conf/conf.h"
#include "core/actions.h"
#include "core/core.h"

struct heir {
	unsigned steps; /* of the core under test */
	unsigned due;   /* when another takes over */
	bool stopped;   /* that one: it is not handed over any more */
	struct arena arena;
	unsigned char *octets; /* room for the state */
	size_t size;
	struct core *core; /* NULL: it has not taken over before this step */
	struct actions actions;
};

/* For a core that was just opened. */
void heir_begin(struct heir *h);
void heir_end(struct heir *h);

/* Before a step: takes over if it is time. NULL, or why that failed. */
const char *heir_take(struct heir *h, const struct core *core, const struct conf *conf, tick_t now,
                      const struct event *event);

/* After it: the actions of the core under test are the heir's. NULL, or what differs. */
const char *heir_compare(struct heir *h, tick_t now, const struct event *event,
                         const struct actions *theirs);

#endif
