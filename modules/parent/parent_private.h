/*
 * What the parent owns, for the files of its loop: open.c fills it, launch.c hands a child its
 * share, children.c starts and watches them, offer.c and switchover.c carry out what an operator
 * asks, messages.c takes what children say, manager.c reports to the service manager, and parent.c
 * waits. Plain; one per process, on the stack of parent_run.
 */
#ifndef PARENT_PARENT_PRIVATE_H
#define PARENT_PARENT_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/bucket.h"
#include "base/tick.h"
#include "conf/conf.h"
#include "conf/reload.h"
#include "io/poller.h"
#include "io/process.h"
#include "io/syslog.h"
#include "io/user.h"
#include "parent/child.h"
#include "parent/kept.h"
#include "parent/listening.h"
#include "parent/resolver.h"
#include "parent/sockets.h"
#include "parent/status.h"
#include "parent/upgrade.h"
#include "report/service.h"

enum { VOICE, REPORT, CHILDREN };

/* Tags of the poller: a child's link has the child's index. */
enum { TAG_SIGNALS = CHILDREN, TAG_NAMES, TAG_TRIAL, TAGS };

/* Shared with voice, and with nobody else if nothing else is said. */
struct memory {
	void *at; /* NULL: there is none */
	size_t size;
	int fd; /* -1: not backed by a file */
};

/* A new configuration on its way to a child. */
struct offer {
	struct conf_offer *at;
	bool to_put;  /* the child has not yet taken the one before, */
	bool to_tell; /* or could not be notified of one */
};

struct parent {
	const char *path; /* of the configuration */
	struct conf conf; /* in force */
	struct offer offer[CHILDREN];
	struct memory keep;     /* voice's core, which outlives a voice process */
	struct memory handover; /* for voice's state, when another binary takes over */
	struct memory before;   /* the previous binary's, until voice has read it */
	struct memory recorder; /* what voice records; the reporter may read it */
	struct memory voices;   /* voice files of reloads, in two halves used in turn */
	bool voices_half;       /* the one for the next reload */
	struct kept kept;       /* descriptors of the previous binary */
	struct upgrade upgrade;
	bool leaving; /* another binary takes over: children that exit are not restarted */
	bool left;    /* voice has written its state */
	bool took_over;
	int keeper; /* the binary before waits there to hear that we are ready; -1: none */
	struct bucket upgrades;     /* that the reporter orders */
	struct conf_client *client; /* of `conf` */
	struct conf_peer *peer;
	struct conf_room room; /* capacity of `conf` */
	struct syslog syslog;
	const struct process_title *title;
	struct user user[CHILDREN];
	struct sockets sockets;
	struct listening listening;
	int records[2];
	int commands[2];
	int signals;
	struct arena arena;
	struct poller *poller;
	struct child child[CHILDREN];
	struct resolver resolver;
	pid_t pid;
	tick_t now;
	tick_t beat_at;  /* next heartbeat */
	tick_t watchdog; /* watchdog interval of the service manager; TICK_NEVER = none */
	tick_t watchdog_at;
	bool ready;
	bool stop;
	bool reload_due; /* by a signal; after an upgrade that is on, and whatever comes of it */
	bool waited;     /* has waited for an address in use */
	tick_t renew_at; /* when to restart the reporter, because it needs more than it was confined
	                    to; TICK_NEVER */
	enum status status;
};

#endif
