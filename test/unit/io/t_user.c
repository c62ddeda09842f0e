#include "io/user.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/t.h"

static bool is_root(void)
{
	return geteuid() == 0;
}

T_CASE(only_root_becomes_somebody_else)
{
	struct user u = {.change = true};

	T_EQUAL(user_find("", &u), 0);
	T_CHECK(!u.change);
	T_EQUAL(user_become(&u), 0);
	T_EQUAL(user_give(&u, "/nowhere"), 0);
	if (is_root())
		return;
	T_EQUAL(user_find("no such user", &u), 0);
	T_CHECK(!u.change);
}

T_CASE(a_user_must_be_there_and_not_be_root)
{
	struct user u;

	if (!is_root())
		return;
	T_EQUAL(user_find("no such user", &u), -1);
	T_EQUAL(errno, ENOENT);
	T_CHECK(!u.change);
	T_EQUAL(user_find("root", &u), -1);
	T_EQUAL(errno, EINVAL);
	T_EQUAL(user_find("nobody", &u), 0);
	T_CHECK(u.change && u.uid != 0 && u.gid != 0);
}

/* In a process of its own: 0, or which of the facts does not hold. */
static int drop(const struct user *u, const char *theirs)
{
	const gid_t groups[] = {0, 1};

	if (setgroups(2, groups) != 0 || user_give(u, theirs) != 0)
		return 1;
	if (user_become(u) != 0)
		return 2;
	if (getuid() != u->uid || geteuid() != u->uid || getgid() != u->gid ||
	    getgroups(0, NULL) != 0)
		return 3;
	if (setuid(0) == 0 || setgid(0) == 0 || user_become(u) == 0)
		return 4;
	return access(theirs, W_OK) == 0 ? 0 : 5;
}

T_CASE(rights_are_gone_for_good)
{
	char path[] = "/tmp/t_user.XXXXXX";
	struct user u;
	int status = -1;

	if (!is_root())
		return;
	close(mkstemp(path));
	T_EQUAL(user_find("nobody", &u), 0);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(drop(&u, path));
	T_EQUAL(waitpid(child, &status, 0), child);
	unlink(path);
	T_CHECK(WIFEXITED(status));
	T_EQUAL(WEXITSTATUS(status), 0);
}

T_MAIN(T_ENTRY(only_root_becomes_somebody_else), T_ENTRY(a_user_must_be_there_and_not_be_root),
       T_ENTRY(rights_are_gone_for_good))
