/*
 * Makes one chosen call of the libc fail. The server is linked with --wrap for each name of
 * WRAPPED, so that its own calls, and only those, come here. A call site is (function, address,
 * process); the file named by FAULTS, which all processes share, holds a row for each that was
 * visited, and at its head the plan: which site fails, how, how often. The layout is the one of
 * faults.py.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "functions.h"

enum role { PARENT, VOICE, REPORT, CHILD, TRIAL };

#define SITES 4096
#define SHORT 1000 /* a fault that is no errno: half of what was asked for */
#define JUMP 1001  /* and a clock that is an hour off */

struct site {
	_Atomic uint64_t key; /* role, function, address; 0 = free */
	_Atomic uint32_t visits;
	uint32_t unused;
};

struct plan {
	uint64_t key;          /* 0 = nothing fails */
	uint32_t fault;        /* an errno, SHORT or JUMP */
	_Atomic uint32_t left; /* so many more times */
	_Atomic uint32_t done;
	uint32_t unused;
};

struct faults {
	struct plan plan;
	struct site site[SITES];
};

extern const char __executable_start[];

static struct faults *faults;
static enum role role;

/* Counts a visit, and says how it is to fail; 0 = it is not. */
static uint32_t visit(enum function function, const void *from)
{
	uint64_t key = (uint64_t)role << 56 | (uint64_t)(function + 1) << 48 |
	               (uint64_t)((const char *)from - __executable_start);
	struct site *s;

	if (!faults)
		return 0;
	for (uint64_t at = key * 0x9e3779b97f4a7c15u >> 52;; at = (at + 1) % SITES) {
		uint64_t there = 0;
		s = &faults->site[at];
		if (atomic_compare_exchange_strong(&s->key, &there, key) || there == key)
			break;
	}
	atomic_fetch_add(&s->visits, 1);
	struct plan *p = &faults->plan;
	if (p->key != key)
		return 0;
	uint32_t left = atomic_load(&p->left);
	while (left > 0)
		if (atomic_compare_exchange_weak(&p->left, &left, left - 1)) {
			atomic_fetch_add(&p->done, 1);
			return p->fault;
		}
	return 0;
}

#define HERE __builtin_return_address(0)

