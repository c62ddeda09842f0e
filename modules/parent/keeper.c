#include "parent/keeper.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "io/notify.h"
#include "io/pipe.h"
#include "io/poller.h"

#define GOING_MS 1000 /* from the end of a process' descriptors to its own, and more */
#define LOOK_MS ((tick_t)10)
#define WORDS_MAX 80u

static void tell_main(const char *words, pid_t pid)
{
	char line[WORDS_MAX];
	struct text t = text_make(line, sizeof(line));

	text_format(&t, "%s\nMAINPID=%ld", words, (long)pid);
	notify_send(line);
}

/* One descriptor, and the time. */
static struct poller *open_poller(struct arena *arena, int fd)
{
	struct arena measure;

	arena_measure(&measure);
	(void)poller_open(&measure, 1);
	struct poller *poller = arena_claim(arena, measure.used) ? poller_open(arena, 1) : NULL;
	if (!poller || poller_watch(poller, fd, POLLER_READ, 0) == 0)
		return poller;
	int cause = errno;
	poller_close(poller);
	errno = cause;
	return NULL;
}

static bool is_gone(struct poller *poller, pid_t other)
{
	struct poller_event event;

	for (tick_t ms = 0; getppid() == other && ms < GOING_MS; ms += LOOK_MS)
		(void)!poller_wait(poller, &event, 1, LOOK_MS);
	return getppid() != other;
}

/* Signals only interrupt: they are taken if we serve on. */
static bool hears(struct poller *poller)
{
	struct poller_event event;

	for (tick_t ms = 0; ms < KEEPER_PATIENCE; ms += LOOK_MS)
		if (poller_wait(poller, &event, 1, LOOK_MS) > 0)
			return true;
	return false;
}

/* Returns if the other binary has ended. One that knows of no keeper closes the descriptor. */
static void wait_for(struct poller *poller, int fd, pid_t other)
{
	char octet;
	bool heard = hears(poller);
	poller_drop(poller, fd);
	if (!heard)
		kill(other, SIGKILL);
	if (heard && (pipe_take(fd, &octet, 1) == 1 || !is_gone(poller, other))) {
		tell_main("READY=1\nSTATUS=serving", other);
		_exit(0);
	}
	(void)is_gone(poller, other);
}

static enum keeper start(struct poller *poller, const int ends[2], int *out)
{
	pid_t other = getpid(), pid = fork();

	if (pid < 0)
		return KEEPER_NONE;
	if (pid > 0) {
		tell_main("RELOADING=1\nSTATUS=upgrading", pid);
		*out = ends[1];
		return KEEPER_WAITS;
	}
	close(ends[1]);
	wait_for(poller, ends[0], other);
	return KEEPER_SERVES;
}

enum keeper keeper_start(int *out)
{
	struct arena arena = {.block = NULL};
	enum keeper keeper = KEEPER_NONE;
	int ends[2];

	if (pipe_open(ends) != 0)
		return KEEPER_NONE;
	struct poller *poller = open_poller(&arena, ends[0]);
	if (poller) {
		keeper = start(poller, ends, out);
		poller_close(poller);
	}
	int cause = errno;
	close(ends[0]);
	if (keeper == KEEPER_NONE)
		close(ends[1]);
	arena_release(&arena);
	errno = cause;
	return keeper;
}

bool keeper_release(int *fd)
{
	if (*fd < 0)
		return false;
	(void)!write(*fd, "r", 1);
	close(*fd);
	*fd = -1;
	return true;
}
