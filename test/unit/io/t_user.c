#include "io/user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/t.h"
#include "io/unix.h"

/* With 32 bits there are two of each, and the older one is not used. */
#ifdef SYS_setuid32
#define SET_GROUPS SYS_setgroups32
#define SET_GROUP SYS_setgid32
#define SET_USER SYS_setuid32
#define ACT_AS_GROUP SYS_setresgid32
#define ACT_AS_USER SYS_setresuid32
#else
#define SET_GROUPS SYS_setgroups
#define SET_GROUP SYS_setgid
#define SET_USER SYS_setuid
#define ACT_AS_GROUP SYS_setresgid
#define ACT_AS_USER SYS_setresuid
#endif

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

static const struct refusal {
	long call;
	int error; /* 0: it only looks as if it were done */
} refusals[] = {
	{SET_GROUPS, ENOMEM}, {SET_GROUP, EINVAL}, {SET_USER, EAGAIN},  {SET_GROUP, 0},
	{SET_USER, 0},        {SYS_capset, EPERM}, {SYS_prctl, EINVAL},
};
static const struct refusal *refused;

static void does_not_become(void)
{
	struct user u;

	T_EQUAL(user_find("nobody", &u), 0);
	t_refuse(refused->call, refused->error);
	T_EQUAL(user_become(&u), -1);
	T_EQUAL(errno, refused->error ? refused->error : EPERM);
}

/* From whom root is not taken away for good. */
static void comes_back(void)
{
	struct user u;

	T_EQUAL(user_find("nobody", &u), 0);
	t_refuse_where(SET_USER, 0, 0, 0);
	T_EQUAL(user_become(&u), -1);
	T_EQUAL(errno, EPERM);
}

T_CASE(half_of_a_change_is_none)
{
	if (!is_root())
		return;
	for (refused = refusals; refused < refusals + ARRAY_LEN(refusals); refused++)
		t_apart(does_not_become);
	t_apart(comes_back);
}

static void acts(void)
{
	struct user u;

	T_EQUAL(user_find("nobody", &u), 0);
	T_CHECK(user_act(&u));
	T_EQUAL(geteuid(), u.uid);
	T_EQUAL(getegid(), u.gid);
	T_EQUAL(user_find("root", &u), 0); /* only root looks for another user */
	T_CHECK(!u.change);
	user_act_no_more();
	T_EQUAL(geteuid(), 0);
	T_EQUAL(getegid(), getgid());
}

static void acts_not_as_user(void)
{
	struct user u;

	T_EQUAL(user_find("nobody", &u), 0);
	t_refuse(ACT_AS_USER, EAGAIN);
	T_CHECK(!user_act(&u));
	T_EQUAL(geteuid(), 0);
	T_EQUAL(getegid(), getgid());
}

static void acts_not_as_group(void)
{
	struct user u;

	T_EQUAL(user_find("nobody", &u), 0);
	t_refuse(ACT_AS_GROUP, EPERM);
	T_CHECK(!user_act(&u));
	T_EQUAL(geteuid(), 0);
}

T_CASE(acting_as_another_is_for_a_while)
{
	T_CHECK(!user_act(&(struct user){.change = false}));
	if (!is_root())
		return;
	t_apart(acts);
	t_apart(acts_not_as_user);
	t_apart(acts_not_as_group);
}

static void cannot_look(void)
{
	struct user u;

	T_EQUAL(user_find("nobody", &u), 0);
#ifdef SYS_newfstatat
	t_refuse(SYS_newfstatat, EIO);
#endif
	t_refuse(SYS_fstat, EIO);
	T_EQUAL(user_give_socket(&u, "/tmp"), -1);
	T_EQUAL(errno, EPERM);
}

/* A directory with the set-group-id bit has the same effect. */
T_CASE(what_their_group_may_write_to_stays_ours)
{
	char path[64];
	struct stat about;
	struct user u;

	if (!is_root())
		return;
	T_EQUAL(user_find("nobody", &u), 0);
	snprintf(path, sizeof(path), "/tmp/t_user.%d", (int)getpid());
	T_EQUAL(user_give_socket(&u, path), -1);
	T_EQUAL(errno, ENOENT);
	int fd = unix_listen(path);
	T_CHECK(fd >= 0);
	T_EQUAL(chown(path, 0, u.gid), 0);
	T_EQUAL(user_give_socket(&u, path), 0);
	T_EQUAL(stat(path, &about), 0);
	T_EQUAL(about.st_uid, 0);
	T_EQUAL(chmod(path, 0600), 0);
	T_EQUAL(user_give_socket(&u, path), 0);
	T_EQUAL(stat(path, &about), 0);
	T_EQUAL(about.st_uid, u.uid);
	close(fd);
	unlink(path);
	t_apart(cannot_look);
}

T_MAIN()
