/*
 * Looks up the names of neighbours and of the broker, round after round, each in a short-lived
 * child, so that neither the parent nor who needs them ever waits for a name server. What a round
 * finds goes to the voice process or the reporter as it comes. A round that missed a name is
 * repeated after 10 s, then twice as long each time up to a minute; names that were found are
 * looked up again every minute, so a login that fails is tried at an address no older than that.
 *
 * Plain, owned by the parent.
 */
#ifndef PARENT_RESOLVER_H
#define PARENT_RESOLVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/tick.h"
#include "conf/conf.h"
#include "io/kin.h"
#include "io/user.h"

struct resolver {
	const struct conf *conf;
	uint32_t names;     /* in the configuration */
	int answers;        /* our end of the pair with the running child; -1: none runs */
	uint32_t found;     /* by it so far */
	bool missed;        /* the last round did not find all */
	bool woken;         /* during a round: the next follows at once */
	tick_t wait, again; /* before the next round; TICK_NEVER = none is due */
};

struct resolver resolver_make(const struct conf *conf);

/* Starts a round: a child that is new has none of the addresses. */
void resolver_wake(struct resolver *r, tick_t now);

/* Forks the child of a round that is due. False when it could not. */
bool resolver_start(struct resolver *r, const struct user *user, tick_t now);

/*
 * Takes the next answer, a RECORD_RESOLVED. KIN_END: the round is over, and its end of the pair,
 * which was r->answers, is to be closed.
 */
MUST_CHECK enum kin resolver_take(struct resolver *r, struct record *out, tick_t now);

#endif
