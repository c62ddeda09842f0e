/*
 * The user a process becomes after start, when it was started as root.
 */
#ifndef IO_USER_H
#define IO_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/util.h"

struct user {
	bool change; /* false: stay who we are */
	uid_t uid;
	gid_t gid;
};

/*
 * Looks a user up by name. "" and whoever is not root: no change. -1 when there is no such
 * user, or it is root itself.
 */
MUST_CHECK int user_find(const char *name, struct user *out);

/* Gives a file to the user, so that it can be removed and connected to. -1 with errno. */
MUST_CHECK int user_give(const struct user *u, const char *path);

/* Drops every right but the user's, for good, and checks that it is so. -1 with errno. */
MUST_CHECK int user_become(const struct user *u);

#endif
