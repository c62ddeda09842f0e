#include "parent/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/t.h"

static int manager; /* the service manager's end */

static void begin(void)
{
	union {
		struct sockaddr any;
		struct sockaddr_un un;
	} at = {.un = {.sun_family = AF_UNIX}};
	char name[32];

	snprintf(name, sizeof(name), "@t_keeper.%d", (int)getpid());
	memcpy(at.un.sun_path + 1, name + 1, strlen(name + 1));
	manager = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (bind(manager, &at.any,
	         (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))) != 0 ||
	    setenv("NOTIFY_SOCKET", name, 1) != 0)
		t_fail(__FILE__, __LINE__, "no manager");
}

/* The number behind these words, with which the manager gets to know the main process; 0: it says
 * something else. */
static long hear(const char *words)
{
	char said[100] = "";
	const char *pid;

	poll(&(struct pollfd){.fd = manager, .events = POLLIN}, 1, T_PATIENCE_MS);
	ssize_t len = recv(manager, said, sizeof(said) - 1, MSG_DONTWAIT);
	pid = len > 0 ? strstr(said, "\nMAINPID=") : NULL;
	return pid && strncmp(said, words, strlen(words)) == 0 ? atol(pid + 9) : 0;
}

static void end(void)
{
	close(manager);
	unsetenv("NOTIFY_SOCKET");
}

enum deed { IS_READY, FORGETS, DIES };

/* The process that becomes the other binary, and which then does that. What serves on, its keeper,
 * says so at `out`. */
static _Noreturn void change(enum deed deed, int out)
{
	int fd;

	switch (keeper_start(&fd)) {
	case KEEPER_NONE:
		_exit(1);
	case KEEPER_SERVES:
		(void)!write(out, "s", 1);
		_exit(0);
	case KEEPER_WAITS:
		break;
	}
	close(out);
	if (deed == IS_READY && (!keeper_release(&fd) || fd != -1 || keeper_release(&fd)))
		_exit(1);
	if (deed == FORGETS)
		close(fd); /* one that knows of no keeper, but serves */
	while (deed != DIES)
		pause();
	_exit(0);
}

/* Does the keeper serve on? Its parent is then the one that reaps. */
static bool serves_on(enum deed deed, pid_t *other)
{
	int ends[2];
	char octet;

	if (pipe(ends) != 0)
		return false;
	*other = fork();
	if (*other == 0) {
		close(ends[0]);
		alarm(60); /* whatever happens */
		change(deed, ends[1]);
	}
	close(ends[1]);
	bool serves = read(ends[0], &octet, 1) == 1;
	close(ends[0]);
	return serves;
}

T_CASE(who_is_ready_is_the_main_process)
{
	pid_t other;

	begin();
	T_CHECK(!serves_on(IS_READY, &other));
	T_CHECK(hear("RELOADING=1\nSTATUS=upgrading") > 0);
	T_EQUAL(hear("READY=1\nSTATUS=serving"), other);
	kill(other, SIGKILL);
	T_EQUAL(waitpid(other, NULL, 0), other);
	end();
}

T_CASE(one_that_knows_of_no_keeper_is_ready_when_it_lives_on)
{
	pid_t other;

	begin();
	T_CHECK(!serves_on(FORGETS, &other));
	T_CHECK(hear("RELOADING=1\nSTATUS=upgrading") > 0);
	T_EQUAL(hear("READY=1\nSTATUS=serving"), other);
	kill(other, SIGKILL);
	T_EQUAL(waitpid(other, NULL, 0), other);
	end();
}

/* The manager has known it as the main process since the change began. */
T_CASE(the_keeper_of_one_that_ends_serves_on)
{
	pid_t other;
	char octet;

	begin();
	T_EQUAL(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	T_CHECK(serves_on(DIES, &other));
	long keeper = hear("RELOADING=1\nSTATUS=upgrading");
	T_EQUAL(waitpid(other, NULL, 0), other);
	T_CHECK(keeper > 0 && keeper != other);
	T_EQUAL(waitpid((pid_t)keeper, NULL, 0), keeper);
	T_EQUAL(recv(manager, &octet, 1, MSG_DONTWAIT), -1); /* when its processes are back */
	prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	end();
}

static long refused;

static void is_refused(void)
{
	int fd = -1, next = dup(STDOUT_FILENO);

	close(next);
	t_refuse(refused, ENOMEM);
	T_EQUAL(keeper_start(&fd), KEEPER_NONE);
	T_EQUAL(errno, ENOMEM);
	T_EQUAL(fd, -1);
	T_EQUAL(dup(STDOUT_FILENO), next);
	T_EQUAL(dup(STDOUT_FILENO), next + 1);
	T_CHECK(!keeper_release(&fd));
}

T_CASE(without_a_keeper_nothing_stays_open)
{
	static const long calls[] = {SYS_fcntl, SYS_epoll_create1, SYS_epoll_ctl};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		refused = calls[i];
		t_apart(is_refused);
	}
}

T_MAIN()
