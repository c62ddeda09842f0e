#include "harness/t.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/pipe.h"
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
}

T_MAIN()
