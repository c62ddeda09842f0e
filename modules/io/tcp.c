#include "io/tcp.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "io/pipe.h"
#include "io/share.h"
#include "io/sockaddr.h"

#define CALLERS_WAITING 64

/* Otherwise it grows to megabytes for each peer that stops reading. */
static void bound_send_buffer(int fd)
{
	int size = TCP_SEND_BUFFER;

	(void)!setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static int fail_closing(int fd)
{
	int cause = errno;

	close(fd);
	errno = cause;
	return -1;
}

/* A prepared socket of the family of `a`, and `a` as the system calls take it. */
static int open_for(const struct addr *a, union sockaddr_ip *name, socklen_t *len)
{
	bool v4 = addr_is_v4(a);
	int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	bound_send_buffer(fd);
	*len = sockaddr_preset(name, v4);
	sockaddr_put(name, a);
	return pipe_prepare(fd) == 0 ? fd : fail_closing(fd);
}

void tcp_share(int fd, bool yes)
{
	share_port(fd, yes);
}

int tcp_listen(const struct addr *bind_to, bool shared)
{
	union sockaddr_ip name;
	socklen_t len;
	int on = 1, off = 0;
	int fd = open_for(bind_to, &name, &len);

	if (fd < 0)
		return -1;
	if (shared)
		tcp_share(fd, true);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    (addr_is_v4(bind_to) ||
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) == 0) &&
	    bind(fd, &name.any, len) == 0 && listen(fd, CALLERS_WAITING) == 0)
		return fd;
	return fail_closing(fd);
}

int tcp_accept(int fd, struct addr *from)
{
	union sockaddr_ip name;
	socklen_t len = sizeof(name);
	int conn = accept(fd, &name.any, &len);

	if (conn < 0)
		return -1;
	*from = sockaddr_take(&name);
	bound_send_buffer(conn);
	return pipe_prepare(conn) == 0 ? conn : fail_closing(conn);
}

int tcp_connect(const struct addr *to)
{
	union sockaddr_ip name;
	socklen_t len;
	int fd = open_for(to, &name, &len);

	if (fd < 0)
		return -1;
	if (connect(fd, &name.any, len) == 0 || errno == EINPROGRESS)
		return fd;
	return fail_closing(fd);
}

int tcp_connected(int fd)
{
	int cause = 0;
	socklen_t len = sizeof(cause);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &cause, &len) != 0)
		return -1;
	errno = cause;
	return cause ? -1 : 0;
}
