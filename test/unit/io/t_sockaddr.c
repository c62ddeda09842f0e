#include "io/sockaddr.h"

#include <string.h>

#include "harness/t.h"

T_CASE(addresses_come_back_as_they_went)
{
	static const struct {
		const char *text;
		bool v4;
	} rows[] = {
		{"192.0.2.7:62031", true},    {"255.255.255.255:65535", true},
		{"192.0.2.7:62031", false},   {"[2001:db8::1]:1", false},
		{"[fe80::1%3]:62031", false}, {"0.0.0.0:1", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		union sockaddr_ip s;
		struct addr a;
		T_CHECK(addr_parse(rows[i].text, 0, &a));
		T_EQUAL(sockaddr_preset(&s, rows[i].v4),
		        rows[i].v4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
		sockaddr_put(&s, &a);
		struct addr back = sockaddr_take(&s);
		T_CHECK(addr_equal(&a, &back));
		T_EQUAL(back.scope, a.scope);
	}
}

T_CASE(octets_stand_in_the_order_of_the_network)
{
	static const uint8_t ip[4] = {192, 0, 2, 7}, port[2] = {0xf2, 0x4f};
	const struct addr a = addr_v4(ip, 62031);
	union sockaddr_ip s;

	sockaddr_preset(&s, true);
	sockaddr_put(&s, &a);
	T_EQUAL(s.v4.sin_family, AF_INET);
	T_EQUAL(memcmp(&s.v4.sin_addr, ip, 4), 0);
	T_EQUAL(memcmp(&s.v4.sin_port, port, 2), 0);
	sockaddr_preset(&s, false);
	sockaddr_put(&s, &a);
	T_EQUAL(s.v6.sin6_family, AF_INET6);
	T_BYTES(s.v6.sin6_addr.s6_addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\7", 16);
	T_EQUAL(memcmp(&s.v6.sin6_port, port, 2), 0);
}

T_MAIN()
