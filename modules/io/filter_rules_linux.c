/*
 * The system calls that voice and the reporter need. Which call a libc uses for a function differs:
 * everything musl and glibc use on x86-64, arm and arm64 is here, the most frequent first.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io/filter.h"

/* Blocking signals is not allowed: a call refused while SIGSYS is blocked would kill the process.
 */
static const uint16_t both[] = {
#ifdef SYS_recvmmsg
	SYS_recvmmsg,
#endif
#ifdef SYS_recvmmsg_time64
	SYS_recvmmsg_time64,
#endif
	SYS_sendmmsg,
#ifdef SYS_epoll_wait
	SYS_epoll_wait,
#endif
	SYS_epoll_pwait,
#ifdef SYS_clock_gettime
	SYS_clock_gettime,
#endif
#ifdef SYS_clock_gettime32
	SYS_clock_gettime32,
#endif
#ifdef SYS_clock_gettime64
	SYS_clock_gettime64,
#endif
	SYS_read,
	SYS_write,
	SYS_epoll_ctl,
#ifdef SYS_poll
	SYS_poll,
#endif
	SYS_ppoll,
#ifdef SYS_ppoll_time64
	SYS_ppoll_time64,
#endif
	SYS_recvmsg,
	SYS_sendmsg,
	SYS_readv,
	SYS_writev,
	SYS_getrusage,
	SYS_close,
	SYS_munmap,
	SYS_restart_syscall,
	SYS_rt_sigreturn,
#ifdef SYS_sigreturn
	SYS_sigreturn,
#endif
	SYS_getpid,
	SYS_gettid,
	SYS_exit,
	SYS_exit_group,
};

/* Who has connected, the heap, and the streams of the libc. */
static const uint16_t report[] = {
	SYS_recvfrom,     SYS_sendto,
#ifdef SYS_accept
	SYS_accept,
#endif
	SYS_accept4,      SYS_shutdown, SYS_getsockopt, SYS_setsockopt, SYS_getsockname,
	SYS_getpeername,  SYS_brk,      SYS_mremap,     SYS_madvise,    SYS_futex,
#ifdef SYS_futex_time64
	SYS_futex_time64,
#endif
#ifdef SYS_getrandom
	SYS_getrandom,
#endif
};

/* Files that are read; which ones is up to Landlock. */
static const uint16_t files[] = {
#ifdef SYS_open
	SYS_open,
#endif
	SYS_openat,
#ifdef SYS_stat
	SYS_stat,       SYS_lstat,
#endif
#ifdef SYS_stat64
	SYS_stat64,     SYS_lstat64,
#endif
	SYS_fstat,
#ifdef SYS_fstat64
	SYS_fstat64,
#endif
#ifdef SYS_newfstatat
	SYS_newfstatat,
#endif
#ifdef SYS_fstatat64
	SYS_fstatat64,
#endif
#ifdef SYS_statx
	SYS_statx,
#endif
	SYS_lseek,
#ifdef SYS__llseek
	SYS__llseek,
#endif
#ifdef SYS_fadvise64
	SYS_fadvise64,
#endif
};

static const uint16_t state[] = {
#ifdef SYS_rename
	SYS_rename,
#endif
#ifdef SYS_renameat
	SYS_renameat,
#endif
#ifdef SYS_renameat2
	SYS_renameat2,
#endif
#ifdef SYS_unlink
	SYS_unlink,
#endif
	SYS_unlinkat,  SYS_fsync,
};

#ifdef SANDBOX_SANITISED
/* Used by the address sanitiser's runtime. */
static const uint16_t sanitiser[] = {
	SYS_mmap,        SYS_mprotect, SYS_madvise,    SYS_futex, SYS_sched_yield,
	SYS_sigaltstack, SYS_prctl,    SYS_newfstatat, SYS_lseek,
};
#endif

static void allow_rule(struct filter *f, const struct filter_rule *r)
{
	if (f->rule_count < FILTER_RULES_MAX)
		f->rules[f->rule_count++] = *r;
}

static void allow_if(struct filter *f, uint32_t call, uint8_t argument, uint32_t mask,
                     uint32_t value)
{
	allow_rule(f, &(struct filter_rule){call, {{argument, mask, value}}});
}

static void allow_socket(struct filter *f, uint32_t family, uint32_t type)
{
	const uint32_t flags = SOCK_NONBLOCK | SOCK_CLOEXEC;

	allow_rule(f,
	           &(struct filter_rule){SYS_socket, {{0, UINT32_MAX, family}, {1, ~flags, type}}});
}

static void allow(struct filter *f, const uint16_t *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		allow_if(f, calls[i], 0, 0, 0);
}

/* So that a failed assertion aborts properly. */
static void allow_abort(struct filter *f)
{
	uint32_t self = (uint32_t)getpid();

	allow_if(f, SYS_tkill, 0, UINT32_MAX, self);
	allow_if(f, SYS_tgkill, 0, UINT32_MAX, self);
}

/* Memory, but not executable. */
static void allow_memory(struct filter *f)
{
#ifdef SYS_mmap
	allow_if(f, SYS_mmap, 2, PROT_EXEC, 0);
#endif
#ifdef SYS_mmap2
	allow_if(f, SYS_mmap2, 2, PROT_EXEC, 0);
#endif
	allow_if(f, SYS_mprotect, 2, PROT_EXEC, 0);
}

static void allow_descriptors(struct filter *f)
{
	static const uint32_t orders[] = {F_GETFD, F_SETFD, F_GETFL, F_SETFL};

	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
#ifdef SYS_fcntl
		allow_if(f, SYS_fcntl, 1, UINT32_MAX, orders[i]);
#endif
#ifdef SYS_fcntl64
		allow_if(f, SYS_fcntl64, 1, UINT32_MAX, orders[i]);
#endif
	}
	allow_if(f, SYS_ioctl, 1, UINT32_MAX, TIOCGWINSZ); /* is it a terminal? */
	allow_if(f, SYS_ioctl, 1, UINT32_MAX, TCGETS);
}

static void allow_calling(struct filter *f, const struct sandbox *s)
{
	if (s->broker) {
		allow_socket(f, AF_INET, SOCK_STREAM);
		allow_socket(f, AF_INET6, SOCK_STREAM);
	}
	if (s->syslog)
		allow_socket(f, AF_UNIX, SOCK_DGRAM);
	if (s->broker || s->syslog)
		allow_if(f, SYS_connect, 0, 0, 0);
}

void filter_rules(struct filter *f, const struct sandbox *s)
{
	f->rule_count = 0;
	allow(f, both, ARRAY_LEN(both));
	allow_abort(f);
#ifdef SANDBOX_SANITISED
	allow(f, sanitiser, ARRAY_LEN(sanitiser));
#endif
	if (s->role == SANDBOX_VOICE)
		return;
	allow(f, report, ARRAY_LEN(report));
	allow_memory(f);
	allow_descriptors(f);
	allow_calling(f, s);
	if (*s->aliases)
		allow_if(f, SYS_rt_sigaction, 0, UINT32_MAX, SIGBUS); /* io/guard.h */
	if (*s->aliases || *s->state || *s->history)
		allow(f, files, ARRAY_LEN(files));
	if (*s->state || *s->history)
		allow(f, state, ARRAY_LEN(state));
}
