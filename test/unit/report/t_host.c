/*
 * Names under which the web page may be asked for.
 */
#include "report/http/host.h"

#include <string.h>

#include "harness/t.h"

static bool is_ours(const char *host, const char *allowed)
{
	return host_is_ours((struct http_text){host, strlen(host)}, "gb7yd.example.org", allowed);
}

T_CASE(addresses_and_names_of_the_own_network_are_known)
{
	static const char *const hosts[] = {
		"127.0.0.1",         "192.168.1.5:8080",   "[::1]",
		"[fe80::1]:8080",    "localhost",          "localhost:8080",
		"raspberrypi",       "raspberrypi:8080",   "raspberrypi.local:8080",
		"RaspberryPi.Local", "raspberrypi.local.", "pi.lan",
		"pi.home.arpa",      "gb7yd.example.org",  "GB7YD.example.org.:8080",
		"server.internal:1", "x.localhost",
	};

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
		T_CHECK(is_ours(hosts[i], ""));
	T_CHECK(host_is_ours((struct http_text){NULL, 0}, "", ""));
}

T_CASE(names_that_anyone_can_move_here_are_not)
{
	static const char *const hosts[] = {
		"",
		":8080",
		".",
		"evil.example",
		"evil.example:8080",
		"localhost.evil.example",
		"127.0.0.1.evil.example",
		"192.168.1.5.nip.io",
		"evil.example#.local",
		"evil.example/.local",
		"evil.example@x.local",
		"x.local:99999",
		"x.local:",
		"x.local:80:80",
		"xlocal.com",
		".local",
		"example.org",
		"agb7yd.example.org",
		"gb7yd.example.org.evil.example",
		"pi.lan.evil.example",
		"\xc3\xa4",
	};

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
		T_CHECK(!is_ours(hosts[i], ""));
}

T_CASE(names_that_are_listed_are_known)
{
	T_CHECK(is_ours("dmr.example.net", "dmr.example.net"));
	T_CHECK(is_ours("DMR.example.net:443", "a.example, dmr.Example.net"));
	T_CHECK(is_ours("b.example", " a.example\tb.example,"));
	T_CHECK(!is_ours("example.net", "dmr.example.net"));
	T_CHECK(!is_ours("a.example,b.example", "a.example,b.example"));
	T_CHECK(!is_ours("evil.example", ", "));
}

T_CASE(a_long_name_is_not_cut_to_a_known_one)
{
	char host[400];

	memset(host, 'a', sizeof(host));
	T_CHECK(!host_is_ours((struct http_text){host, sizeof(host)}, "", ""));
}

T_CASE(the_name_of_this_machine_is_read)
{
	char own[HOST_NAME_MAX_OCTETS];

	host_read_own(own);
	T_CHECK(strlen(own) < sizeof(own));
}

T_MAIN()
