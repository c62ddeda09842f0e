#include "io/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/t.h"
#include "io/udp.h"

#ifndef SYS_fork
#define SYS_fork SYS_clone
#endif
#ifndef SYS_pipe
#define SYS_pipe SYS_pipe2
#endif

static struct addr anywhere(int *fd)
{
	static const uint8_t loopback[4] = {127, 0, 0, 1};
	struct addr at = addr_v4(loopback, 0);

	*fd = udp_open(&at, false);
	if (*fd < 0 || !udp_bound(*fd, &at))
		abort();
	return at;
}

static struct addr at; /* of who is asked */

/* What it is sent comes back, once. */
static _Noreturn void echo(int fd)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	char octets[64];

	fcntl(fd, F_SETFL, 0);
	ssize_t n = recvfrom(fd, octets, sizeof(octets), 0, (struct sockaddr *)&from, &len);
	(void)!sendto(fd, octets, (size_t)n, 0, (const struct sockaddr *)&from, len);
	_exit(0);
}

T_CASE(who_answers_is_there)
{
	int fd;

	at = anywhere(&fd);
	T_CHECK(!host_answers(&at, "hello", 5, 20)); /* it hears, but says nothing */
	pid_t pid = fork();
	if (pid == 0)
		echo(fd); /* what waits there from before */
	T_EQUAL(waitpid(pid, NULL, 0), pid);
	pid = fork();
	if (pid == 0)
		echo(fd);
	T_CHECK(host_answers(&at, "hello", 5, T_PATIENCE_MS));
	T_EQUAL(waitpid(pid, NULL, 0), pid);
	close(fd);
	T_CHECK(!host_answers(&at, "hello", 5, T_PATIENCE_MS)); /* nobody hears */
}

static long refused;

static void is_not_asked(void)
{
	t_refuse(refused, EPERM);
	T_CHECK(!host_answers(&at, "hello", 5, T_PATIENCE_MS));
}

/* Else it would wait for the answer. */
T_CASE(who_cannot_be_asked_is_not_there)
{
	static const long calls[] = {SYS_socket, SYS_setsockopt, SYS_connect, SYS_sendto};
	int fd;

	at = anywhere(&fd);
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		refused = calls[i];
		t_apart(is_not_asked);
	}
	close(fd);
}

static void no_list(void)
{
	struct addr out[4];

	t_refuse(SYS_socket, EACCES);
	T_EQUAL(host_addresses(out, ARRAY_LEN(out)), 0);
}

T_CASE(addresses_are_those_that_others_reach)
{
	struct addr out[64];
	size_t all = host_addresses(out, ARRAY_LEN(out));

	for (size_t i = 0; i < all; i++)
		T_CHECK(!addr_is_loopback(&out[i]) && !addr_is_any(&out[i]) && !out[i].port);
	T_EQUAL(host_addresses(out, 0), 0);
	T_EQUAL(host_addresses(out, 1), all > 0);
	t_apart(no_list);
}

static void clock_is_kept_secret(void)
{
	t_refuse(SYS_adjtimex, EPERM);
	T_EQUAL(host_clock(), CLOCK_UNKNOWN);
}

/* The kernel says so with 0. */
static void clock_is_right(void)
{
	t_refuse(SYS_adjtimex, 0);
	T_EQUAL(host_clock(), CLOCK_SYNCHRONISED);
}

T_CASE(a_clock_is_known_or_not)
{
	t_apart(clock_is_kept_secret);
	t_apart(clock_is_right);
	T_CHECK(host_clock() != CLOCK_UNKNOWN);
}

static void asks_nobody(void)
{
	const struct user same = {.change = false};

	T_CHECK(host_user_may(&same, "/", R_OK));
	t_refuse(SYS_fork, EAGAIN);
	t_refuse(SYS_clone, EAGAIN);
	T_CHECK(!host_user_may(&same, "/", R_OK));
}

static void hears_nothing(void)
{
	const struct user same = {.change = false};

	t_refuse(SYS_wait4, ECHILD);
	T_CHECK(!host_user_may(&same, "/", R_OK));
}

static void is_nobody_else(void)
{
	const struct user other = {.change = true, .uid = 65534, .gid = 65534};

	t_refuse(SYS_setgroups, EPERM);
	T_CHECK(!host_user_may(&other, "/", R_OK));
}

T_CASE(what_a_user_may_is_asked_as_that_user)
{
	const struct user other = {.change = true, .uid = 65534, .gid = 65534};
	char path[] = "/tmp/t_host.XXXXXX";
	int fd = mkstemp(path);

	T_CHECK(fd >= 0);
	close(fd);
	T_CHECK(!host_user_may(&other, path, R_OK));
	T_EQUAL(chmod(path, 0644), 0);
	T_EQUAL(host_user_may(&other, path, R_OK), geteuid() == 0);
	T_CHECK(!host_user_may(&other, path, W_OK));
	unlink(path);
	t_apart(asks_nobody);
	t_apart(hears_nothing);
	t_apart(is_nobody_else);
}

/* What else there may be is found all the same. */
static void cannot_ask_nft(void)
{
	char chain[64], other[64];
	const char *found = host_firewall(chain, sizeof(chain));

	if (strcmp(found, "nft") == 0)
		return;
	t_refuse(SYS_fork, EAGAIN);
	t_refuse(SYS_clone, EAGAIN);
	T_TEXT(host_firewall(other, sizeof(other)), found);
	t_refuse(SYS_pipe, EMFILE);
	t_refuse(SYS_pipe2, EMFILE);
	T_TEXT(host_firewall(other, sizeof(other)), found);
}

T_CASE(a_firewall_that_cannot_be_asked_hides_no_other)
{
	t_apart(cannot_ask_nft);
}

T_CASE(room_is_that_of_the_file_system)
{
	T_EQUAL(host_room(0, "/no/such/directory"), ROOM_UNKNOWN);
	T_EQUAL(host_room(getpid(), "/no/such/directory"), ROOM_UNKNOWN);
	T_EQUAL(host_room(getpid(), "/tmp"), host_room(0, "/tmp"));
	T_CHECK(host_room(0, "/proc") != ROOM_LEFT);
}

T_MAIN()
