#include "harness/t.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/udp.h"

static struct arena arena;

static struct addr at(const char *text, uint16_t port)
{
	struct addr a = {.port = 0};

	if (!addr_parse(text, 1, &a))
		t_fail(__FILE__, __LINE__, "bad address %s", text);
	a.port = port;
	return a;
}

/* A socket on any port of this address; its number goes to *port. */
static int open_at(const char *text, uint16_t *port)
{
	struct addr a = at(text, 0), bound;
	int fd = udp_open(&a, false);

	if (fd >= 0 && udp_bound(fd, &bound))
		*port = bound.port;
	return fd;
}

/* Measures, claims and attaches both, as the voice process does. */
static void attach(int a, int b, struct udp **ua, struct udp **ub)
{
	struct arena measure;

	arena_measure(&measure);
	*ua = udp_attach(&measure, a);
	*ub = udp_attach(&measure, b);
	if (*ua || *ub || !arena_claim(&arena, measure.used))
		t_fail(__FILE__, __LINE__, "cannot claim");
	*ua = udp_attach(&arena, a);
	*ub = udp_attach(&arena, b);
	if (!*ua || !*ub || arena.used != measure.used)
		t_fail(__FILE__, __LINE__, "cannot attach");
}

/* Both at ports of their own; returns the address of `b`. */
static struct addr attach_pair(int *a, int *b, struct udp **ua, struct udp **ub)
{
	uint16_t unused, port;

	*a = open_at("127.0.0.1", &unused);
	*b = open_at("127.0.0.1", &port);
	attach(*a, *b, ua, ub);
	return at("127.0.0.1", port);
}

static void finish(int a, int b)
{
	close(a);
	close(b);
	arena_release(&arena);
}

static const struct addr nowhere;

static bool has_ipv6(void)
{
	uint16_t port;
	int fd = open_at("[::1]", &port);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Loopback delivers at once, but to be sure: waits a moment. */
static const struct udp_datagram *receive(struct udp *u, uint32_t *count)
{
	const struct udp_datagram *got = udp_receive(u, count);

	for (int i = 0; !*count && i < T_PATIENCE_MS; i++) {
		usleep(1000);
		got = udp_receive(u, count);
	}
	return got;
}

static void send_text(struct udp *u, const char *text, const struct addr *to,
                      const struct addr *from)
{
	const uint8_t *bytes = t_guarded(text, strlen(text));

	udp_add(u, &(struct udp_copy){.bytes = bytes, .len = strlen(text), .to = to, .from = from});
	udp_flush(u);
}

/*
 * A client writes from `client` to `written` at a server bound to `server`; the answer must
 * come from `written`. `mapped` is how the server sees the client.
 */
static void ask_and_answer(const char *server, const char *client, const char *written)
{
	uint16_t port, client_port;
	int s = open_at(server, &port), c = open_at(client, &client_port);
	struct udp *us, *uc;
	uint32_t count;

	T_CHECK(s >= 0 && c >= 0);
	attach(s, c, &us, &uc);
	T_CHECK(!t_failed());
	struct addr to = at(written, port), client_addr = at(client, client_port);
	send_text(uc, "RPTL", &to, &nowhere);
	const struct udp_datagram *got = receive(us, &count);
	T_EQUAL(count, 1);
	T_EQUAL(got->len, 4);
	T_BYTES(got->bytes, "RPTL", 4);
	T_CHECK(addr_equal(&got->sender, &client_addr));
	struct addr server_addr = at(server, port);
	if (addr_is_any(&server_addr))
		T_CHECK(addr_same_ip(&got->local, &to));
	else
		T_CHECK(addr_is_any(&got->local));
	struct addr sender = got->sender, local = got->local;
	send_text(us, "RPTACK", &sender, &local);
	got = receive(uc, &count);
	T_EQUAL(count, 1);
	T_CHECK(addr_equal(&got->sender, &to));
	T_EQUAL(udp_counters(us)->sent_total, 1);
	finish(s, c);
}

T_CASE(v4_wildcard_answers_from_the_address_written_to)
{
	ask_and_answer("0.0.0.0", "127.0.0.1", "127.0.0.1");
	ask_and_answer("0.0.0.0", "127.0.0.1", "127.0.0.2");
	ask_and_answer("0.0.0.0", "127.0.0.3", "127.0.0.2");
}

T_CASE(dual_stack_wildcard_answers_from_the_address_written_to)
{
	ask_and_answer("[::]", "127.0.0.1", "127.0.0.2");
	ask_and_answer("[::]", "127.0.0.1", "127.0.0.1");
	if (has_ipv6())
		ask_and_answer("[::]", "[::1]", "[::1]");
}

T_CASE(a_socket_at_one_address_answers_from_it)
{
	ask_and_answer("127.0.0.2", "127.0.0.1", "127.0.0.2");
	if (has_ipv6())
		ask_and_answer("[::1]", "[::1]", "[::1]");
}

T_CASE(id_is_put_in_where_asked)
{
	static const struct {
		size_t len, id_at;
		const char *expected; /* NULL: refused */
	} rows[] = {
		{15, 11, "0b0b0b0b0b0b0b0b0b0b0b01020304"},
		{15, 1, "0b010203040b0b0b0b0b0b0b0b0b0b"},
		{6, 2, "0b0b01020304"},
		{6, 0, "0b0b0b0b0b0b"},
		{6, 3, NULL},
		{3, 1, NULL},
	};
	uint8_t octets[UDP_SEND_MAX];
	uint16_t pa, pb;
	int a = open_at("127.0.0.1", &pa), b = open_at("127.0.0.1", &pb);
	struct udp *ua, *ub;
	uint32_t count;

	memset(octets, 0x0b, sizeof(octets));
	attach(a, b, &ua, &ub);
	struct addr to = at("127.0.0.1", pb);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		udp_add(ua, &(struct udp_copy){.bytes = octets,
		                               .len = rows[i].len,
		                               .id_at = rows[i].id_at,
		                               .id = 0x01020304,
		                               .to = &to,
		                               .from = &nowhere});
		udp_flush(ua);
		if (!rows[i].expected)
			continue;
		uint8_t expected[UDP_SEND_MAX];
		size_t len = t_hex(rows[i].expected, expected, sizeof(expected));
		const struct udp_datagram *got = receive(ub, &count);
		T_EQUAL(count, 1);
		T_EQUAL(got->len, len);
		T_BYTES(got->bytes, expected, len);
	}
	T_EQUAL(udp_counters(ua)->refused_total, 2);
	finish(a, b);
}

