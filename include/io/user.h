/*
 * The user a process becomes after it was started as root.
 */
#ifndef IO_USER_H
#define IO_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/util.h"

struct user {
	bool change; /* false: no change */
	uid_t uid;
	gid_t gid;
};

/*
 * Looks a user up by name. No change if it is "" or we are not root. -1 if there is no such user,
 * or it is root.
 */
MUST_CHECK int user_find(const char *name, struct user *out);

/*
 * Gives the user a socket file that this process has made at `path`, so that it can be connected
 * to, unless it is already that of the user's group. Anything else found there is left alone. -1
 * with errno.
 */
MUST_CHECK int user_give_socket(const struct user *u, const char *path);

/* Makes files as that user until user_act_no_more. False: as ourselves. */
bool user_act(const struct user *u);
void user_act_no_more(void);

/* Becomes the user permanently, and verifies it. -1 with errno. */
MUST_CHECK int user_become(const struct user *u);

#endif
