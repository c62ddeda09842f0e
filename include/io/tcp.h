/*
 * TCP sockets, non-blocking and closed on exec. Names are nobody's business here: addresses are
 * numeric, so nothing waits.
 */
#ifndef IO_TCP_H
#define IO_TCP_H

#include "base/addr.h"
#include "base/util.h"

/* Listens; IPv6 takes IPv4 too. -1 with errno. */
MUST_CHECK int tcp_listen(const struct addr *bind);

#define TCP_SEND_BUFFER 65536 /* octets the system keeps for one who does not read */

/* The next caller and its address; -1 with errno (EAGAIN: none waits). */
MUST_CHECK int tcp_accept(int fd, struct addr *from);

/* Begins to connect; when the socket can be written, tcp_connected tells how that went. -1 with
 * errno. */
MUST_CHECK int tcp_connect(const struct addr *to);

/* 0, or -1 with errno. */
MUST_CHECK int tcp_connected(int fd);

#endif
