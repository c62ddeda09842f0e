/*
 * Log lines to the system log, in RFC 3164 format on the local socket. Never waits: a line that
 * cannot be sent goes to standard error.
 */
#ifndef IO_SYSLOG_H
#define IO_SYSLOG_H

#include "base/log.h"

#define SYSLOG_PATH "/dev/log"

struct syslog {
	const char *path;
	int fd; /* -1: not connected */
};

/* Connects at the first line, and again after the system log restarts. */
void syslog_open(struct syslog *s, const char *path);
void syslog_close(struct syslog *s);

log_sink syslog_line; /* the context is a struct syslog */

#endif
