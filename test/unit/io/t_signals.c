#include "harness/t.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/pipe.h"
#include "io/poller.h"
#include "io/signals.h"

T_CASE(signals_come_once_and_the_end_first)
{
	T_CHECK(signals_open() >= 0);
	T_EQUAL(signals_take(), SIGNAL_NOTHING);
	raise(SIGHUP);
	raise(SIGINT);
	raise(SIGHUP);
	raise(SIGTERM);
	T_EQUAL(signals_take(), SIGNAL_TERM);
	T_EQUAL(signals_take(), SIGNAL_INT);
	T_EQUAL(signals_take(), SIGNAL_HUP);
	T_EQUAL(signals_take(), SIGNAL_NOTHING);
	raise(SIGHUP);
	T_EQUAL(signals_take(), SIGNAL_HUP);
	T_EQUAL(signals_take(), SIGNAL_NOTHING);
}

T_CASE(a_wait_ends_with_a_signal)
{
	struct arena measure, arena;
	struct poller_event e;
	int fd = signals_open();

	arena_measure(&measure);
	poller_open(&measure, 1);
	T_CHECK(arena_claim(&arena, measure.used));
	struct poller *p = poller_open(&arena, 1);
	T_EQUAL(poller_watch(p, fd, POLLER_READ, 9), 0);
	pid_t child = fork();
	if (child == 0)
		_exit(0);
	while (poller_wait(p, &e, 1, TICK_NEVER) == 0)
		;
	T_EQUAL(e.tag, 9);
	T_EQUAL(signals_take(), SIGNAL_CHLD);
	T_EQUAL(waitpid(child, NULL, 0), child);
	poller_close(p);
	arena_release(&arena);
}

T_CASE(a_closed_reader_is_an_error_and_not_a_signal)
{
	int ends[2];

	T_CHECK(signals_open() >= 0);
	T_EQUAL(pipe_open(ends), 0);
	close(ends[0]);
	T_CHECK(!pipe_put(ends[1], "x", 1));
	T_EQUAL(errno, EPIPE);
	close(ends[1]);
}

/* A signal sent to a child right after the fork is the child's, and its parent does not see it. */
T_CASE(a_child_has_signals_of_its_own)
{
	int status;

	T_CHECK(signals_open() >= 0);
	signals_hold(true);
	pid_t child = fork();
	if (child == 0) {
		raise(SIGTERM);
		int fd = signals_open();
		_exit(fd >= 0 && signals_take() == SIGNAL_TERM ? 0 : 1);
	}
	signals_hold(false);
	T_EQUAL(waitpid(child, &status, 0), child);
	T_EQUAL(status, 0);
	T_EQUAL(signals_take(), SIGNAL_CHLD);
	T_EQUAL(signals_take(), SIGNAL_NOTHING);
}

/* Far more than the pipe holds: the handler does not wait, and what comes last is not lost. */
T_CASE(a_storm_of_signals_hides_no_other)
{
	int fd = signals_open();

	T_CHECK(fd >= 0);
	for (int i = 0; i < 100000; i++)
		raise(SIGHUP);
	raise(SIGTERM);
	T_EQUAL(signals_take(), SIGNAL_TERM);
	T_EQUAL(signals_take(), SIGNAL_HUP);
	T_EQUAL(signals_take(), SIGNAL_NOTHING);
}

/* What is not taken when another program begins: it takes that. */
T_CASE(what_is_not_taken_is_passed_on)
{
	sigset_t waiting;

	T_CHECK(signals_open() >= 0);
	raise(SIGHUP);
	signals_pass();
	T_EQUAL(sigpending(&waiting), 0);
	T_CHECK(sigismember(&waiting, SIGHUP));
	T_CHECK(!sigismember(&waiting, SIGTERM));
	T_EQUAL(signals_take(), SIGNAL_NOTHING);
	T_CHECK(signals_open() >= 0);
	T_EQUAL(signals_take(), SIGNAL_HUP);
}

static void no_pipe(void)
{
	t_refuse(SYS_fcntl, ENOMEM);
#ifdef SYS_fcntl64
	t_refuse(SYS_fcntl64, ENOMEM);
#endif
	T_EQUAL(signals_open(), -1);
	T_EQUAL(errno, ENOMEM);
	raise(SIGHUP);
	T_EQUAL(signals_take(), SIGNAL_HUP); /* as before */
}

static void no_handler(void)
{
	t_refuse(SYS_rt_sigaction, EINVAL);
	T_EQUAL(signals_open(), -1);
	T_EQUAL(errno, EINVAL);
}

T_CASE(signals_that_cannot_be_taken_are_told)
{
	T_CHECK(signals_open() >= 0);
	t_apart(no_pipe);
	t_apart(no_handler);
}

T_MAIN()
