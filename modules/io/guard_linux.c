#include "io/guard.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* A handler has no other way to find them. */
static struct {
	uintptr_t first;
	size_t len; /* 0: none */
} ranges[GUARD_MAX];

static bool is_guarded(uintptr_t at)
{
	for (size_t i = 0; i < GUARD_MAX; i++)
		if (at >= ranges[i].first && at - ranges[i].first < ranges[i].len)
			return true;
	return false;
}

/* Any other SIGBUS kills the process as usual. */
static void on_missing(int number, siginfo_t *about, void *where)
{
	struct sigaction usual = {.sa_handler = SIG_DFL};
	uintptr_t at = (uintptr_t)about->si_addr, page = (uintptr_t)getpagesize();
	char *begin = (char *)about->si_addr - at % page;
	int cause = errno;

	(void)where;
	if (!is_guarded(at) || mmap(begin, page, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS,
	                            -1, 0) == MAP_FAILED)
		sigaction(number, &usual, NULL);
	errno = cause;
}

bool guard_add(const void *at, size_t len)
{
	struct sigaction action = {.sa_sigaction = on_missing, .sa_flags = SA_SIGINFO};

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < GUARD_MAX; i++) {
		if (ranges[i].len)
			continue;
		ranges[i].first = (uintptr_t)at;
		ranges[i].len = len;
		return sigaction(SIGBUS, &action, NULL) == 0;
	}
	errno = EMFILE;
	return false;
}

void guard_remove(const void *at)
{
	for (size_t i = 0; i < GUARD_MAX; i++)
		if (ranges[i].len && ranges[i].first == (uintptr_t)at)
			ranges[i].len = 0;
}
