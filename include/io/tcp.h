/*
 * TCP sockets, non-blocking and closed on exec. Addresses are numeric: no lookups, so nothing
 * waits.
 */
#ifndef IO_TCP_H
#define IO_TCP_H

#include <stdbool.h>

#include "base/addr.h"
#include "base/util.h"

/* Listens; IPv6 takes IPv4 too. `shared`: also beside those of ours that tcp_share lets. -1 with
 * errno. */
MUST_CHECK int tcp_listen(const struct addr *bind, bool shared);

/* May others of our user listen at this address, too? */
void tcp_share(int fd, bool yes);

#define TCP_SEND_BUFFER 65536 /* send buffer for a peer that does not read */

/* Accepts the next connection and its address; -1 with errno (EAGAIN: none waits). */
MUST_CHECK int tcp_accept(int fd, struct addr *from);

/* Starts to connect; once the socket is writable, tcp_connected gives the result. -1 with errno. */
MUST_CHECK int tcp_connect(const struct addr *to);

/* 0, or -1 with errno. */
MUST_CHECK int tcp_connected(int fd);

#endif
