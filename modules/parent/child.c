#include "parent/child.h"

#include <string.h>
#include <sys/wait.h>

#include "base/text.h"

struct child child_make(const char *name)
{
	return (struct child){.name = name, .link = -1, .again = 0};
}

void child_started(struct child *c, tick_t now, pid_t pid, int link)
{
	c->pid = pid;
	c->link = link;
	c->started = now;
	c->lives++;
	c->running = c->muted = false;
	c->beats = c->missed = 0;
	c->again = TICK_NEVER;
}

/* The first restart is immediate: most causes of death do not recur. */
static tick_t wait_after(uint32_t ends)
{
	tick_t wait = CHILD_FIRST_WAIT;

	if (ends < 2)
		return 0;
	while (--ends > 1 && wait < CHILD_LONGEST_WAIT)
		wait *= 2;
	return wait < CHILD_LONGEST_WAIT ? wait : CHILD_LONGEST_WAIT;
}

tick_t child_ended(struct child *c, tick_t now)
{
	bool died = c->pid != 0 && !c->renewed, planned = c->renewed;

	c->renewed = false;
	if (died && now - c->started >= CHILD_PROVEN)
		c->ends = c->deaths = 0;
	c->ends += !planned;
	c->deaths += died;
	c->pid = 0;
	c->link = -1;
	c->again = now + (planned ? 0 : wait_after(c->ends));
	return c->again - now;
}

bool child_is_trusted(const struct child *c)
{
	return c->deaths < 2;
}

bool child_beat(struct child *c, tick_t now)
{
	if (!c->pid)
		return true;
	if (!c->running)
		return now - c->started < CHILD_START;
	return c->missed++ < CHILD_BEATS_MISSED;
}

void child_how(int wait_status, char *out, size_t cap)
{
	struct text t = text_make(out, cap);

	if (WIFSIGNALED(wait_status))
		text_format(&t, "was killed by signal %d (%s)", WTERMSIG(wait_status),
		            strsignal(WTERMSIG(wait_status)));
	else
		text_format(&t, "exited with status %d", WEXITSTATUS(wait_status));
}
