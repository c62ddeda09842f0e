#include "io/user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/rights.h"

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

/*
 * If others can write to the directory, the path may name something else by now: only a socket like
 * the one we made is handed over, and links are not followed.
 */
int user_give_socket(const struct user *u, const char *path)
{
	struct stat about;
	int result = -1;

	if (!u->change)
		return 0;
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, &about) != 0 || !S_ISSOCK(about.st_mode) || about.st_nlink != 1 ||
	    about.st_uid != geteuid())
		errno = EPERM;
	else if (about.st_gid == u->gid && about.st_mode & S_IWGRP)
		result = 0; /* it is connected to as the group */
	else
		result = fchownat(fd, "", u->uid, u->gid, AT_EMPTY_PATH);
	int cause = errno;
	close(fd);
	errno = cause;
	return result;
}

int user_become(const struct user *u)
{
	rights_bound_none();
	if (!u->change)
		return rights_drop();
	if (setgroups(0, NULL) != 0 || setgid(u->gid) != 0 || setuid(u->uid) != 0 ||
	    rights_drop() != 0)
		return -1;
	if (getuid() == u->uid && geteuid() == u->uid && getgid() == u->gid &&
	    getegid() == u->gid && setuid(0) != 0)
		return 0;
	errno = EPERM;
	return -1;
}

bool user_act(const struct user *u)
{
	if (!u->change || setegid(u->gid) != 0)
		return false;
	if (seteuid(u->uid) == 0)
		return true;
	user_act_no_more();
	return false;
}

void user_act_no_more(void)
{
	(void)!seteuid(getuid());
	(void)!setegid(getgid());
}
