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
	c->again = TICK_NEVER;
}

tick_t child_ended(struct child *c, tick_t now)
{
	bool proven = c->pid != 0 && now - c->started >= CHILD_PROVEN;

	if (proven || c->wait == 0)
		c->wait = CHILD_FIRST_WAIT;
	else
		c->wait = 2 * c->wait < CHILD_LONGEST_WAIT ? 2 * c->wait : CHILD_LONGEST_WAIT;
	c->pid = 0;
	c->link = -1;
	c->again = now + c->wait;
	return c->wait;
}

void child_how(int wait_status, char *out, size_t cap)
{
	struct text t = text_make(out, cap);

	if (WIFSIGNALED(wait_status))
		text_format(&t, "was ended by signal %d (%s)", WTERMSIG(wait_status),
		            strsignal(WTERMSIG(wait_status)));
	else
		text_format(&t, "exited with status %d", WEXITSTATUS(wait_status));
}
