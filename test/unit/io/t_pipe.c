#include "harness/t.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/pipe.h"
#include "io/udp.h"
#include "io/unix.h"

T_CASE(a_full_pipe_takes_all_or_nothing)
{
	static uint8_t block[PIPE_BUF];
	int ends[2];
	size_t put = 0, taken = 0;
	ssize_t n;

	T_EQUAL(pipe_open(ends), 0);
	while (pipe_put(ends[1], block, 1000))
		put += 1000;
	T_EQUAL(errno, EAGAIN);
	T_CHECK(put >= PIPE_BUF);
	T_CHECK(!pipe_put(ends[1], block, PIPE_BUF));
	while ((n = pipe_take(ends[0], block, sizeof(block))) > 0)
		taken += (size_t)n;
	T_EQUAL(n, 0);
	T_EQUAL(taken, put);
	T_CHECK(pipe_put(ends[1], block, PIPE_BUF));
	close(ends[1]);
	T_EQUAL(pipe_take(ends[0], block, sizeof(block)), PIPE_BUF);
	T_EQUAL(pipe_take(ends[0], block, sizeof(block)), -1);
	T_EQUAL(errno, 0);
	close(ends[0]);
}

T_CASE(a_pair_goes_both_ways)
{
	int ends[2];
	char octet = 0;

	T_EQUAL(pipe_pair(ends), 0);
	T_EQUAL(pipe_take(ends[0], &octet, 1), 0);
	T_CHECK(pipe_put(ends[0], "a", 1));
	T_CHECK(pipe_put(ends[1], "b", 1));
	T_EQUAL(pipe_take(ends[0], &octet, 1), 1);
	T_EQUAL(octet, 'b');
	T_EQUAL(pipe_take(ends[1], &octet, 1), 1);
	T_EQUAL(octet, 'a');
	close(ends[0]);
	T_EQUAL(pipe_take(ends[1], &octet, 1), -1);
	close(ends[1]);
}

static int near, far; /* ends that wait */
static volatile sig_atomic_t ticks;

static void on_tick(int number)
{
	char octet;

	(void)number;
	if (++ticks < 2)
		return;
	(void)!recv(far, &octet, 1, MSG_DONTWAIT); /* makes room */
	(void)!send(far, "x", 1, MSG_DONTWAIT);
}

static bool put(void)
{
	return pipe_put(near, "y", 1);
}

static bool put_with(void)
{
	return pipe_put_with(near, "y", 1, STDOUT_FILENO);
}

static bool take(void)
{
	char octet;

	return pipe_take(near, &octet, 1) == 1 && octet == 'x';
}

static bool take_with(void)
{
	int handed;
	char octet;

	return pipe_take_with(near, &octet, 1, &handed) == 1 && octet == 'x' && handed == -1;
}

/* Each waits, is interrupted, and goes on to wait. */
T_CASE(a_signal_ends_no_wait)
{
	bool (*const all[])(void) = {put, put_with, take, take_with};
	const struct itimerval often = {{0, 5000}, {0, 5000}}, never = {{0, 0}, {0, 0}};
	struct sigaction action = {.sa_handler = on_tick}, before;

	sigaction(SIGALRM, &action, &before);
	for (size_t i = 0; i < 4 && !t_failed(); i++) {
		int ends[2];

		T_EQUAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
		near = ends[0];
		far = ends[1];
		while (i < 2 && send(near, "z", 1, MSG_DONTWAIT) == 1)
			;
		ticks = 0;
		setitimer(ITIMER_REAL, &often, NULL);
		bool done = all[i]();
		setitimer(ITIMER_REAL, &never, NULL);
		T_CHECK(done);
		T_CHECK(ticks >= 2);
		close(ends[0]);
		close(ends[1]);
	}
	sigaction(SIGALRM, &before, NULL);
}

