/* Whatever the system refuses while something is opened: errno says why, and nothing stays open. */
#include "harness/t.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "base/util.h"
#include "io/create.h"
#include "io/map.h"
#include "io/pipe.h"
#include "io/process.h"
#include "io/shared.h"
#include "io/tcp.h"
#include "io/udp.h"
#include "io/unix.h"

/* What one libc calls and another does not, or another machine has under another name. */
#ifndef SYS_pipe
#define SYS_pipe SYS_pipe2
#endif
#ifndef SYS_open
#define SYS_open SYS_openat
#endif
#ifndef SYS_unlink
#define SYS_unlink SYS_unlinkat
#endif
#ifndef SYS_readlink
#define SYS_readlink SYS_readlinkat
#endif
#ifndef SYS_fcntl64
#define SYS_fcntl64 SYS_fcntl
#endif
#ifndef SYS_ftruncate64
#define SYS_ftruncate64 SYS_ftruncate
#endif
#ifdef SYS_newfstatat
#define SYS_fstat_too SYS_newfstatat
#else
#define SYS_fstat_too SYS_fstat64
#endif
#ifdef SYS_mmap2
#define SYS_map SYS_mmap2
#else
#define SYS_map SYS_mmap
#endif

static char directory[32], fresh[64], dead[64], file[64]; /* and paths in it */
static struct addr v4, v6;
static int tcp_listening, tcp_caller, unix_listening, unix_caller, udp;

static int pipe_opens(void)
{
	int ends[2];

	return pipe_open(ends);
}

static int pair_opens(void)
{
	int ends[2];

	return pipe_pair(ends);
}

static int tcp_listens(void)
{
	return tcp_listen(&v4, true);
}

static int tcp_listens_v6(void)
{
	return tcp_listen(&v6, false);
}

static int tcp_accepts(void)
{
	struct addr from;

	return tcp_accept(tcp_listening, &from);
}

static int tcp_connects(void)
{
	return tcp_connect(&v4);
}

static int tcp_is_asked(void)
{
	return tcp_connected(tcp_caller);
}

static int udp_opens(void)
{
	return udp_open(&v4, false);
}

static int udp_opens_v6(void)
{
	return udp_open(&v6, false);
}

static int udp_is_asked(void)
{
	struct addr at;

	return udp_bound(udp, &at) ? 0 : -1;
}

static int unix_listens(void)
{
	return unix_listen(fresh);
}

static int unix_listens_over_a_dead_one(void)
{
	return unix_listen(dead);
}

static int unix_accepts(void)
{
	return unix_accept(unix_listening);
}

static int unix_connects(void)
{
	return unix_connect(dead);
}

static int memory_is_a_file(void)
{
	return shared_file(4096);
}

static int creates(void)
{
	FILE *f = create_new(fresh);

	return f ? fclose(f) : -1;
}

static void pass_over(void *context, const void *octets, size_t len)
{
	(void)context;
	(void)octets;
	(void)len;
}

static int maps(void)
{
	struct map map;

	return map_open(file, 100, pass_over, NULL, &map) ? 0 : -1;
}

static int is_found(void)
{
	char path[100];

	return process_path(path, sizeof(path)) ? 0 : -1;
}

#define ANY -1, 0

