#include "io/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

int user_find(const char *name, struct user *out)
{
	*out = (struct user){.change = false};
	if (!*name || geteuid() != 0)
		return 0;
	errno = 0;
	const struct passwd *found = getpwnam(name);
	if (!found || found->pw_uid == 0) {
		errno = found ? EINVAL : ENOENT;
		return -1;
	}
	*out = (struct user){.change = true, .uid = found->pw_uid, .gid = found->pw_gid};
	return 0;
}

int user_give(const struct user *u, const char *path)
{
	return u->change ? chown(path, u->uid, u->gid) : 0;
}

int user_become(const struct user *u)
{
	if (!u->change)
		return 0;
	if (setgroups(0, NULL) != 0 || setgid(u->gid) != 0 || setuid(u->uid) != 0)
		return -1;
	if (getuid() == u->uid && geteuid() == u->uid && getgid() == u->gid &&
	    getegid() == u->gid && setuid(0) != 0)
		return 0;
	errno = EPERM;
	return -1;
}
