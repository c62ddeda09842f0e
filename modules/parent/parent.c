/*
 * The loop of the parent, which owns every descriptor that must outlive a child and the current
 * configuration, and starts and stops the two children that do the work.
 *
 * Input: signals, messages from each child's link (ready, reload, upgrade, a refused system call),
 * results of the resolver, output of a trial of another binary. Output: heartbeats, configurations
 * and addresses to the children, and state to the service manager. Nothing is read or written but
 * what the poller has ready, and a turn does one step for each.
 *
 * Which file does what is in parent_private.h. Orders that matter: privileges are dropped between
 * the sockets and the first fork (open.h); in a child secrets are wiped before its user changes
 * (launch.h); at the end voice stops before the reporter, which still writes voice's last log
 * lines; at an upgrade voice stops last, so that calls pause as briefly as possible.
 *
 * Heartbeats are counted, not timed, so a suspended machine does not kill its children when it
 * resumes. Deaths are taken from SIGCHLD, not from the end of a link, which comes earlier, before
 * there is a status to report.
 */
#include "parent/parent.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "io/notify.h"
#include "io/signals.h"
#include "parent/children.h"
#include "parent/keeper.h"
#include "parent/load.h"
#include "parent/manager.h"
#include "parent/messages.h"
#include "parent/offer.h"
#include "parent/open.h"
#include "parent/switchover.h"

#define STOP_PATIENCE (3 * TICK_SECOND) /* time for a child to exit */

static void on_signals(struct parent *p)
{
	enum signal_event s;

	while ((s = signals_take()) != SIGNAL_NOTHING)
		switch (s) {
		case SIGNAL_NOTHING:
		case SIGNAL_WINCH:
			break;
		case SIGNAL_TERM:
		case SIGNAL_INT:
			p->stop = true;
			break;
		case SIGNAL_HUP:
			p->reload_due = true;
			break;
		case SIGNAL_USR2:
			switchover_try(p, 0);
			break;
		case SIGNAL_CHLD:
			children_reap(p);
			break;
		}
}

static void turn(struct parent *p, tick_t until)
{
	struct poller_event events[TAGS];
	tick_t wait = until == TICK_NEVER ? TICK_NEVER : until > p->now ? until - p->now : 0;
	int count = poller_wait(p->poller, events, ARRAY_LEN(events), wait);

	p->now = open_clock();
	for (int i = 0; i < count; i++)
		if (events[i].tag == TAG_SIGNALS)
			on_signals(p);
		else if (events[i].tag == TAG_NAMES)
			messages_take_address(p);
		else if (events[i].tag == TAG_TRIAL)
			switchover_take(p);
		else if (p->child[events[i].tag].link >= 0)
			messages_take(p, &p->child[events[i].tag]);
}

static void end(struct parent *p, struct child *c, int with)
{
	tick_t patience = p->now + STOP_PATIENCE;
	int wait_status;

	if (c->pid)
		kill(c->pid, with);
	while (c->pid && p->now < patience)
		turn(p, patience);
	if (!c->pid)
		return;
	log_error("%s did not exit: killed", c->name);
	kill(c->pid, SIGKILL);
	if (waitpid(c->pid, &wait_status, 0) == c->pid)
		children_ended(p, c, wait_status);
}

/* Planned, so it says nothing against the core. */
static void end_for_other(struct parent *p, int which, int with)
{
	p->child[which].renewed = true;
	end(p, &p->child[which], with);
}

/*
 * Voice last, so that calls are without a server for the shortest time: what comes meanwhile waits
 * at the sockets. Returns only if the other binary does not get ready, in the process that stays;
 * then voice finds its core where it was left.
 */
static void change_binary(struct parent *p)
{
	p->upgrade.go_at = TICK_NEVER;
	p->leaving = true;
	p->left = false;
	end_for_other(p, REPORT, SIGTERM);
	end_for_other(p, VOICE, p->upgrade.whole ? SIGUSR2 : SIGTERM);
	if (p->left && !p->stop)
		switchover_become(p);
	else
		upgrade_fail(&p->upgrade, "was not started: voice did not hand over");
	log_error("upgrade: %s", p->upgrade.said);
	p->now = open_clock();
	p->leaving = false;
	for (int i = 0; i < CHILDREN; i++)
		p->child[i].again = p->now;
}