static const struct row {
	const char *what;
	int (*attempt)(void);
	long calls[2]; /* of which it makes one */
	int argument;  /* and only where it has this value */
	uint32_t value;
	int error, told; /* 0: the same */
} rows[] = {
	{"pipe", pipe_opens, {SYS_pipe, SYS_pipe2}, ANY, EMFILE, 0},
	{"pipe asked", pipe_opens, {SYS_fcntl, SYS_fcntl64}, 1, F_GETFL, EBADF, 0},
	{"pipe asked again", pipe_opens, {SYS_fcntl, SYS_fcntl64}, 1, F_GETFD, EBADF, 0},
	{"pipe waits", pipe_opens, {SYS_fcntl, SYS_fcntl64}, 1, F_SETFL, ENOMEM, 0},
	{"pipe inherited", pipe_opens, {SYS_fcntl, SYS_fcntl64}, 1, F_SETFD, ENOMEM, 0},
	{"pair", pair_opens, {SYS_socketpair, SYS_socketpair}, ANY, EMFILE, 0},
	{"pair waits", pair_opens, {SYS_fcntl, SYS_fcntl64}, ANY, ENOMEM, 0},
	{"tcp", tcp_listens, {SYS_socket, SYS_socket}, ANY, EMFILE, 0},
	{"tcp waits", tcp_listens, {SYS_fcntl, SYS_fcntl64}, ANY, ENOMEM, 0},
	{"tcp reuse", tcp_listens, {SYS_setsockopt, SYS_setsockopt}, 2, SO_REUSEADDR, EPERM, 0},
	{"tcp bind", tcp_listens, {SYS_bind, SYS_bind}, ANY, EACCES, 0},
	{"tcp listen", tcp_listens, {SYS_listen, SYS_listen}, ANY, EADDRINUSE, 0},
	{"tcp both", tcp_listens_v6, {SYS_setsockopt, SYS_setsockopt}, 1, IPPROTO_IPV6, EPERM, 0},
	{"tcp accepted", tcp_accepts, {SYS_fcntl, SYS_fcntl64}, ANY, ENOMEM, 0},
	{"tcp caller", tcp_connects, {SYS_socket, SYS_socket}, ANY, ENFILE, 0},
	{"tcp connect", tcp_connects, {SYS_connect, SYS_connect}, ANY, ENETUNREACH, 0},
	{"tcp state", tcp_is_asked, {SYS_getsockopt, SYS_getsockopt}, ANY, ENOBUFS, 0},
	{"udp", udp_opens, {SYS_socket, SYS_socket}, ANY, EMFILE, 0},
	{"udp waits", udp_opens, {SYS_fcntl, SYS_fcntl64}, ANY, ENOMEM, 0},
	{"udp to", udp_opens, {SYS_setsockopt, SYS_setsockopt}, 1, IPPROTO_IP, ENOPROTOOPT, 0},
	{"udp both", udp_opens_v6, {SYS_setsockopt, SYS_setsockopt}, 2, IPV6_V6ONLY, EPERM, 0},
	{"udp bound", udp_is_asked, {SYS_getsockname, SYS_getsockname}, ANY, ENOBUFS, 0},
	{"unix", unix_listens, {SYS_socket, SYS_socket}, ANY, EMFILE, 0},
	{"unix bind", unix_listens, {SYS_bind, SYS_bind}, ANY, EROFS, 0},
	{"unix gone", unix_listens, {SYS_bind, SYS_bind}, ANY, EADDRINUSE, 0},
	{"unix listen", unix_listens, {SYS_listen, SYS_listen}, ANY, EADDRINUSE, 0},
	{"unix waits", unix_listens, {SYS_fcntl, SYS_fcntl64}, ANY, ENOMEM, 0},
	{"dead one",
         unix_listens_over_a_dead_one,
         {SYS_unlink, SYS_unlinkat},
         ANY,
         EPERM,
         EADDRINUSE},
	{"dead one?",
         unix_listens_over_a_dead_one,
         {SYS_connect, SYS_connect},
         ANY,
         EAGAIN,
         EADDRINUSE},
	{"dead, waits",
         unix_listens_over_a_dead_one,
         {SYS_fcntl, SYS_fcntl64},
         ANY,
         ENOMEM,
         EADDRINUSE},
	{"unix accepted", unix_accepts, {SYS_fcntl, SYS_fcntl64}, ANY, ENOMEM, 0},
	{"unix caller", unix_connects, {SYS_socket, SYS_socket}, ANY, EMFILE, 0},
	{"memory", memory_is_a_file, {SYS_memfd_create, SYS_memfd_create}, ANY, EMFILE, 0},
	{"its length", memory_is_a_file, {SYS_ftruncate, SYS_ftruncate64}, ANY, EFBIG, 0},
	{"one before", creates, {SYS_unlink, SYS_unlinkat}, ANY, EPERM, 0},
	{"new file", creates, {SYS_open, SYS_openat}, ANY, EROFS, 0},
	{"file", maps, {SYS_open, SYS_openat}, ANY, EACCES, 0},
	{"its kind", maps, {SYS_fstat, SYS_fstat_too}, ANY, EIO, 0},
	{"its octets", maps, {SYS_read, SYS_read}, ANY, EIO, 0},
	{"its map", maps, {SYS_map, SYS_map}, 3, MAP_SHARED, ENOMEM, 0},
	{"its guard", maps, {SYS_rt_sigaction, SYS_rt_sigaction}, ANY, EINVAL, 0},
	{"program", is_found, {SYS_readlink, SYS_readlinkat}, ANY, ENOENT, 0},
};

/* The lowest descriptor that is free. */
static int lowest(void)
{
	int fd = dup(STDOUT_FILENO);

	close(fd);
	return fd;
}

