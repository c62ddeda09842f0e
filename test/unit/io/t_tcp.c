#include "io/tcp.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "harness/t.h"
#include "io/pipe.h"
#include "io/udp.h"

static const uint8_t loopback[4] = {127, 0, 0, 1};

/* Listens where there is room; the address it got. */
static int listen_anywhere(struct addr *at)
{
	*at = addr_v4(loopback, 0);
	int fd = tcp_listen(at, false);
	return fd >= 0 && udp_bound(fd, at) ? fd : -1;
}

static bool wait_for(int fd, short what)
{
	struct pollfd p = {.fd = fd, .events = what};

	return poll(&p, 1, T_PATIENCE_MS) == 1;
}

T_CASE(caller_is_told_with_its_address)
{
	struct addr at, from = {.port = 0};
	char octets[8];
	int listening = listen_anywhere(&at);
	int caller = tcp_connect(&at);

	T_CHECK(listening >= 0 && caller >= 0);
	T_CHECK(wait_for(caller, POLLOUT));
	T_EQUAL(tcp_connected(caller), 0);
	int fd = tcp_accept(listening, &from);
	T_CHECK(fd >= 0);
	T_CHECK(addr_same_ip(&from, &at) && from.port != 0 && from.port != at.port);
	T_EQUAL(tcp_accept(listening, &from), -1);
	T_EQUAL(errno, EAGAIN);
	T_CHECK(pipe_put(caller, "hello", 5));
	T_CHECK(wait_for(fd, POLLIN));
	T_EQUAL(pipe_take(fd, octets, sizeof(octets)), 5);
	T_EQUAL(pipe_take(fd, octets, sizeof(octets)), 0);
	close(caller);
	close(fd);
	close(listening);
}

T_CASE(nobody_there_is_told_and_not_waited_for)
{
	struct addr at;
	int listening = listen_anywhere(&at);

	close(listening);
	int caller = tcp_connect(&at);
	if (caller < 0) {
		T_EQUAL(errno, ECONNREFUSED);
		return;
	}
	T_CHECK(wait_for(caller, POLLOUT));
	T_EQUAL(tcp_connected(caller), -1);
	T_EQUAL(errno, ECONNREFUSED);
	close(caller);
}

/* Where there is IPv6, of both kinds. */
T_CASE(all_addresses_are_called)
{
	struct addr at = {.port = 0}, from, v4 = addr_v4(loopback, 0);
	int listening = tcp_listen(&at, false);

	if (listening < 0) {
		T_EQUAL(errno, EAFNOSUPPORT);
		return;
	}
	T_CHECK(udp_bound(listening, &at));
	v4.port = at.port;
	int caller = tcp_connect(&v4);
	T_CHECK(caller >= 0 && wait_for(listening, POLLIN));
	int fd = tcp_accept(listening, &from);
	T_CHECK(fd >= 0 && addr_same_ip(&from, &v4));
	close(caller);
	close(fd);
	close(listening);
}

T_CASE(one_port_is_bound_once)
{
	struct addr at;
	int listening = listen_anywhere(&at);

	T_EQUAL(tcp_listen(&at, false), -1);
	T_EQUAL(errno, EADDRINUSE);
	close(listening);
}

T_MAIN()
