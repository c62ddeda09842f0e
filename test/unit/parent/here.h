/*
 * A parent that is ready, without processes: the test has the other ends of the links of both
 * children. Its log is kept.
 */
#ifndef UNIT_PARENT_HERE_H
#define UNIT_PARENT_HERE_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "harness/t.h"
#include "io/ipc.h"
#include "io/pipe.h"
#include "parent/parent_private.h"

static struct parent p;
static int far[CHILDREN]; /* ends of the children */
static char logged[4096];

static void here_keep(void *context, enum log_level level, const char *line)
{
	size_t len = strlen(logged);

	(void)context;
	(void)level;
	snprintf(logged + len, sizeof(logged) - len, "%s\n", line);
}

static void here_begin(void)
{
	struct arena measure;

	p = (struct parent){
		.path = "/nowhere",
		.child = {[VOICE] = child_make("voice"), [REPORT] = child_make("report")},
		.before = {.fd = -1},
		.keeper = -1,
		.upgrade = {.text = -1, .answers = -1, .until = TICK_NEVER, .go_at = TICK_NEVER},
		.renew_at = TICK_NEVER,
		.resolver = {.answers = -1},
		.ready = true,
		.now = 100000,
	};
	arena_measure(&measure);
	(void)poller_open(&measure, TAGS);
	if (!arena_claim(&p.arena, measure.used))
		abort();
	p.poller = poller_open(&p.arena, TAGS);
	sockets_none(&p.sockets);
	listening_none(&p.listening);
	for (int i = 0; i < CHILDREN; i++) {
		int ends[2];
		if (pipe_pair(ends) != 0)
			abort();
		child_started(&p.child[i], p.now, 0, ends[0]);
		far[i] = ends[1];
		if (poller_watch(p.poller, ends[0], POLLER_READ, (uint64_t)i) != 0)
			abort();
	}
	signal(SIGPIPE, SIG_IGN);
	*logged = 0;
	log_set_sink(here_keep, NULL);
}

static void here_end(void)
{
	log_set_sink(NULL, NULL);
	for (int i = 0; i < CHILDREN; i++) {
		if (p.child[i].link >= 0)
			close(p.child[i].link);
		close(far[i]);
	}
	poller_close(p.poller);
	arena_release(&p.arena);
}

#endif
