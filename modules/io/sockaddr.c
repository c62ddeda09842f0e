#include "io/sockaddr.h"

#include <arpa/inet.h>

struct in_addr sockaddr_v4_of(const struct addr *a)
{
	return (struct in_addr){htonl((uint32_t)a->ip[12] << 24 | (uint32_t)a->ip[13] << 16 |
	                              (uint32_t)a->ip[14] << 8 | a->ip[15])};
}

struct addr sockaddr_from_v4(struct in_addr ip)
{
	uint32_t bits = ntohl(ip.s_addr);
	const uint8_t octets[4] = {(uint8_t)(bits >> 24), (uint8_t)(bits >> 16),
	                           (uint8_t)(bits >> 8), (uint8_t)bits};

	return addr_v4(octets, 0);
}

socklen_t sockaddr_preset(union sockaddr_ip *s, bool v4)
{
	if (v4) {
		s->v4 = (struct sockaddr_in){.sin_family = AF_INET};
		return sizeof(s->v4);
	}
	s->v6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
	return sizeof(s->v6);
}

void sockaddr_put(union sockaddr_ip *s, const struct addr *a)
{
	if (s->any.sa_family == AF_INET) {
		s->v4.sin_addr = sockaddr_v4_of(a);
		s->v4.sin_port = htons(a->port);
		return;
	}
	for (size_t i = 0; i < sizeof(a->ip); i++)
		s->v6.sin6_addr.s6_addr[i] = a->ip[i];
	s->v6.sin6_port = htons(a->port);
	s->v6.sin6_scope_id = a->scope;
}

struct addr sockaddr_take(const union sockaddr_ip *s)
{
	struct addr a = {.port = 0};

	if (s->any.sa_family == AF_INET) {
		a = sockaddr_from_v4(s->v4.sin_addr);
		a.port = ntohs(s->v4.sin_port);
		return a;
	}
	for (size_t i = 0; i < sizeof(a.ip); i++)
		a.ip[i] = s->v6.sin6_addr.s6_addr[i];
	a.port = ntohs(s->v6.sin6_port);
	a.scope = s->v6.sin6_scope_id;
	return a;
}