/* A call that fails by an errno and nothing else. */
#define PLAIN(type, name, parameters, arguments, bad)                                              \
	type __real_##name parameters;                                                             \
	type __wrap_##name parameters;                                                             \
	type __wrap_##name parameters                                                              \
	{                                                                                          \
		uint32_t fault = visit(FUNCTION_##name, HERE);                                     \
		if (!fault)                                                                        \
			return __real_##name arguments;                                            \
		errno = (int)fault;                                                                \
		return bad;                                                                        \
	}

/* One that can also take or give half, of which `len` is how much is asked for. */
#define PARTIAL(type, name, parameters, arguments, shorter, len)                                   \
	type __real_##name parameters;                                                             \
	type __wrap_##name parameters;                                                             \
	type __wrap_##name parameters                                                              \
	{                                                                                          \
		uint32_t fault = visit(FUNCTION_##name, HERE);                                     \
		if (!fault || (fault == SHORT && (len) < 2))                                       \
			return __real_##name arguments;                                            \
		if (fault == SHORT)                                                                \
			return __real_##name shorter;                                              \
		errno = (int)fault;                                                                \
		return (type)-1;                                                                   \
	}

PLAIN(int, accept, (int fd, struct sockaddr *a, socklen_t *len), (fd, a, len), -1)
PLAIN(int, access, (const char *path, int mode), (path, mode), -1)
PLAIN(int, bind, (int fd, const struct sockaddr *a, socklen_t len), (fd, a, len), -1)
PLAIN(void *, calloc, (size_t n, size_t size), (n, size), NULL)
PLAIN(void *, malloc, (size_t size), (size), NULL)
PLAIN(void *, realloc, (void *at, size_t size), (at, size), NULL)
PLAIN(char *, strdup, (const char *s), (s), NULL)
PLAIN(int, connect, (int fd, const struct sockaddr *a, socklen_t len), (fd, a, len), -1)
PLAIN(int, dup, (int fd), (fd), -1)
PLAIN(int, dup2, (int fd, int to), (fd, to), -1)
PLAIN(int, epoll_create1, (int flags), (flags), -1)
PLAIN(int, epoll_ctl, (int fd, int what, int on, struct epoll_event *e), (fd, what, on, e), -1)
PLAIN(int, epoll_wait, (int fd, struct epoll_event *e, int max, int ms), (fd, e, max, ms), -1)
PLAIN(int, execv, (const char *path, char *const argv[]), (path, argv), -1)
PLAIN(int, fchmod, (int fd, mode_t mode), (fd, mode), -1)
PLAIN(int, fchownat, (int fd, const char *path, uid_t u, gid_t g, int flags),
      (fd, path, u, g, flags), -1)
PLAIN(FILE *, fdopen, (int fd, const char *mode), (fd, mode), NULL)
PLAIN(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
PLAIN(int, fstat, (int fd, struct stat *s), (fd, s), -1)
PLAIN(int, stat, (const char *path, struct stat *s), (path, s), -1)
PLAIN(int, lstat, (const char *path, struct stat *s), (path, s), -1)
PLAIN(int, fsync, (int fd), (fd), -1)
PLAIN(int, ftruncate, (int fd, off_t len), (fd, len), -1)
PLAIN(int, getifaddrs, (struct ifaddrs * *out), (out), -1)
PLAIN(struct passwd *, getpwnam, (const char *name), (name), NULL)
PLAIN(int, getsockname, (int fd, struct sockaddr *a, socklen_t *len), (fd, a, len), -1)
PLAIN(int, getsockopt, (int fd, int level, int option, void *at, socklen_t *len),
      (fd, level, option, at, len), -1)
PLAIN(int, setsockopt, (int fd, int level, int option, const void *at, socklen_t len),
      (fd, level, option, at, len), -1)
PLAIN(int, listen, (int fd, int backlog), (fd, backlog), -1)
PLAIN(off_t, lseek, (int fd, off_t to, int how), (fd, to, how), -1)
PLAIN(int, madvise, (void *at, size_t len, int advice), (at, len, advice), -1)
PLAIN(int, mkstemp, (char *path), (path), -1)
PLAIN(void *, mmap, (void *at, size_t len, int prot, int flags, int fd, off_t off),
      (at, len, prot, flags, fd, off), MAP_FAILED)
PLAIN(int, mprotect, (void *at, size_t len, int prot), (at, len, prot), -1)
PLAIN(int, munmap, (void *at, size_t len), (at, len), -1)
PLAIN(int, nice, (int more), (more), -1)
PLAIN(int, pipe, (int ends[2]), (ends), -1)
PLAIN(int, poll, (struct pollfd * fds, nfds_t n, int ms), (fds, n, ms), -1)
PLAIN(ssize_t, readlink, (const char *path, char *out, size_t len), (path, out, len), -1)
PLAIN(ssize_t, recv, (int fd, void *at, size_t len, int flags), (fd, at, len, flags), -1)
PLAIN(ssize_t, recvmsg, (int fd, struct msghdr *m, int flags), (fd, m, flags), -1)
PLAIN(ssize_t, sendmsg, (int fd, const struct msghdr *m, int flags), (fd, m, flags), -1)
PLAIN(ssize_t, sendto,
      (int fd, const void *at, size_t len, int flags, const struct sockaddr *a, socklen_t l),
      (fd, at, len, flags, a, l), -1)
PLAIN(int, rename, (const char *from, const char *to), (from, to), -1)
PLAIN(int, scandir,
      (const char *path, struct dirent ***out, int (*take)(const struct dirent *),
       int (*order)(const struct dirent **, const struct dirent **)),
      (path, out, take, order), -1)
PLAIN(int, setegid, (gid_t g), (g), -1)
PLAIN(int, setenv, (const char *name, const char *value, int over), (name, value, over), -1)
PLAIN(int, seteuid, (uid_t u), (u), -1)
PLAIN(int, setgid, (gid_t g), (g), -1)
PLAIN(int, setuid, (uid_t u), (u), -1)
PLAIN(int, setgroups, (size_t n, const gid_t *list), (n, list), -1)
PLAIN(int, setrlimit, (__rlimit_resource_t what, const struct rlimit *limit), (what, limit), -1)
PLAIN(int, shutdown, (int fd, int how), (fd, how), -1)
PLAIN(int, statfs, (const char *path, struct statfs *s), (path, s), -1)
PLAIN(int, sigaction, (int number, const struct sigaction *s, struct sigaction *old),
      (number, s, old), -1)
PLAIN(int, socket, (int domain, int type, int protocol), (domain, type, protocol), -1)
PLAIN(int, socketpair, (int domain, int type, int protocol, int ends[2]),
      (domain, type, protocol, ends), -1)
PLAIN(pid_t, waitpid, (pid_t pid, int *status, int options), (pid, status, options), -1)

PARTIAL(ssize_t, read, (int fd, void *at, size_t len), (fd, at, len), (fd, at, len / 2), len)
PARTIAL(ssize_t, pread, (int fd, void *at, size_t len, off_t off), (fd, at, len, off),
        (fd, at, len / 2, off), len)
PARTIAL(ssize_t, pwrite, (int fd, const void *at, size_t len, off_t off), (fd, at, len, off),
        (fd, at, len / 2, off), len)
PARTIAL(ssize_t, write, (int fd, const void *at, size_t len), (fd, at, len), (fd, at, len / 2), len)

/* What a stream could not read or write is a shorter count, and an error of the stream. */
#define STREAM(type, name, parameters, arguments, stream, bad)                                     \
	type __real_##name parameters;                                                             \
	type __wrap_##name parameters;                                                             \
	type __wrap_##name parameters                                                              \
	{                                                                                          \
		uint32_t fault = visit(FUNCTION_##name, HERE);                                     \
		if (!fault)                                                                        \
			return __real_##name arguments;                                            \
		(stream)->_flags |= _IO_ERR_SEEN;                                                  \
		errno = (int)fault;                                                                \
		return bad;                                                                        \
	}

STREAM(size_t, fread, (void *at, size_t size, size_t n, FILE *f), (at, size, n, f), f, 0)
STREAM(size_t, fwrite, (const void *at, size_t size, size_t n, FILE *f), (at, size, n, f), f, 0)
STREAM(int, fflush, (FILE * f), (f), f, EOF)
STREAM(int, fgetc, (FILE * f), (f), f, EOF)
STREAM(char *, fgets, (char *at, int size, FILE *f), (at, size, f), f, NULL)

/* It closes all the same, as Linux does. */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
	uint32_t fault = visit(FUNCTION_close, HERE);
	int done = __real_close(fd);

	if (!fault)
		return done;
	errno = (int)fault;
	return -1;
}

int __real_fclose(FILE *f);
int __wrap_fclose(FILE *f);
int __wrap_fclose(FILE *f)
{
	uint32_t fault = visit(FUNCTION_fclose, HERE);
	int done = __real_fclose(f);

	if (!fault)
		return done;
	errno = (int)fault;
	return EOF;
}

/* Returns what it failed of, and leaves errno. */
int __real_posix_madvise(void *at, size_t len, int advice);
int __wrap_posix_madvise(void *at, size_t len, int advice);
int __wrap_posix_madvise(void *at, size_t len, int advice)
{
	uint32_t fault = visit(FUNCTION_posix_madvise, HERE);

	return fault ? (int)fault : __real_posix_madvise(at, len, advice);
}

pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
	uint32_t fault = visit(FUNCTION_fork, HERE);

	if (fault) {
		errno = (int)fault;
		return -1;
	}
	pid_t pid = __real_fork();
	if (pid == 0)
		role = CHILD;
	return pid;
}

int __real_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                       struct addrinfo **out);
int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                       struct addrinfo **out);
int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                       struct addrinfo **out)
{
	uint32_t fault = visit(FUNCTION_getaddrinfo, HERE);

	return fault ? -(int)fault : __real_getaddrinfo(node, service, hints, out);
}

