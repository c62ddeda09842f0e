/*
 * struct addr to and from what the system calls take.
 */
#ifndef IO_SOCKADDR_H
#define IO_SOCKADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "base/addr.h"

union sockaddr_ip {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* An empty address of one family, for sockaddr_put. Returns its length. */
socklen_t sockaddr_preset(union sockaddr_ip *s, bool v4);

/*
 * Puts `a` into a preset address. IPv4 in a v6 address is its mapped form; `a` of a v4 one must
 * be IPv4.
 */
void sockaddr_put(union sockaddr_ip *s, const struct addr *a);

/* An IPv4 address as the system calls have it, and back (port 0). */
struct in_addr sockaddr_v4_of(const struct addr *a);
struct addr sockaddr_from_v4(struct in_addr ip);

struct addr sockaddr_take(const union sockaddr_ip *s);

#endif
