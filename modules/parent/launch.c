#include "parent/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/random.h"
#include "io/sandbox.h"
#include "io/shared.h"
#include "report/report.h"
#include "voice/voice.h"

static void close_links(struct parent *p)
{
	poller_close(p->poller);
	close(p->handover.fd);
	if (p->upgrade.text >= 0)
		close(p->upgrade.text);
	if (p->keeper >= 0)
		close(p->keeper);
	if (p->before.fd >= 0)
		close(p->before.fd);
	if (p->resolver.answers >= 0)
		close(p->resolver.answers);
	for (int i = 0; i < CHILDREN; i++)
		if (p->child[i].link >= 0)
			close(p->child[i].link);
}

static int run_voice(struct parent *p, int link)
{
	const struct sandbox sandbox = {.role = SANDBOX_VOICE, .parent = link};
	struct voice_start start = {
		.sandbox = &sandbox,
		.conf = &p->conf,
		.offer = p->offer[VOICE].at,
		.udp_sockets = p->sockets.fd,
		.record_pipe = p->records[1],
		.command_pipe = p->commands[0],
		.parent = link,
		.keep = p->keep.at,
		.keep_size = p->keep.size,
		.adopt = child_is_trusted(&p->child[VOICE]),
		.handover = p->handover.at,
		.handover_size = p->handover.size,
		.before = p->child[VOICE].crashed ? NULL : p->before.at,
		.before_size = p->before.size,
		.recorder = p->recorder.at,
		.recorder_size = p->recorder.size,
	};

	close(p->records[0]);
	close(p->commands[1]);
	for (int i = 0; i < SERVICES; i++)
		if (p->listening.fd[i] >= 0)
			close(p->listening.fd[i]);
	if (p->voices.at)
		shared_only_read(p->voices.at, p->voices.size);
	process_hide();
	if (!random_fill(start.seed, sizeof(start.seed))) {
		log_error("no random numbers: %s", strerror(errno));
		return STATUS_SYSTEM;
	}
	return voice_run(&start);
}

/* A file with passphrases belongs to root only. */
static void look_at_rights(const struct parent *p)
{
	int fd = p->user[REPORT].change ? open(p->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	close(fd);
	log_warn("%s is readable by the reporter's user: make it owned by root, mode 0600",
	         p->path);
}

static int run_report(struct parent *p, int link)
{
	const struct sandbox sandbox = {
		.role = SANDBOX_REPORT,
		.parent = link,
		.aliases = p->conf.report.aliases,
		.state = p->conf.server.state,
		.history = p->conf.report.history,
		.broker = p->conf.report.broker.address.port,
		.syslog = p->conf.server.log == LOG_TO_SYSLOG,
	};
	struct report_start start = {
		.sandbox = &sandbox,
		.conf = &p->conf,
		.offer = p->offer[REPORT].at,
		.record_pipe = p->records[0],
		.command_pipe = p->commands[1],
		.parent = link,
		.heir = p->child[REPORT].lives > 0,
		.recorder = p->recorder.at,
		.recorder_size = p->recorder.size,
	};

	memcpy(start.listening, p->listening.fd, sizeof(start.listening));
	close(p->records[1]);
	close(p->commands[0]);
	sockets_close(&p->sockets);
	if (p->recorder.at)
		shared_only_read(p->recorder.at, p->recorder.size);
	return report_run(&start);
}

/* The child's side of the fork, to its end. Wipes unneeded secrets first. */
static _Noreturn void run(struct parent *p, int which, int link)
{
	const char *name = p->child[which].name;

	if (which == REPORT) {
		process_yield();
		conf_forget_passphrases(&p->conf);
	} else {
		conf_forget_report_secrets(&p->conf);
	}
	shared_release(p->offer[!which].at, conf_offer_size(&p->room));
	close_links(p);
	log_set_name(name);
	if (user_become(&p->user[which]) != 0) {
		log_error("cannot become user %s: %s",
		          which == VOICE ? p->conf.server.run_voice_as : p->conf.server.run_as,
		          strerror(errno));
		_exit(STATUS_PERMISSION);
	}
	if (which == REPORT)
		look_at_rights(p);
	process_rename(p->title, name); /* overwrites the arguments, and so the path */
	if (!process_die_with(p->pid))
		_exit(STATUS_SYSTEM);
	_exit(which == VOICE ? run_voice(p, link) : run_report(p, link));
}

static bool inherit(const struct memory *m, bool yes)
{
	return !m->at || shared_inherit(m->at, m->size, yes);
}

bool launch_with_memory(struct parent *p, bool yes)
{
	const struct memory *all[] = {&p->keep, &p->handover, &p->before, &p->voices, &p->recorder};
	bool done = true;

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		done &= inherit(all[i], yes);
	return done;
}

/* Only voice maps the memory kept for its successor; the reporter, what is recorded. */
pid_t launch_child(struct parent *p, int which, const int ends[2])
{
	if (!launch_with_memory(p, which == VOICE) || !inherit(&p->recorder, true))
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		run(p, which, ends[1]);
	}
	if (!launch_with_memory(p, false))
		log_bug("cannot unmap voice's memory: %s", strerror(errno));
	return pid;
}