/* What the system says of a message is no descriptor. */
T_CASE(only_a_descriptor_is_handed_on)
{
	static const uint8_t loopback[4] = {127, 0, 0, 1};
	static const uint8_t all[4] = {0};
	struct addr to = addr_v4(loopback, 0), from = addr_v4(all, 0);
	int ends[2], on = 1, handed = 0;
	char octet;

	T_EQUAL(pipe_pair(ends), 0);
	T_CHECK(pipe_put_with(ends[0], "a", 1, ends[0]));
	T_EQUAL(pipe_take_with(ends[1], &octet, 1, &handed), 1);
	T_CHECK(handed > ends[1]);
	close(handed);
	T_EQUAL(setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)), 0);
	T_CHECK(pipe_put(ends[0], "a", 1));
	T_EQUAL(pipe_take_with(ends[1], &octet, 1, &handed), 1);
	T_EQUAL(handed, -1); /* it is who wrote it */
	close(ends[0]);
	close(ends[1]);

	int listening = udp_open(&from, false), calling = udp_open(&to, false);
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	T_CHECK(listening >= 0 && calling >= 0);
	T_EQUAL(getsockname(listening, (struct sockaddr *)&name, &len), 0);
	T_EQUAL(sendto(calling, "a", 1, 0, (struct sockaddr *)&name, len), 1);
	T_EQUAL(pipe_take_with(listening, &octet, 1, &handed), 1);
	T_EQUAL(handed, -1); /* it is where it was sent to */
	close(listening);
	close(calling);
}

static char directory[32];
static char path[64];

/* A directory of its own, and the path of a file in it. */
static int make_directory(void)
{
	snprintf(directory, sizeof(directory), "/tmp/t_pipe.XXXXXX");
	if (!mkdtemp(directory))
		return 0;
	snprintf(path, sizeof(path), "%s/s", directory);
	return 1;
}

T_CASE(a_live_server_keeps_its_socket_a_dead_one_does_not)
{
	struct stat s;
	char octet = 0;

	T_CHECK(make_directory());
	int fd = unix_listen(path);
	T_CHECK(fd >= 0);
	T_EQUAL(stat(path, &s), 0);
	T_EQUAL(s.st_mode & 0777, 0660);
	T_EQUAL(unix_accept(fd), -1);
	T_EQUAL(errno, EAGAIN);
	T_EQUAL(unix_listen(path), -1);
	T_EQUAL(errno, EADDRINUSE);
	/* the attempt above has knocked */
	int knocked = unix_accept(fd);
	T_CHECK(knocked >= 0);
	close(knocked);

	int client = unix_connect(path);
	T_CHECK(client >= 0);
	int served = unix_accept(fd);
	T_CHECK(served >= 0);
	T_EQUAL(write(client, "q", 1), 1);
	T_EQUAL(pipe_take(served, &octet, 1), 1);
	T_EQUAL(octet, 'q');
	close(client);
	close(served);

	close(fd);
	T_EQUAL(unix_connect(path), -1);
	fd = unix_listen(path);
	T_CHECK(fd >= 0);
	close(fd);
	unlink(path);
	rmdir(directory);
}

/* Connections wait until the queue is full: that server is busy, not dead. */
T_CASE(a_busy_server_keeps_its_socket_and_is_not_waited_for)
{
	int callers[64], count = 0;

	T_CHECK(make_directory());
	int fd = unix_listen(path);
	T_CHECK(fd >= 0);
	while (count < 64) {
		struct sockaddr_un a = {.sun_family = AF_UNIX};

		snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
		callers[count] = socket(AF_UNIX, SOCK_STREAM, 0);
		T_EQUAL(pipe_prepare(callers[count]), 0);
		if (connect(callers[count++], (const struct sockaddr *)&a, sizeof(a)) != 0)
			break;
	}
	T_EQUAL(errno, EAGAIN);
	T_EQUAL(unix_listen(path), -1);
	T_EQUAL(errno, EADDRINUSE);
	T_EQUAL(access(path, F_OK), 0);
	while (count)
		close(callers[--count]);
	close(fd);
	unlink(path);
	rmdir(directory);
}

T_CASE(what_is_not_a_socket_stays)
{
	struct stat s;
	char long_path[200];

	T_CHECK(make_directory());
	FILE *f = fopen(path, "w");
	T_CHECK(f);
	fclose(f);
	T_EQUAL(unix_listen(path), -1);
	T_EQUAL(errno, EADDRINUSE);
	T_EQUAL(stat(path, &s), 0);
	unlink(path);
	rmdir(directory);

	memset(long_path, 'x', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	T_EQUAL(unix_listen(long_path), -1);
	T_EQUAL(errno, ENAMETOOLONG);
	T_EQUAL(unix_listen(""), -1);
	T_EQUAL(errno, EINVAL);
	T_EQUAL(unix_connect(long_path), -1);
	T_EQUAL(errno, ENAMETOOLONG);
}

T_MAIN()
