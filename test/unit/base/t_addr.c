#include "base/addr.h"

#include "harness/t.h"

T_CASE(texts_are_read_and_written_in_one_form)
{
	static const struct {
		const char *text, *form;
		uint16_t default_port;
	} rows[] = {
		{"192.0.2.1:62031", "192.0.2.1:62031", 0},
		{"192.0.2.1", "192.0.2.1:62031", 62031},
		{"192.0.2.1:1", "192.0.2.1:1", 62031},
		{"0.0.0.0:0", "0.0.0.0:0", 0},
		{"255.255.255.255:65535", "255.255.255.255:65535", 0},
		{"[2001:db8::1]:62031", "[2001:db8::1]:62031", 0},
		{"[2001:DB8:0:0:0:0:0:1]:62031", "[2001:db8::1]:62031", 0},
		{"[2001:0db8::0001]", "[2001:db8::1]:9", 9},
		{"[fe80::1%3]:62031", "[fe80::1%3]:62031", 0},
		{"[::%3]:62031", "[::%3]:62031", 0},
		{"[fe80::1%4294967295]:62031", "[fe80::1%4294967295]:62031", 0},
		{"[::]:62031", "[::]:62031", 0},
		{"[::1]:62031", "[::1]:62031", 0},
		{"[1::]:62031", "[1::]:62031", 0},
		{"[1:2:3:4:5:6:7:8]:1", "[1:2:3:4:5:6:7:8]:1", 0},
		{"[1:2:3:4:5:6:7::]:1", "[1:2:3:4:5:6:7:0]:1", 0},
		{"[::2:3:4:5:6:7:8]:1", "[0:2:3:4:5:6:7:8]:1", 0},
		{"[1:0:0:4:0:0:0:8]:1", "[1:0:0:4::8]:1", 0},
		{"[1:0:0:4:5:0:0:8]:1", "[1::4:5:0:0:8]:1", 0},
		{"[::ffff:192.0.2.1]:5", "192.0.2.1:5", 0},
		{"[::ffff:c000:201]:5", "192.0.2.1:5", 0},
		{"[64:ff9b::192.0.2.1]:5", "[64:ff9b::c000:201]:5", 0},
		{"[1:2:3:4:5:6:1.2.3.4]:5", "[1:2:3:4:5:6:102:304]:5", 0},
		{"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535",
	         "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535", 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct addr a;
		char text[ADDR_TEXT_MAX];
		if (!addr_parse(rows[i].text, rows[i].default_port, &a))
			t_fail(__FILE__, __LINE__, "%s is refused", rows[i].text);
		else
			T_TEXT(addr_format(&a, text), rows[i].form);
	}
}

T_CASE(anything_else_is_refused_and_leaves_the_result_alone)
{
	static const char *const rows[] = {
		"",
		":",
		":62031",
		"192.0.2.1",
		"192.0.2.1:",
		"192.0.2.1:65536",
		"192.0.2.1:x",
		"192.0.2.1:1x",
		"192.0.2.1:1 ",
		" 192.0.2.1:1",
		"192.0.2.1:000001",
		"192.0.2:1",
		"192.0.2.256:1",
		"192.0.2.1.1:1",
		"192.0.2.-1:1",
		"192.0.2.+1:1",
		"192..2.1:1",
		"192.0.2.010:1",
		"1920.0.2.1:1",
		"localhost:1",
		"192.0.2.1:-1",
		"::1",
		"::1:62031",
		"[::1",
		"[::1]",
		"[::1]62031",
		"[::1]:",
		"[]:1",
		"[:]:1",
		"[:::]:1",
		"[1:::2]:1",
		"[1::2::3]:1",
		"[1:2:3:4:5:6:7]:1",
		"[1:2:3:4:5:6:7:8:9]:1",
		"[1:2:3:4:5:6:7:8::]:1",
		"[::1:2:3:4:5:6:7:8]:1",
		"[12345::]:1",
		"[g::]:1",
		"[::1:]:1",
		"[1:]:1",
		"[:1]:1",
		"1.2.3.:1",
		"1..2.3:1",
		"[::1.2.3.]:1",
		"[::1.2.3]:1",
		"[::1.2.3.4:5]:1",
		"[1:2:3:4:5:6:7:1.2.3.4]:1",
		"[::1.2.3.04]:1",
		"[::1:2:3:4:5:6:7:1.2.3.4]:1",
		"[fe80::1%]:1",
		"[fe80::1%eth0]:1",
		"[fe80::1%4294967296]:1",
		"[::1]:1]",
		"[::",
		"[",
		"192.0.2.1%3:1",
	};
	const struct addr before = {.port = 7, .scope = 8};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct addr a = before;
		if (addr_parse(rows[i], 0, &a))
			t_fail(__FILE__, __LINE__, "%s is accepted", rows[i]);
		T_CHECK(addr_equal(&a, &before));
	}
}

T_CASE(every_prefix_of_a_text_is_read_safely)
{
	static const char whole[] = "[2001:db8::192.0.2.1%12]:62031";

	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		char text[sizeof(whole)] = {0};
		struct addr a;
		for (size_t i = 0; i < len; i++)
			text[i] = whole[i];
		const void *guarded = t_guarded(text, len + 1);
		bool read = addr_parse(guarded, 0, &a);
		T_EQUAL(read, len > 25); /* "[...]:6" is the first with a port */
	}
}

