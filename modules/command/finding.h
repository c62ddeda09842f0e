/*
 * Findings of the doctor: a line each, with the command that fixes it.
 */
#ifndef COMMAND_FINDING_H
#define COMMAND_FINDING_H

#include <stdbool.h>

#include "base/text.h"
#include "base/util.h"
#include "conf/conf.h"

enum finding { FINDING_OK, FINDING_HINT, FINDING_WRONG };

#define DOCTOR_CONF "/etc/freedmr.conf"

struct doctor {
	bool json;
	bool running; /* the server answers on its control socket */
	long pid;     /* of the server then, 0 = unknown */
	unsigned wrong;
	const char *path; /* of the configuration */
	struct conf conf;
	bool listens[CONF_LISTENERS_MAX];     /* the server has that listener, at that address */
	unsigned outside[CONF_LISTENERS_MAX]; /* sessions from other networks, by listener */
};

/* `mend`: the command, or what to do; NULL when nothing is to be done. */
void finding(struct doctor *d, enum finding kind, const char *mend, const char *format, ...)
	PRINTF_LIKE(4, 5);

/* "sudo freedmr ctl", with the socket if ctl would not find it. */
void finding_put_ctl(struct text *t, const struct doctor *d);

/* Asks the running server, if there is one: links, hotspots that were refused, sessions from other
 * networks. */
void doctor_ask_server(struct doctor *d);

/* Files that others can read, or that the server cannot write. */
void doctor_look_at_files(struct doctor *d);

#endif
