#include "io/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "io/pipe.h"

/* In order of urgency. */
static const struct {
	int number;
	enum signal_event event;
} caught[] = {
	{SIGTERM, SIGNAL_TERM}, {SIGINT, SIGNAL_INT},   {SIGHUP, SIGNAL_HUP},
	{SIGCHLD, SIGNAL_CHLD}, {SIGUSR2, SIGNAL_USR2}, {SIGWINCH, SIGNAL_WINCH},
};

static volatile sig_atomic_t pending[ARRAY_LEN(caught)];
static int ends[2] = {-1, -1}; /* changed only while the signals are blocked */

/* The octet only wakes the loop; if the pipe is full, the loop has already been woken. */
static void remember(int number)
{
	int cause = errno;

	for (size_t i = 0; i < ARRAY_LEN(caught); i++)
		if (caught[i].number == number)
			pending[i] = 1;
	ssize_t written = write(ends[1], "", 1);
	(void)written;
	errno = cause;
}

void signals_hold(bool hold)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(caught); i++)
		sigaddset(&set, caught[i].number);
	sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

void signals_pass(void)
{
	signals_hold(true);
	for (size_t i = 0; i < ARRAY_LEN(caught); i++)
		if (pending[i]) {
			pending[i] = 0;
			raise(caught[i].number);
		}
}

static int install(void)
{
	struct sigaction action = {.sa_handler = remember, .sa_flags = SA_RESTART};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(caught); i++)
		if (sigaction(caught[i].number, &action, NULL) != 0)
			return -1;
	return sigaction(SIGPIPE, &ignore, NULL);
}

int signals_open(void)
{
	int fresh[2];

	if (pipe_open(fresh) != 0)
		return -1;
	signals_hold(true);
	for (size_t i = 0; i < 2; i++) {
		if (ends[i] >= 0)
			close(ends[i]);
		ends[i] = fresh[i];
	}
	for (size_t i = 0; i < ARRAY_LEN(caught); i++)
		pending[i] = 0;
	if (install() != 0)
		return -1;
	signals_hold(false);
	return ends[0];
}

enum signal_event signals_take(void)
{
	char octets[64];

	while (pipe_take(ends[0], octets, sizeof(octets)) > 0)
		;
	for (size_t i = 0; i < ARRAY_LEN(caught); i++)
		if (pending[i]) {
			pending[i] = 0;
			return caught[i].event;
		}
	return SIGNAL_NOTHING;
}
