#include "parent/upgrade.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "io/pipe.h"
#include "io/process.h"
#include "io/signals.h"
#include "parent/kept.h"
#include "parent/load.h"

#define WHOLE "handover whole "
#define CLEAN "handover clean "

struct upgrade upgrade_make(const char *conf)
{
	struct upgrade u = {.text = -1, .answers = -1, .until = TICK_NEVER, .go_at = TICK_NEVER};

	if (!process_path(u.path, sizeof(u.path)) || !text_copy(u.conf, sizeof(u.conf), conf))
		u.path[0] = 0;
	return u;
}

static void drop_text(struct upgrade *u)
{
	if (u->text >= 0)
		close(u->text);
	u->text = -1;
}

static bool pass_text(const struct upgrade *u)
{
	char line[64];
	struct text t = text_make(line, sizeof(line));

	text_format(&t, "%d " LOAD_HELD "%zu\n", u->text, u->text_len);
	return kept_pass(line, true);
}

/* The child: reads the head of the state on standard input, and answers on standard output. */
static _Noreturn void run(struct upgrade *u, int state, int out, pid_t parent)
{
	char word[] = "handover";
	char *argv[] = {u->path, word, u->conf, NULL};

	if (process_die_with(parent) && pass_text(u) && dup2(state, 0) == 0 && dup2(out, 1) == 1) {
		signals_hold(false);
		execv(u->path, argv);
	}
	_exit(1);
}

bool upgrade_try(struct upgrade *u, int state, uint32_t number, tick_t now)
{
	int ends[2];

	if (!u->path[0]) {
		errno = ENOENT;
		return false;
	}
	u->text = load_hold(u->conf, &u->text_len);
	if (u->text < 0 || lseek(state, 0, SEEK_SET) != 0 || pipe_open(ends) != 0)
		return false;
	signals_hold(true);
	pid_t parent = getpid();
	u->pid = fork();
	if (u->pid == 0)
		run(u, state, ends[1], parent);
	signals_hold(false);
	close(ends[1]);
	u->answers = ends[0];
	u->until = now + UPGRADE_PATIENCE;
	u->number = number;
	u->said_len = 0;
	return u->pid > 0;
}

static bool begins(const struct upgrade *u, const char *with)
{
	return strncmp(u->said, with, strlen(with)) == 0;
}

static enum upgrade_verdict judge(struct upgrade *u, tick_t now)
{
	char line[UPGRADE_SAID_MAX];

	u->said[u->said_len] = 0;
	text_copy(line, sizeof(line), u->said);
	line[strcspn(line, "\n")] = 0;
	u->whole = begins(u, WHOLE);
	bool goes = (u->whole || begins(u, CLEAN)) && strchr(u->said, '\n');
	u->until = TICK_NEVER;
	u->pid = 0;
	struct text t = text_make(u->said, sizeof(u->said));
	u->failed = !goes;
	if (!goes) {
		drop_text(u);
		text_format(&t, "%s cannot take over: %s", u->path, *line ? line : "no output");
		return UPGRADE_REFUSED;
	}
	u->go_at = now + UPGRADE_PAUSE;
	text_format(&t, "changing to %s%s", line + strlen(WHOLE),
	            u->whole ? "; sessions and calls continue" : "; clients log in again");
	return UPGRADE_GOES;
}

enum upgrade_verdict upgrade_take(struct upgrade *u, tick_t now)
{
	size_t room = sizeof(u->said) - 1 - u->said_len;
	char more[UPGRADE_SAID_MAX];
	ssize_t len = pipe_take(u->answers, more, sizeof(more));

	if (len < 0)
		return judge(u, now);
	size_t some = (size_t)len < room ? (size_t)len : room;
	memcpy(u->said + u->said_len, more, some);
	u->said_len += some;
	return UPGRADE_WAITS;
}

bool upgrade_is_on(const struct upgrade *u)
{
	return u->answers >= 0 || u->go_at != TICK_NEVER;
}

void upgrade_fail(struct upgrade *u, const char *why)
{
	struct text t = text_make(u->said, sizeof(u->said));

	drop_text(u);
	u->failed = true;
	text_format(&t, "%s %s", u->path, why);
}

void upgrade_give_up(struct upgrade *u, const char *why)
{
	if (u->pid > 0)
		kill(u->pid, SIGKILL);
	u->pid = 0;
	u->until = TICK_NEVER;
	upgrade_fail(u, why);
}

void upgrade_become(struct upgrade *u, const char *lines)
{
	char option[] = "-c";
	char *argv[] = {u->path, option, u->conf, NULL};

	signals_hold(true); /* they wait for the handlers of the new binary */
	if (kept_pass(lines, true))
		execv(u->path, argv);
	int cause = errno;
	signals_hold(false);
	(void)kept_pass(lines, false);
	errno = cause;
}
