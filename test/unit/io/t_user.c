#include "io/user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/t.h"
#include "io/unix.h"

static bool is_root(void)
{
	return geteuid() == 0;
}

T_CASE(only_root_becomes_somebody_else)
{
	struct user u = {.change = true};

	T_EQUAL(user_find("", &u), 0);
	T_CHECK(!u.change);
	T_EQUAL(user_give_socket(&u, "/nowhere"), 0);
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

	if (setgroups(2, groups) != 0 || user_give_socket(u, theirs) != 0)
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
	char path[64];
	struct user u;
	int status = -1;

	if (!is_root())
		return;
	snprintf(path, sizeof(path), "/tmp/t_user.%d", (int)getpid());
	int fd = unix_listen(path);
	T_CHECK(fd >= 0);
	T_EQUAL(user_find("nobody", &u), 0);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(drop(&u, path));
	T_EQUAL(waitpid(child, &status, 0), child);
	unlink(path);
	close(fd);
	T_CHECK(WIFEXITED(status));
	T_EQUAL(WEXITSTATUS(status), 0);
}

/* A link, a file and a directory in the place of the socket, as who may write there would put. */
T_CASE(nothing_but_a_socket_of_ours_is_given)
{
	char dir[] = "/tmp/t_user.XXXXXX", at[64], theirs[64], other[64];
	struct stat about;
	struct user u;

	if (!is_root())
		return;
	T_EQUAL(user_find("nobody", &u), 0);
	T_CHECK(mkdtemp(dir));
	snprintf(at, sizeof(at), "%s/at", dir);
	snprintf(theirs, sizeof(theirs), "%s/theirs", dir);
	snprintf(other, sizeof(other), "%s/other", dir);
	close(open(theirs, O_WRONLY | O_CREAT, 0600));
	int fd = unix_listen(other);
	T_CHECK(fd >= 0);
	T_EQUAL(symlink(theirs, at), 0);
	T_EQUAL(user_give_socket(&u, at), -1); /* a link to a file */
	unlink(at);
	T_EQUAL(symlink(other, at), 0);
	T_EQUAL(user_give_socket(&u, at), -1); /* a link to a socket */
	unlink(at);
	T_EQUAL(link(theirs, at), 0);
	T_EQUAL(user_give_socket(&u, at), -1); /* a file */
	unlink(at);
	T_EQUAL(link(other, at), 0);
	T_EQUAL(user_give_socket(&u, at), -1); /* a socket with two names */
	unlink(at);
	T_EQUAL(stat(theirs, &about), 0);
	T_EQUAL(about.st_uid, 0);
	T_EQUAL(stat(other, &about), 0);
	T_EQUAL(about.st_uid, 0);
	T_EQUAL(user_give_socket(&u, other), 0);
	T_EQUAL(stat(other, &about), 0);
	T_EQUAL(about.st_uid, u.uid);
	T_EQUAL(user_give_socket(&u, other), -1); /* not ours any more */
	close(fd);
	unlink(other);
	unlink(theirs);
	rmdir(dir);
}

T_MAIN()
