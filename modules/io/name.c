#include "io/name.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "io/sockaddr.h"

bool name_resolve(const char *host, uint16_t port, bool v4, struct addr *out)
{
	const struct addrinfo wanted = {.ai_family = v4 ? AF_INET : AF_UNSPEC,
	                                .ai_socktype = SOCK_DGRAM};
	struct addrinfo *found;
	union sockaddr_ip first;

	if (getaddrinfo(host, NULL, &wanted, &found) != 0)
		return false;
	memset(&first, 0, sizeof(first));
	bool fits = found->ai_addrlen <= sizeof(first);
	if (fits)
		memcpy(&first, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	if (!fits)
		return false;
	*out = sockaddr_take(&first);
	out->port = port;
	return true;
}
