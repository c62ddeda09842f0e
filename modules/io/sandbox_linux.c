#include "io/sandbox.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <ucontext.h>

#include "base/log.h"
#include "base/text.h"
#include "io/filter.h"
#include "io/ipc.h"
#include "io/landlock.h"

#define CALLS_MAX 512u /* each reported once */

/* A handler has no other way to find these; written once, before there is a handler. */
static int parent = -1;
static uint8_t reported[CALLS_MAX];

static void answer(ucontext_t *where, int error)
{
#if defined(__x86_64__)
	where->uc_mcontext.gregs[REG_RAX] = -error;
#elif defined(__aarch64__)
	where->uc_mcontext.regs[0] = 0;
	where->uc_mcontext.regs[0] -= (unsigned)error;
#elif defined(__arm__)
	where->uc_mcontext.arm_r0 = 0ul - (unsigned)error;
#else
	(void)where;
	(void)error;
#endif
}

/* The filter trapped a call: make it fail with EPERM. */
static void on_refused(int number, siginfo_t *about, void *where)
{
	int cause = errno;
	uint32_t call = (uint32_t)about->si_syscall;

	(void)number;
	answer(where, EPERM);
	if (!reported[call % CALLS_MAX]) {
		reported[call % CALLS_MAX] = 1;
		(void)ipc_order(parent,
		                &(struct command){.kind = COMMAND_DENIED, .denied = {call}});
	}
	errno = cause;
}

static bool failed(const char *what)
{
	log_error("sandbox: %s: %s", what, strerror(errno));
	return false;
}

static bool enter_filter(const struct sandbox *s)
{
	struct sigaction action = {.sa_sigaction = on_refused, .sa_flags = SA_SIGINFO};
	struct filter filter;

	parent = s->parent;
	sigfillset(&action.sa_mask);
	sigdelset(&action.sa_mask, SIGSYS);
	filter_rules(&filter, s);
	filter_make(&filter);
	return sigaction(SIGSYS, &action, NULL) == 0 && filter_install(&filter) == 0;
}

/* No new processes for this user; root is limited only by the filter. */
static bool start_nothing(void)
{
	const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};

	return setrlimit(RLIMIT_NPROC, &none) == 0;
}

bool sandbox_enter(const struct sandbox *s)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return failed("cannot set no_new_privs");
	if (!start_nothing())
		return failed("cannot limit processes");
	if (landlock_version() && landlock_enter(s) != 0)
		return failed("cannot enter Landlock");
	if (filter_is_there() && !enter_filter(s))
		return failed("cannot install the system call filter");
	return true;
}

const char *sandbox_offers(void)
{
	static char words[64];
	struct text t = text_make(words, sizeof(words));
	int landlock = landlock_version();

	text_put(&t, filter_is_there() ? "seccomp" : "no seccomp");
	if (landlock)
		text_format(&t, ", Landlock %d", landlock);
	else
		text_put(&t, ", no Landlock");
	return words;
}

bool sandbox_is_whole(void)
{
	return filter_is_there() && landlock_version() > 0;
}
