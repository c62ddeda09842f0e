#include "conf/networks.h"

#include <stdio.h>
#include <string.h>

#include "harness/t.h"

T_CASE(addresses_are_in_their_networks)
{
	static const struct {
		const char *list, *addr;
		bool held;
	} rows[] = {
		{"", "127.0.0.1:1", false},
		{"127.0.0.1", "127.0.0.1:1", true},
		{"127.0.0.1", "127.0.0.2:1", false},
		{"127.0.0.1", "[::ffff:127.0.0.1]:1", true},
		{"192.168.0.0/16", "192.168.255.1:80", true},
		{"192.168.0.0/16", "192.169.0.1:80", false},
		{"10.0.0.0/9", "10.127.255.255:1", true},
		{"10.0.0.0/9", "10.128.0.0:1", false},
		{"0.0.0.0/0", "203.0.113.7:1", true},
		{"0.0.0.0/0", "[2001:db8::1]:1", false},
		{"::/0", "203.0.113.7:1", true},
		{"2001:db8::/32", "[2001:db8:1::1]:1", true},
		{"2001:db8::/32", "[2001:db9::1]:1", false},
		{"2001:db8::/33", "[2001:db8:8000::1]:1", false},
		{"::1 , 127.0.0.1\t,10.0.0.0/8", "10.9.9.9:1", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct networks list;
		struct addr a;
		if (!networks_parse(rows[i].list, &list) || !addr_parse(rows[i].addr, 0, &a))
			t_fail(__FILE__, __LINE__, "%s, %s", rows[i].list, rows[i].addr);
		else if (networks_hold(&list, &a) != rows[i].held)
			t_fail(__FILE__, __LINE__, "%s: %s", rows[i].list, rows[i].addr);
	}
}

T_CASE(what_is_no_network_is_refused)
{
	static const char *const texts[] = {
		"x",
		"1.2.3",
		"1.2.3.4:80",
		"1.2.3.4/33",
		"1.2.3.4/",
		"1.2.3.4/8",
		"1.2.3.4,",
		",1.2.3.4",
		"1.2.3.4 ::1",
		"[::1]",
		"fe80::1%2",
		"2001:db8::/129",
		"2001:db8::1/64",
		"/8",
		"1.2.3.4/-1",
		"example.org",
		"1.2.3.4.5.6.7.8.9.1.2.3.4.5.6.7.8.9.1.2.3.4.5.6.7.8.9.1.2.3.4.5.6.7",
	};
	struct networks list;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (networks_parse(texts[i], &list))
			t_fail(__FILE__, __LINE__, "%s", texts[i]);
	}
}

T_CASE(a_list_holds_sixteen)
{
	char text[400];
	struct text t = text_make(text, sizeof(text));
	struct networks list;

	for (int i = 0; i < 16; i++)
		text_format(&t, "%s10.0.0.%d", i ? "," : "", i);
	T_CHECK(networks_parse(text, &list));
	T_EQUAL(list.count, 16);
	text_put(&t, ",10.0.0.16");
	T_CHECK(!networks_parse(text, &list));
}

T_CASE(a_list_is_written_as_it_was_read)
{
	static const char text[] = "127.0.0.1, 192.168.0.0/16, ::1, 2001:db8::/32, 0.0.0.0/0, ::/0";
	struct networks list;
	char out[200];
	struct text t = text_make(out, sizeof(out));

	T_CHECK(networks_parse(text, &list));
	networks_write(&list, &t);
	T_TEXT(out, text);
}

T_CASE(lists_are_the_same_by_what_is_in_them)
{
	struct networks a, b;

	memset(&a, 0xff, sizeof(a));
	memset(&b, 0, sizeof(b));
	T_CHECK(networks_parse("127.0.0.1, 192.168.0.0/16", &a));
	T_CHECK(networks_parse("127.0.0.1,192.168.0.0/16", &b));
	T_CHECK(networks_same(&a, &b));
	T_CHECK(networks_parse("127.0.0.1, 192.168.0.0/17", &b));
	T_CHECK(!networks_same(&a, &b));
	T_CHECK(networks_parse("127.0.0.1, 192.169.0.0/16", &b));
	T_CHECK(!networks_same(&a, &b));
	T_CHECK(networks_parse("127.0.0.1", &b));
	T_CHECK(!networks_same(&a, &b) && !networks_same(&b, &a));
}

T_MAIN()