/* The second of them: whichever end of a pair stays open, it is another one. */
static int second(void)
{
	int first = dup(STDOUT_FILENO), fd = dup(STDOUT_FILENO);

	close(first);
	close(fd);
	return fd;
}

static const struct row *row;

static void attempt(void)
{
	int before = second();

	for (size_t i = 0; i < ARRAY_LEN(row->calls); i++)
		t_refuse_where(row->calls[i], row->argument, row->value, row->error);
	errno = 0;
	int result = row->attempt(), cause = errno;
	if (result != -1 || cause != (row->told ? row->told : row->error))
		t_fail(__FILE__, __LINE__, "%s: %d, %s", row->what, result, strerror(cause));
	else if (second() != before)
		t_fail(__FILE__, __LINE__, "%s: something stays open", row->what);
}

static void path_of(char *out, const char *name)
{
	struct text t = text_make(out, sizeof(fresh));

	text_format(&t, "%s/%s", directory, name);
}

static void prepare(void)
{
	static const uint8_t loopback[4] = {127, 0, 0, 1};
	static const uint8_t all[4] = {0};
	struct addr at = addr_v4(loopback, 0);

	text_copy(directory, sizeof(directory), "/tmp/t_refused.XXXXXX");
	if (!mkdtemp(directory))
		abort();
	path_of(fresh, "fresh");
	path_of(dead, "dead");
	path_of(file, "file");
	v4 = addr_v4(all, 0);
	tcp_listening = tcp_listen(&at, false);
	if (tcp_listening < 0 || !udp_bound(tcp_listening, &at))
		abort();
	tcp_caller = tcp_connect(&at);
	udp = udp_open(&v4, false);
	close(unix_listen(dead));
	unix_listening = unix_listen(fresh);
	unix_caller = unix_connect(fresh);
	unlink(fresh);
	FILE *f = create_new(file);
	if (tcp_caller < 0 || udp < 0 || unix_caller < 0 || !f)
		abort();
	fprintf(f, "octets");
	fclose(f);
}

static bool has_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

T_CASE(each_refusal_is_told_and_leaves_nothing_open)
{
	bool ipv6 = has_ipv6();

	prepare();
	for (row = rows; row < rows + ARRAY_LEN(rows); row++) {
		bool over_v6 = row->attempt == tcp_listens_v6 || row->attempt == udp_opens_v6;
		if (ipv6 || !over_v6)
			t_apart(attempt);
		unlink(fresh);
	}
	close(tcp_listening);
	close(tcp_caller);
	close(unix_listening);
	close(unix_caller);
	close(udp);
	unlink(dead);
	unlink(file);
	rmdir(directory);
}

/* One of the two is ready already. */
static void second_end(void)
{
	int ends[2], first = lowest();

	t_refuse_where(SYS_fcntl, 0, (uint32_t)first + 1, ENOMEM);
	t_refuse_where(SYS_fcntl64, 0, (uint32_t)first + 1, ENOMEM);
	T_EQUAL(pipe_open(ends), -1);
	T_EQUAL(errno, ENOMEM);
	T_EQUAL(second(), first + 1);
	T_EQUAL(pipe_pair(ends), -1);
	T_EQUAL(errno, ENOMEM);
	T_EQUAL(second(), first + 1);
}

T_CASE(a_pipe_with_one_end_is_none)
{
	t_apart(second_end);
}

/* Only the first time it is refused, as it is everywhere where there is no IPv6. */
static void without_ipv6(void)
{
	struct addr where = {.port = 0}, at;

	t_refuse_where(SYS_socket, 0, AF_INET6, EAFNOSUPPORT);
	int fd = udp_open(&where, false);
	T_CHECK(fd >= 0 && udp_bound(fd, &at));
	T_CHECK(addr_is_v4(&at) && addr_is_any(&at) && at.port);
	where.ip[15] = 1;
	T_EQUAL(udp_open(&where, false), -1); /* that very address cannot be had */
	T_EQUAL(errno, EAFNOSUPPORT);
}

static void without_an_address(void)
{
	struct addr where = {.port = 0};

	t_refuse(SYS_bind, EADDRNOTAVAIL);
	T_EQUAL(udp_open(&where, false), -1);
	T_EQUAL(errno, EADDRNOTAVAIL);
	t_refuse(SYS_bind, EACCES); /* the later one counts */
	T_EQUAL(udp_open(&where, false), -1);
	T_EQUAL(errno, EACCES);
}

T_CASE(all_addresses_are_those_there_are)
{
	t_apart(without_ipv6);
	t_apart(without_an_address);
}

T_MAIN()
