#include "io/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

int pipe_prepare(int fd)
{
	int status = fcntl(fd, F_GETFL);
	int flags = fcntl(fd, F_GETFD);

	if (status < 0 || flags < 0)
		return -1;
	if (fcntl(fd, F_SETFL, status | O_NONBLOCK) != 0)
		return -1;
	return fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

static int prepare_both(const int ends[static 2])
{
	if (pipe_prepare(ends[0]) == 0 && pipe_prepare(ends[1]) == 0)
		return 0;
	int cause = errno;
	close(ends[0]);
	close(ends[1]);
	errno = cause;
	return -1;
}

int pipe_open(int ends[static 2])
{
	return pipe(ends) == 0 ? prepare_both(ends) : -1;
}

int pipe_pair(int ends[static 2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0 ? prepare_both(ends) : -1;
}

bool pipe_put(int fd, const void *bytes, size_t len)
{
	ssize_t n;

	do
		n = write(fd, bytes, len);
	while (n < 0 && errno == EINTR);
	return n >= 0;
}

ssize_t pipe_take(int fd, void *buf, size_t cap)
{
	ssize_t n;

	do
		n = read(fd, buf, cap);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n == 0) {
		errno = 0;
		return -1;
	}
	return n;
}
