#include "io/notify.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/t.h"

static union {
	struct sockaddr any;
	struct sockaddr_un un;
} at;

/* As the service manager listens; `name` begins with '@' for one that is in no directory. */
static int manager(const char *name)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	memset(&at, 0, sizeof(at));
	at.un.sun_family = AF_UNIX;
	memcpy(at.un.sun_path, name, strlen(name));
	if (*name == '@')
		at.un.sun_path[0] = 0;
	if (bind(fd, &at.any, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))))
		return -1;
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

static bool hears(const char *name, const char *words)
{
	char got[64] = "";
	int fd = manager(name);

	notify_send(words);
	ssize_t len = recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT);
	close(fd);
	return len == (ssize_t)strlen(words) && strcmp(got, words) == 0;
}

T_CASE(manager_hears_what_is_said)
{
	char path[64];

	snprintf(path, sizeof(path), "/tmp/t_notify.%d", (int)getpid());
	T_CHECK(hears(path, "READY=1\nSTATUS=serving"));
	notify_send("nobody listens any more");
	unlink(path);
	notify_send("nor is the file there");
	snprintf(path, sizeof(path), "@t_notify.%d", (int)getpid());
	T_CHECK(hears(path, "WATCHDOG=1"));
	setenv("NOTIFY_SOCKET", "relative", 1);
	notify_send("nowhere");
	unsetenv("NOTIFY_SOCKET");
	notify_send("nowhere");
}

static int listening;

static bool heard(void)
{
	char octet;

	return recv(listening, &octet, 1, MSG_DONTWAIT) >= 0;
}

static void no_socket(void)
{
	t_refuse(SYS_socket, EMFILE);
	notify_send("READY=1");
	T_CHECK(!heard());
}

static void would_wait(void)
{
	t_refuse(SYS_fcntl, ENOMEM);
#ifdef SYS_fcntl64
	t_refuse(SYS_fcntl64, ENOMEM);
#endif
	notify_send("READY=1");
	T_CHECK(!heard());
}

T_CASE(who_cannot_speak_to_the_manager_is_silent)
{
	char path[64], longer[256];

	snprintf(path, sizeof(path), "@t_notify.%d", (int)getpid());
	listening = manager(path);
	T_CHECK(listening >= 0);
	t_apart(no_socket);
	t_apart(would_wait);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[0] = '@';
	longer[sizeof(longer) - 1] = 0;
	setenv("NOTIFY_SOCKET", longer, 1);
	notify_send("READY=1");
	T_CHECK(!heard());
	setenv("NOTIFY_SOCKET", path, 1);
	notify_send("READY=1");
	T_CHECK(heard());
	close(listening);
	unsetenv("NOTIFY_SOCKET");
}

T_CASE(watchdog_is_for_who_is_named)
{
	char pid[16];

	unsetenv("WATCHDOG_USEC");
	T_EQUAL(notify_watchdog(), TICK_NEVER);
	setenv("WATCHDOG_USEC", "15000000", 1);
	T_EQUAL(notify_watchdog(), 15000);
	setenv("WATCHDOG_PID", "1", 1);
	T_EQUAL(notify_watchdog(), TICK_NEVER);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	T_EQUAL(notify_watchdog(), 15000);
	setenv("WATCHDOG_USEC", "18446744073709551615", 1);
	T_EQUAL(notify_watchdog(), TICK_MINUTE);
	setenv("WATCHDOG_USEC", "nonsense", 1);
	T_EQUAL(notify_watchdog(), TICK_NEVER);
	setenv("WATCHDOG_USEC", "0", 1);
	T_EQUAL(notify_watchdog(), TICK_NEVER);
}

T_MAIN()
