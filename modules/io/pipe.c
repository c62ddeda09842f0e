#include "io/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
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

/* Room for one descriptor. */
union control {
	struct cmsghdr header;
	unsigned char room[CMSG_SPACE(sizeof(int))];
};

bool pipe_put_with(int fd, const void *bytes, size_t len, int handed)
{
	union control control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)),
	                                    .cmsg_level = SOL_SOCKET,
	                                    .cmsg_type = SCM_RIGHTS}};
	struct iovec part = {.iov_len = len};
	struct msghdr message = {.msg_iov = &part,
	                         .msg_iovlen = 1,
	                         .msg_control = &control,
	                         .msg_controllen = sizeof(control.room)};
	ssize_t n;

	memcpy(&part.iov_base, &bytes, sizeof(bytes)); /* read only */
	if (handed < 0)
		return pipe_put(fd, bytes, len);
	memcpy(CMSG_DATA(&control.header), &handed, sizeof(handed));
	do
		n = sendmsg(fd, &message, 0);
	while (n < 0 && errno == EINTR);
	return n >= 0;
}

/* The descriptor that came with a message; anything but exactly one does not fit. */
static int handed_in(struct msghdr *message)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int handed = -1;

	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
	    header->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&handed, CMSG_DATA(header), sizeof(handed));
	return handed;
}

/* A kernel short of memory returns nothing now; the other end still exists. */
static ssize_t taken(ssize_t n)
{
	if (n < 0 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOMEM || errno == ENOBUFS))
		return 0;
	if (n == 0) {
		errno = 0;
		return -1;
	}
	return n;
}

ssize_t pipe_take_with(int fd, void *buf, size_t cap, int *handed)
{
	union control control;
	struct iovec part = {.iov_base = buf, .iov_len = cap};
	struct msghdr message = {.msg_iov = &part,
	                         .msg_iovlen = 1,
	                         .msg_control = &control,
	                         .msg_controllen = sizeof(control.room)};
	ssize_t n;

	do
		n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	*handed = n > 0 ? handed_in(&message) : -1;
	return taken(n);
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
	return taken(n);
}
