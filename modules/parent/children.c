#include "parent/children.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "io/ipc.h"
#include "io/notify.h"
#include "io/pipe.h"
#include "io/signals.h"
#include "parent/launch.h"
#include "parent/offer.h"
#include "wire/recording.h"

#define DEATHS_MAX 3u /* before ready, while the binary before waits to go on */

/* Blocks signals across the fork, so that none meant for the child runs our handlers. */
static void start(struct parent *p, int which)
{
	struct child *c = &p->child[which];
	int ends[2];
	pid_t pid = -1;

	offer_known(p, which);
	if (pipe_pair(ends) == 0) {
		signals_hold(true);
		pid = launch_child(p, which, ends);
		signals_hold(false);
		close(ends[1]);
		if (pid < 0)
			close(ends[0]);
	}
	if (pid < 0) {
		log_error("cannot start %s: %s", c->name, strerror(errno));
		child_ended(c, p->now);
		return;
	}
	child_started(c, p->now, pid, ends[0]);
	if (poller_watch(p->poller, c->link, POLLER_READ, (uint64_t)which) != 0) {
		log_error("cannot watch %s: %s", c->name, strerror(errno));
		kill(pid, SIGKILL); /* and it is started again */
	}
}

tick_t children_start(struct parent *p)
{
	tick_t next = TICK_NEVER;

	for (int i = 0; i < CHILDREN; i++) {
		if (p->child[i].again <= p->now)
			start(p, i);
		next = tick_first(next, p->child[i].again);
	}
	return next;
}

void children_keep_recording(struct parent *p)
{
	struct recording r = recording_at(p->recorder.at, p->recorder.size);

	if (!r.at)
		return;
	recording_keep(&r);
	log_warn("recording kept: freedmr ctl record kept FILE");
}

void children_ended(struct parent *p, struct child *c, int wait_status)
{
	char how[80];

	child_how(wait_status, how, sizeof(how));
	poller_drop(p->poller, c->link);
	close(c->link);
	bool renewed = c->renewed;
	tick_t wait = child_ended(c, p->now);
	c->crashed = WIFSIGNALED(wait_status);
	if (renewed && wait_status == 0 && !p->stop && !p->leaving) {
		log_info("%s is restarted", c->name);
	} else if (p->stop || p->leaving) {
		if (wait_status != 0)
			log_error("%s %s", c->name, how);
		p->left = c == &p->child[VOICE] && wait_status == 0;
	} else if (p->ready || (p->took_over && (p->keeper < 0 || c->deaths < DEATHS_MAX))) {
		log_error("%s %s; restarting it in %lld ms", c->name, how, (long long)wait);
		if (c == &p->child[VOICE])
			children_keep_recording(p);
		notify_send("STATUS=restarting a process");
	} else {
		log_error("%s %s before it was ready", c->name, how);
		p->status = STATUS_SYSTEM;
		p->stop = true;
	}
}

void children_reap(struct parent *p)
{
	int wait_status;
	pid_t pid;

	while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0) {
		if (p->upgrade.pid == pid)
			p->upgrade.pid = 0; /* the number may be another's soon */
		for (int i = 0; i < CHILDREN; i++)
			if (p->child[i].pid == pid)
				children_ended(p, &p->child[i], wait_status);
	}
}

static void beat(struct parent *p, struct child *c)
{
	const struct record r = {
		.kind = RECORD_BEAT, .at = p->now, .beat = {.number = c->beats + 1}};

	if (c->link >= 0 && c->muted)
		c->muted = poller_watch(p->poller, c->link, POLLER_READ,
		                        (uint64_t)(c - p->child)) != 0;
	if (!child_beat(c, p->now)) {
		log_error("%s does not respond: killed", c->name);
		kill(c->pid, SIGKILL);
	} else if (c->running) {
		(void)ipc_tell(c->link, &r);
		c->beats++;
	}
}

void children_beat(struct parent *p)
{
	for (int i = 0; i < CHILDREN; i++)
		beat(p, &p->child[i]);
}