static void look_up_names(struct parent *p)
{
	if (!resolver_start(&p->resolver, &p->user[REPORT], p->now))
		log_error("cannot look up names: %s", strerror(errno));
	else if (poller_watch(p->poller, p->resolver.answers, POLLER_READ, TAG_NAMES) != 0) {
		log_error("cannot watch for resolved names: %s", strerror(errno));
		resolver_give_up(&p->resolver, p->now);
	}
}

/* Calls do not notice; who is connected to it comes back. */
static void renew_reporter(struct parent *p)
{
	struct child *c = &p->child[REPORT];

	p->renew_at = TICK_NEVER;
	if (!c->pid)
		return;
	c->renewed = true;
	kill(c->pid, SIGTERM);
}

/* Returns the time of the next work, except for children and the service manager. */
static tick_t on_time(struct parent *p)
{
	if (p->beat_at <= p->now) {
		p->beat_at = p->now + CHILD_BEAT;
		offer_again(p);
		children_beat(p);
	}
	if (p->renew_at <= p->now)
		renew_reporter(p);
	if (p->reload_due && !upgrade_is_on(&p->upgrade)) {
		p->reload_due = false;
		offer_reload(p, 0);
	}
	if (p->upgrade.until <= p->now)
		switchover_give_up(p);
	if (p->upgrade.go_at <= p->now)
		change_binary(p);
	if (p->resolver.again <= p->now)
		look_up_names(p);
	tick_t upgrade = tick_first(tick_first(p->upgrade.until, p->upgrade.go_at), p->renew_at);
	return tick_first(tick_first(p->beat_at, p->resolver.again), upgrade);
}

static void serve(struct parent *p)
{
	p->beat_at = p->now + CHILD_BEAT;
	manager_begin(p);
	while (!p->stop) {
		tick_t next = tick_first(on_time(p), manager_watchdog(p));

		turn(p, tick_first(next, children_start(p)));
	}
}

/* Voice first: the reporter still writes its last log lines. */
static void stop(struct parent *p)
{
	p->stop = true;
	if (p->status == STATUS_OK) /* ordered: nobody is to go on */
		(void)keeper_release(&p->keeper);
	notify_send("STOPPING=1");
	for (int i = 0; i < CHILDREN; i++)
		end(p, &p->child[i], SIGTERM);
	if (p->listening.fd[SERVICE_CONTROL] >= 0 && p->keeper < 0)
		unlink(p->conf.report.control);
}

enum status parent_run(const char *path, const struct process_title *title)
{
	struct parent p = {
		.path = path,
		.title = title,
		.pid = getpid(),
		.child = {[VOICE] = child_make("freedmr-voice"),
	                  [REPORT] = child_make("freedmr-report")},
		.before = {.fd = -1},
		.keeper = -1,
		.upgrade = upgrade_make(path),
		.renew_at = TICK_NEVER,
	};
	open_before(&p);
	enum status status = load_handed(&p.kept, path, &p.conf);

	if (status != STATUS_OK)
		return status;
	if (!open_memory(&p))
		return open_failed("cannot allocate", "memory");
	syslog_open(&p.syslog, SYSLOG_PATH);
	open_log(&p);
	load_audio(&p.conf);
	p.resolver = resolver_make(&p.conf);
	process_hide();
	p.now = open_clock();
	status = open_all(&p);
	if (status == STATUS_OK) {
		p.now = open_clock();
		serve(&p);
		stop(&p);
		status = p.status;
	}
	if (p.poller)
		poller_close(p.poller);
	arena_release(&p.arena);
	log_set_sink(NULL, NULL);
	syslog_close(&p.syslog);
	conf_release(&p.conf);
	free(p.client);
	free(p.peer);
	return status;
}
