#include "parent/switchover.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "io/ipc.h"
#include "io/shared.h"
#include "io/signals.h"
#include "parent/keeper.h"
#include "parent/launch.h"
#include "parent/load.h"
#include "parent/open.h"
#include "voice/voice.h"

#define LINES_MAX 65536u

static void close_answers(struct parent *p)
{
	struct upgrade *u = &p->upgrade;

	if (u->answers < 0)
		return;
	poller_drop(p->poller, u->answers);
	close(u->answers);
	u->answers = -1;
}

static bool watch_trial(struct parent *p)
{
	return poller_watch(p->poller, p->upgrade.answers, POLLER_READ, TAG_TRIAL) == 0;
}

/* Only the head, which the other binary has to understand. */
void switchover_try(struct parent *p, uint32_t number)
{
	const struct memory *m = &p->handover;
	/* The trial may be reading the state, or voice writing it. */
	bool busy = upgrade_is_on(&p->upgrade) || !p->ready || p->leaving || p->stop;

	if (busy)
		errno = EBUSY;
	if (!busy && m->at && shared_clear(m->at, m->size) && core_handover_head(m->at, m->size) &&
	    upgrade_try(&p->upgrade, m->fd, number, p->now) && watch_trial(p)) {
		log_info("upgrade: trying %s", p->upgrade.path);
		return;
	}
	log_error("upgrade: cannot run %s: %s", p->upgrade.path, strerror(errno));
	if (!busy) {
		upgrade_give_up(&p->upgrade, "cannot be run");
		close_answers(p);
	}
	ipc_reply(p->child[REPORT].link, p->now, number, false,
	          busy ? "an upgrade is already running" : "cannot run the installed binary");
}

/* What came of the trial, to the log and to whoever asked for it. */
static void end_trial(struct parent *p, enum upgrade_verdict verdict)
{
	const struct upgrade *u = &p->upgrade;

	close_answers(p);
	if (verdict == UPGRADE_GOES)
		log_info("upgrade: %s", u->said);
	else
		log_error("upgrade: %s", u->said);
	ipc_reply(p->child[REPORT].link, p->now, u->number, verdict == UPGRADE_GOES, u->said);
}

void switchover_take(struct parent *p)
{
	enum upgrade_verdict verdict = upgrade_take(&p->upgrade, p->now);

	if (verdict != UPGRADE_WAITS)
		end_trial(p, verdict);
}

void switchover_give_up(struct parent *p)
{
	upgrade_give_up(&p->upgrade, "cannot take over: it does not answer");
	end_trial(p, UPGRADE_REFUSED);
}

void switchover_tell(struct parent *p, uint32_t number)
{
	const struct upgrade *u = &p->upgrade;
	bool waits = upgrade_is_on(u) || p->leaving || !p->ready;

	if (waits || !*u->said)
		ipc_reply(p->child[REPORT].link, p->now, number, false,
		          waits ? UPGRADED_NOT_YET : "there was no upgrade");
	else
		ipc_reply(p->child[REPORT].link, p->now, number, !u->failed, u->said);
}

static void add_sized(struct text *lines, int fd, const char *what, size_t size)
{
	char name[OPEN_NAME_MAX];
	struct text t = text_make(name, sizeof(name));

	text_format(&t, "%s%zu", what, size);
	kept_add(lines, fd, name);
}

/* NULL: no memory. */
static char *list(const struct parent *p, int keeper)
{
	char *lines = malloc(LINES_MAX), name[OPEN_NAME_MAX];

	if (!lines)
		return NULL;
	struct text t = text_make(lines, LINES_MAX);
	if (p->upgrade.whole)
		add_sized(&t, p->handover.fd, "state ", p->handover.size);
	add_sized(&t, p->upgrade.text, LOAD_HELD, p->upgrade.text_len);
	add_sized(&t, keeper, KEEPER_NAME, (size_t)p->upgrades.micro);
	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++) {
		if (p->sockets.fd[i] < 0)
			continue;
		open_socket_name(&p->conf, i, name, sizeof(name));
		kept_add(&t, p->sockets.fd[i], name);
	}
	for (enum service service = 0; service < SERVICES; service++) {
		open_service_name(p, service, name, sizeof(name));
		kept_add(&t, p->listening.fd[service], name);
	}
	return lines;
}

static void become(struct parent *p, int keeper)
{
	char *lines = list(p, keeper);

	/* What is ordered from now on is for the other binary, if it comes to be. */
	signals_pass();
	if (p->reload_due)
		raise(SIGHUP);
	if (lines)
		upgrade_become(&p->upgrade, lines);
	signals_hold(false);
	upgrade_fail(&p->upgrade, "cannot be executed");
	free(lines);
	if (keeper_release(&keeper))
		(void)waitpid(-1, NULL, WNOHANG);
}

void switchover_become(struct parent *p)
{
	int keeper = -1;

	if (!launch_with_memory(p, true))
		log_bug("voice's memory cannot be kept: %s", strerror(errno));
	switch (keeper_start(&keeper)) {
	case KEEPER_SERVES:
		p->pid = getpid();
		upgrade_fail(&p->upgrade, "ended before it was ready, the old one goes on");
		break;
	case KEEPER_WAITS:
	case KEEPER_NONE:
		become(p, keeper);
		break;
	}
	if (!launch_with_memory(p, false))
		log_bug("voice's memory cannot be withheld: %s", strerror(errno));
}