T_CASE(lengths_from_nothing_to_full)
{
	uint8_t octets[UDP_SEND_MAX + 1];
	uint16_t pa, pb;
	int a = open_at("127.0.0.1", &pa), b = open_at("127.0.0.1", &pb);
	struct udp *ua, *ub;
	uint32_t count;

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)i;
	attach(a, b, &ua, &ub);
	struct addr to = at("127.0.0.1", pb);
	for (size_t len = 0; len <= UDP_SEND_MAX + 1; len++) {
		udp_add(ua, &(struct udp_copy){.bytes = t_guarded(octets, len),
		                               .len = len,
		                               .to = &to,
		                               .from = &nowhere});
		udp_flush(ua);
		if (len > UDP_SEND_MAX)
			break;
		const struct udp_datagram *got = receive(ub, &count);
		T_EQUAL(count, 1);
		T_EQUAL(got->len, len);
		T_BYTES(got->bytes, octets, len);
	}
	T_EQUAL(udp_counters(ua)->sent_total, UDP_SEND_MAX + 1);
	T_EQUAL(udp_counters(ua)->refused_total, 1);
	finish(a, b);
}

T_CASE(oversize_datagram_is_dropped_and_its_neighbours_are_not)
{
	uint8_t octets[UDP_RECEIVE_MAX + 1] = {0};
	struct udp *ua, *ub;
	uint32_t count;
	int a, b;
	struct addr to = attach_pair(&a, &b, &ua, &ub);

	send_text(ua, "one", &to, &nowhere);
	const struct udp_datagram *got = receive(ub, &count);
	T_EQUAL(count, 1);
	uint16_t unused;
	int raw = open_at("127.0.0.1", &unused);
	/* The other socket's name, from a datagram it sends. */
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	T_EQUAL(getsockname(b, (struct sockaddr *)&name, &len), 0);
	T_EQUAL(sendto(raw, octets, sizeof(octets), 0, (struct sockaddr *)&name, len),
	        sizeof(octets));
	T_EQUAL(sendto(raw, octets, sizeof(octets) - 1, 0, (struct sockaddr *)&name, len),
	        sizeof(octets) - 1);
	send_text(ua, "two", &to, &nowhere);
	usleep(2000);
	got = receive(ub, &count);
	T_EQUAL(count, 2);
	T_EQUAL(got[0].len, UDP_RECEIVE_MAX);
	T_BYTES(got[1].bytes, "two", 3);
	T_EQUAL(udp_counters(ub)->oversize_total, 1);
	T_EQUAL(udp_counters(ub)->received_total, 4);
	close(raw);
	finish(a, b);
}

