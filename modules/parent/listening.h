/*
 * The sockets the reporter listens on, by service: opened at startup, opened and closed by a
 * reload, and passed to the running reporter, which has no rights to open any.
 *
 * Plain, owned by the parent.
 */
#ifndef PARENT_LISTENING_H
#define PARENT_LISTENING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/tick.h"
#include "base/util.h"
#include "conf/conf.h"
#include "io/user.h"
#include "parent/sockets.h"
#include "report/service.h"

struct listening {
	int fd[SERVICES];      /* -1: off */
	bool is_new[SERVICES]; /* not yet passed to the reporter */
};

void listening_none(struct listening *l);

/* Where a service is in this configuration, "" = off; in `out`, which is returned. */
const char *listening_place(const struct conf_report *r, enum service service, char *out,
                            size_t cap);

/*
 * Opens in *plan what `next` has and `now` has not, with the control socket as a file of user `u`.
 * False if a new address cannot be had; drop the plan then. One that could not be had before and
 * still cannot is no reason.
 */
MUST_CHECK bool listening_plan(const struct listening *l, const struct conf_report *now,
                               const struct conf_report *next, const struct user *u,
                               struct listening *plan, const struct complaint *c);
void listening_drop(const struct listening *l, struct listening *plan,
                    const struct conf_report *next, const struct user *u);

/* Closes what the plan does without and takes over what it has. `before`: where that was. */
void listening_follow(struct listening *l, const struct listening *plan,
                      const struct conf_report *before, const struct user *u);

/* Passes new ones to the reporter; false if there is no room in the pair. */
MUST_CHECK bool listening_hand(struct listening *l, int link, tick_t now);

/* After forking a reporter, which inherits all of them. */
void listening_known(struct listening *l);

#endif