T_CASE(two_spellings_of_one_address_are_equal)
{
	const uint8_t ip[4] = {192, 0, 2, 1};
	struct addr made = addr_v4(ip, 5), plain, mapped, port, scope;

	T_CHECK(addr_parse("192.0.2.1:5", 0, &plain));
	T_CHECK(addr_parse("[::ffff:192.0.2.1]:5", 0, &mapped));
	T_CHECK(addr_parse("192.0.2.1:6", 0, &port));
	T_CHECK(addr_parse("[::ffff:192.0.2.1%1]:5", 0, &scope));
	T_CHECK(addr_equal(&made, &plain) && addr_equal(&plain, &mapped));
	T_CHECK(!addr_equal(&plain, &port) && addr_same_ip(&plain, &port));
	T_CHECK(!addr_equal(&plain, &scope) && !addr_same_ip(&plain, &scope));
}

T_CASE(addresses_are_classed)
{
	static const struct {
		const char *text;
		bool v4, any, loopback;
	} rows[] = {
		{"0.0.0.0:1", true, true, false},        {"127.0.0.1:1", true, false, true},
		{"127.255.0.9:1", true, false, true},    {"128.0.0.1:1", true, false, false},
		{"0.0.0.1:1", true, false, false},       {"[::]:1", false, true, false},
		{"[::1]:1", false, false, true},         {"[::2]:1", false, false, false},
		{"[1::1]:1", false, false, false},       {"[::7f00:1]:1", false, false, false},
		{"[::fffe:0:0]:1", false, false, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct addr a;
		T_CHECK(addr_parse(rows[i].text, 0, &a));
		T_EQUAL(addr_is_v4(&a), rows[i].v4);
		T_EQUAL(addr_is_any(&a), rows[i].any);
		T_EQUAL(addr_is_loopback(&a), rows[i].loopback);
	}
}

T_CASE(private_is_what_other_networks_cannot_use)
{
	static const char *const privates[] = {
		"10.0.0.1:1",    "10.255.255.255:1", "172.16.0.1:1", "172.31.255.9:1",
		"192.168.1.5:1", "169.254.3.4:1",    "100.64.0.1:1", "100.127.255.1:1",
		"127.0.0.1:1",   "0.0.0.0:1",        "[::1]:1",      "[fe80::1]:1",
		"[febf::1]:1",   "[fc00::1]:1",      "[fdff::1]:1",  "[::]:1",
	};
	static const char *const publics[] = {
		"9.255.255.255:1", "11.0.0.1:1",    "172.15.0.1:1",    "172.32.0.1:1",
		"192.167.1.1:1",   "192.169.1.1:1", "100.63.0.1:1",    "100.128.0.1:1",
		"169.253.0.1:1",   "8.8.8.8:1",     "[2001:db8::1]:1", "[fec0::1]:1",
		"[fe00::1]:1",     "[fb00::1]:1",   "11.16.0.1:1",     "172.168.0.1:1",
		"11.168.0.1:1",    "11.254.0.1:1",  "192.254.0.1:1",   "11.64.0.1:1",
		"101.64.0.1:1",    "[2080::1]:1",   "[ff80::1]:1",
	};
	struct addr a;

	for (size_t i = 0; i < ARRAY_LEN(privates); i++)
		T_CHECK(addr_parse(privates[i], 0, &a) && addr_is_private(&a));
	for (size_t i = 0; i < ARRAY_LEN(publics); i++)
		T_CHECK(addr_parse(publics[i], 0, &a) && !addr_is_private(&a));
}

/* Whatever the port; on another interface it is another. */
T_CASE(an_address_is_compared_whole)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{"10.1.2.3:1", "10.1.2.3:2", true},        {"10.1.2.3:1", "10.1.2.4:1", false},
		{"10.1.2.3:1", "11.1.2.3:1", false},       {"[fe80::1%2]:1", "[fe80::1%2]:2", true},
		{"[fe80::1%2]:1", "[fe80::1%3]:1", false},
	};
	struct addr a, b;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		T_CHECK(addr_parse(rows[i].a, 0, &a) && addr_parse(rows[i].b, 0, &b));
		if (addr_same_ip(&a, &b) != rows[i].same)
			t_fail(__FILE__, __LINE__, "row %zu", i);
	}
}

/* A customer has one address of IPv4, or a /64 of IPv6. */
T_CASE(a_site_is_what_one_customer_has)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{"10.1.2.3:1", "10.1.2.3:2", true},
		{"10.1.2.3:1", "10.1.2.4:1", false},
		{"10.1.2.3:1", "11.1.2.3:1", false},
		{"[2001:db8:1:2::3]:1", "[2001:db8:1:2:9::4]:2", true},
		{"[2001:db8:1:2::3]:1", "[2001:db8:1:3::3]:1", false},
		{"[2001:db8:1:2::3]:1", "10.1.2.3:1", false},
		{"10.1.2.3:1", "[::1]:1", false},
		{"[::1]:1", "10.1.2.3:1", false},
	};
	struct addr a, b;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		T_CHECK(addr_parse(rows[i].a, 0, &a) && addr_parse(rows[i].b, 0, &b));
		if (addr_same_site(&a, &b) != rows[i].same)
			t_fail(__FILE__, __LINE__, "row %zu", i);
	}
}

T_MAIN()