/* Of a link: its network may have been renumbered since the neighbour was heard. */
T_CASE(an_address_that_is_ours_no_longer_stops_nothing)
{
	const char *const servers[] = {"0.0.0.0", "[::]"};

	for (size_t i = 0; i < ARRAY_LEN(servers); i++) {
		uint16_t port, client_port;
		int s = open_at(servers[i], &port), c = open_at("127.0.0.1", &client_port);
		struct udp *us, *uc;
		uint32_t count;

		attach(s, c, &us, &uc);
		struct addr to = at("127.0.0.1", client_port), gone = at("192.0.2.99", 0);
		send_text(us, "one", &to, &gone);
		send_text(us, "two", &to, &nowhere);
		receive(uc, &count);
		T_EQUAL(udp_counters(us)->sent_total, 2);
		T_EQUAL(udp_counters(us)->refused_total, 0);
		finish(s, c);
	}
}

/* Port 0 cannot be sent to: EINVAL for that one datagram. */
T_CASE(refused_datagrams_are_skipped_alone)
{
	static const struct {
		const char *plan; /* g = good, b = bad */
		uint32_t good, bad;
	} rows[] = {
		{"g", 1, 0},   {"b", 0, 1},         {"bg", 1, 1},      {"gb", 1, 1},
		{"gbg", 2, 1}, {"bbbgggbbb", 3, 6}, {"gbgbgbg", 4, 3}, {"bbbb", 0, 4},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint16_t pa, pb;
		int a = open_at("127.0.0.1", &pa), b = open_at("127.0.0.1", &pb);
		struct udp *ua, *ub;
		uint32_t count;

		attach(a, b, &ua, &ub);
		struct addr good = at("127.0.0.1", pb), bad = at("127.0.0.1", 0);
		for (const char *p = rows[i].plan; *p; p++) {
			uint8_t number = (uint8_t)(p - rows[i].plan);

			udp_add(ua, &(struct udp_copy){.bytes = &number,
			                               .len = 1,
			                               .to = *p == 'g' ? &good : &bad,
			                               .from = &nowhere});
		}
		udp_flush(ua);
		T_EQUAL(udp_counters(ua)->sent_total, rows[i].good);
		T_EQUAL(udp_counters(ua)->refused_total, rows[i].bad);
		T_EQUAL(udp_counters(ua)->dropped_total, 0);
		if (rows[i].good) {
			const struct udp_datagram *got = receive(ub, &count);
			T_EQUAL(count, rows[i].good);
			uint32_t next = 0;
			for (const char *p = rows[i].plan; *p; p++)
				if (*p == 'g')
					T_EQUAL(got[next++].bytes[0], p - rows[i].plan);
		}
		finish(a, b);
	}
}

T_CASE(a_full_outbox_flushes_itself_and_keeps_the_order)
{
	const uint32_t copies = 3 * UDP_OUTBOX + 5;
	uint16_t pa, pb;
	int a = open_at("0.0.0.0", &pa), b = open_at("127.0.0.1", &pb);
	struct udp *ua, *ub;
	uint32_t next = 0, count;
	static const uint8_t frame[8] = {0};

	attach(a, b, &ua, &ub);
	struct addr to = at("127.0.0.1", pb), from = at("127.0.0.9", 0);
	for (uint32_t i = 0; i < copies; i++) {
		udp_add(ua, &(struct udp_copy){.bytes = frame,
		                               .len = sizeof(frame),
		                               .id_at = 4,
		                               .id = i,
		                               .to = &to,
		                               .from = i % 2 ? &from : &nowhere});
		if (i % UDP_OUTBOX < UDP_OUTBOX - 1 && i + 1 < copies)
			continue;
		if (i + 1 == copies)
			udp_flush(ua);
		const struct udp_datagram *got;
		while ((got = udp_receive(ub, &count)), count)
			for (uint32_t k = 0; k < count; k++, next++) {
				T_EQUAL(got[k].bytes[7] | got[k].bytes[6] << 8, next);
				T_EQUAL(got[k].sender.ip[15], next % 2 ? 9 : 1);
			}
	}
	T_EQUAL(udp_counters(ua)->sent_total, copies);
	T_EQUAL(next, copies);
	finish(a, b);
}