int __real_clock_gettime(clockid_t clock, struct timespec *out);
int __wrap_clock_gettime(clockid_t clock, struct timespec *out);
int __wrap_clock_gettime(clockid_t clock, struct timespec *out)
{
	uint32_t fault = visit(FUNCTION_clock_gettime, HERE);
	int done = __real_clock_gettime(clock, out);

	if (fault == JUMP && clock == CLOCK_REALTIME)
		out->tv_sec -= 3600;
	return done;
}

int __real_prctl(int what, ...);
int __wrap_prctl(int what, ...);
int __wrap_prctl(int what, ...)
{
	uint32_t fault = visit(FUNCTION_prctl, HERE);
	va_list more;

	va_start(more, what);
	unsigned long a = va_arg(more, unsigned long), b = va_arg(more, unsigned long);
	unsigned long c = va_arg(more, unsigned long), d = va_arg(more, unsigned long);
	va_end(more);
	if (what == PR_SET_NAME) {
		const char *name =
			(const char *)(uintptr_t)a; /* NOLINT(performance-no-int-to-ptr) */
		if (strcmp(name, "freedmr-voice") == 0)
			role = VOICE;
		else if (strcmp(name, "freedmr-report") == 0)
			role = REPORT;
	}
	if (!fault)
		return __real_prctl(what, a, b, c, d);
	errno = (int)fault;
	return -1;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	uint32_t fault = visit(FUNCTION_open, HERE);
	va_list more;

	va_start(more, flags);
	mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
	va_end(more);
	if (!fault)
		return __real_open(path, flags, mode);
	errno = (int)fault;
	return -1;
}

