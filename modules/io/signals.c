#include "io/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "io/pipe.h"

static const int caught[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGWINCH};

static int ends[2] = {-1, -1}; /* changed only while the signals are held back */

const char *signal_event_name(enum signal_event s)
{
	switch (s) {
	case SIGNAL_NOTHING:
		return "none";
	case SIGNAL_TERM:
		return "TERM";
	case SIGNAL_INT:
		return "INT";
	case SIGNAL_HUP:
		return "HUP";
	case SIGNAL_CHLD:
		return "CHLD";
	case SIGNAL_WINCH:
		return "WINCH";
	}
	return "?";
}

/* A full pipe holds thousands of signals that nobody took: one more would tell nothing new. */
static void write_octet(int number)
{
	int cause = errno;
	unsigned char octet = (unsigned char)number;
	ssize_t written = write(ends[1], &octet, 1);

	(void)written;
	errno = cause;
}

void signals_hold(bool hold)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(caught); i++)
		sigaddset(&set, caught[i]);
	sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

static int install(void)
{
	struct sigaction action = {.sa_handler = write_octet, .sa_flags = SA_RESTART};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(caught); i++)
		if (sigaction(caught[i], &action, NULL) != 0)
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
	if (install() != 0)
		return -1;
	signals_hold(false);
	return ends[0];
}

enum signal_event signals_take(void)
{
	unsigned char octet;

	while (pipe_take(ends[0], &octet, 1) == 1)
		switch (octet) {
		case SIGTERM:
			return SIGNAL_TERM;
		case SIGINT:
			return SIGNAL_INT;
		case SIGHUP:
			return SIGNAL_HUP;
		case SIGCHLD:
			return SIGNAL_CHLD;
		case SIGWINCH:
			return SIGNAL_WINCH;
		}
	return SIGNAL_NOTHING;
}