T_CASE(more_than_an_inbox_is_received_in_turns)
{
	const uint32_t copies = 2 * UDP_INBOX + 3;
	struct udp *ua, *ub;
	uint32_t count;
	int a, b;
	struct addr to = attach_pair(&a, &b, &ua, &ub);

	for (uint32_t i = 0; i < copies; i++)
		udp_add(ua, &(struct udp_copy){.bytes = (const uint8_t *)"x",
		                               .len = 1,
		                               .to = &to,
		                               .from = &nowhere});
	udp_flush(ua);
	usleep(2000);
	udp_receive(ub, &count);
	T_EQUAL(count, UDP_INBOX);
	udp_receive(ub, &count);
	T_EQUAL(count, UDP_INBOX);
	udp_receive(ub, &count);
	T_EQUAL(count, 3);
	udp_receive(ub, &count);
	T_EQUAL(count, 0);
	finish(a, b);
}

/* The portable body, in build/obj/poll, leaves it to the system. */
T_CASE(datagrams_are_not_fragmented)
{
	static const char *const where[] = {"127.0.0.1", "[::]"};
	bool portable = strstr(program_invocation_name, "/poll/");

	for (size_t i = 0; i < ARRAY_LEN(where); i++) {
		uint16_t port;
		int how = -1, fd = open_at(where[i], &port);
		socklen_t len = sizeof(how);

		T_EQUAL(getsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &how, &len), 0);
		T_CHECK((how == IP_PMTUDISC_DO) == !portable);
		close(fd);
	}
}

T_CASE(a_port_in_use_is_refused)
{
	uint16_t port = 0;
	int a = open_at("127.0.0.1", &port);
	struct addr same = at("127.0.0.1", port);

	T_CHECK(a >= 0);
	T_EQUAL(udp_open(&same, false), -1);
	T_EQUAL(errno, EADDRINUSE);
	struct addr foreign = at("192.0.2.77", 0);
	T_EQUAL(udp_open(&foreign, false), -1);
	close(a);
}

T_CASE(only_sockets_attach)
{
	struct arena measure;

	arena_measure(&measure);
	T_CHECK(!udp_attach(&measure, -1));
	T_EQUAL(errno, EBADF);
	T_EQUAL(measure.used, 0);
}

T_CASE(a_socket_of_another_kind_does_not_attach)
{
	struct arena measure;
	int ends[2];

	arena_measure(&measure);
	T_EQUAL(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	T_CHECK(!udp_attach(&measure, ends[0]));
	T_EQUAL(errno, EAFNOSUPPORT);
	close(ends[0]);
	close(ends[1]);
}

T_CASE(too_little_memory_makes_none)
{
	struct arena measure, little;

	arena_measure(&measure);
	(void)udp_cut(&measure);
	T_CHECK(arena_claim(&arena, measure.used));
	for (size_t size = 0; size < measure.used; size += CACHE_LINE) {
		arena_lay(&little, arena.block, size);
		T_CHECK(!udp_cut(&little));
	}
	arena_lay(&little, arena.block, measure.used);
	T_CHECK(udp_cut(&little));
	arena_release(&arena);
}

/* A socket at all addresses that we did not open: it says something else of a datagram, or nothing.
 */
static void hear_without_address(int family, int level, int option)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} all = {.any.sa_family = (sa_family_t)family};
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK, 0), on = 1, caller;
	struct udp *u, *from;
	struct addr to;
	uint16_t port;
	uint32_t count;

	T_EQUAL(bind(fd, &all.any, family == AF_INET ? sizeof(all.v4) : sizeof(all.v6)), 0);
	T_CHECK(!option || setsockopt(fd, level, option, &on, sizeof(on)) == 0);
	T_CHECK(udp_bound(fd, &to));
	port = to.port;
	to = family == AF_INET ? at("127.0.0.1", port) : at("[::1]", port);
	caller = open_at(family == AF_INET ? "127.0.0.1" : "[::1]", &port);
	attach(fd, caller, &u, &from);
	send_text(from, "abc", &to, &nowhere);
	const struct udp_datagram *d = receive(u, &count);
	T_EQUAL(count, 1);
	T_EQUAL(d->len, 3);
	T_EQUAL(d->sender.port, port);
	T_CHECK(addr_is_any(&d->local) && !d->local.port);
	finish(fd, caller);
}

T_CASE(without_the_address_written_to_there_is_none)
{
	hear_without_address(AF_INET, 0, 0);
	hear_without_address(AF_INET, IPPROTO_IP, IP_RECVTTL);
	hear_without_address(AF_INET, SOL_SOCKET, SO_TIMESTAMP);
	if (has_ipv6())
		hear_without_address(AF_INET6, IPPROTO_IPV6, IPV6_RECVHOPLIMIT);
}

T_MAIN()