int __real_fcntl(int fd, int what, ...);
int __wrap_fcntl(int fd, int what, ...);
int __wrap_fcntl(int fd, int what, ...)
{
	uint32_t fault = visit(FUNCTION_fcntl, HERE);
	va_list more;

	va_start(more, what);
	long a = va_arg(more, long);
	va_end(more);
	if (!fault)
		return __real_fcntl(fd, what, a);
	errno = (int)fault;
	return -1;
}

int __real_ioctl(int fd, unsigned long what, ...);
int __wrap_ioctl(int fd, unsigned long what, ...);
int __wrap_ioctl(int fd, unsigned long what, ...)
{
	uint32_t fault = visit(FUNCTION_ioctl, HERE);
	va_list more;

	va_start(more, what);
	void *a = va_arg(more, void *);
	va_end(more);
	if (!fault)
		return __real_ioctl(fd, what, a);
	errno = (int)fault;
	return -1;
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
	uint32_t fault = visit(FUNCTION_syscall, HERE);
	long a[5];
	va_list more;

	va_start(more, number);
	for (int i = 0; i < 5; i++)
		a[i] = va_arg(more, long);
	va_end(more);
	if (!fault)
		return __real_syscall(number, a[0], a[1], a[2], a[3], a[4]);
	errno = (int)fault;
	return -1;
}

__attribute__((constructor)) static void map(void)
{
	const char *path = getenv("FAULTS");
	char line[256] = "";
	int fd = path ? __real_open(path, O_RDWR | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	faults = __real_mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (faults == MAP_FAILED)
		faults = NULL;
	__real_close(fd);
	fd = __real_open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	size_t len = fd < 0 ? 0 : (size_t)__real_read(fd, line, sizeof(line) - 1);
	for (size_t i = 0; i + 9 < len; i++)
		if (strcmp(line + i, "handover") == 0)
			role = TRIAL;
	if (fd >= 0)
		__real_close(fd);
}
