/*
 * Looks up the names of neighbours, uplinks and the broker in rounds, each in a short-lived child,
 * so that no other process waits for a name server. Results go to the voice process or the reporter
 * as they come. A round that missed a name is repeated after 10 s, then with the interval doubling
 * up to a minute; found names are looked up again every minute, so a failed login is retried at an
 * address no older than that.
 *
 * Plain, owned by the parent.
 */
#ifndef PARENT_RESOLVER_H
#define PARENT_RESOLVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/tick.h"
#include "conf/conf.h"
#include "io/ipc.h"
#include "io/user.h"

struct resolver {
	const struct conf *conf;
	uint32_t names;     /* in the configuration */
	int answers;        /* our end of the pair with the running child; -1: none */
	uint32_t found;     /* found so far by it */
	bool missed;        /* the last round missed a name */
	bool woken;         /* requested during a round: the next follows at once */
	tick_t wait, again; /* time of the next round; TICK_NEVER = none */
};

struct resolver resolver_make(const struct conf *conf);

/* Starts a round, because a new child has no addresses. */
void resolver_wake(struct resolver *r, tick_t now);

/* The configuration has changed: the same, with other names. */
void resolver_renew(struct resolver *r, tick_t now);

/* Forks the child of a due round. False on failure. */
bool resolver_start(struct resolver *r, const struct user *user, tick_t now);

/* Nobody can listen to the child of this round. */
void resolver_give_up(struct resolver *r, tick_t now);

/*
 * Takes the next result, a RECORD_RESOLVED. IPC_END: the round is over; close its end of the pair,
 * the former r->answers.
 */
MUST_CHECK enum ipc resolver_take(struct resolver *r, struct record *out, tick_t now);

#endif
