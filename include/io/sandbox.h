/*
 * What a child may do after startup: voice opens no file, makes no connection and starts no
 * process; the reporter opens its own files, serves accepted connections, and connects to its
 * broker and the system log if configured. A system call not on the list of its process
 * (io/filter.h) returns EPERM, and the first of each kind is reported to the parent, which logs it.
 * Landlock (io/landlock.h), as far as the kernel has it, adds rules on paths and ports, which a
 * filter cannot see.
 *
 * None of it is POSIX, so each system has its own body (sandbox_linux.c).
 */
#ifndef IO_SANDBOX_H
#define IO_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"

enum sandbox_role {
	SANDBOX_VOICE,
	SANDBOX_REPORT,
};

struct sandbox {
	enum sandbox_role role;
	int parent;          /* our end of the pair with it (io/ipc.h) */
	const char *aliases; /* file we read and others replace; "" = none */
	const char *state;   /* file we replace, with temporary files beside it; "" = none */
	const char *history; /* another one */
	uint16_t broker;     /* TCP port to connect to; 0 = none */
	bool syslog;
};

/*
 * Confines this process permanently: filter, Landlock, no new privileges, no new processes. False
 * if a part the kernel supports failed: logged.
 */
MUST_CHECK bool sandbox_enter(const struct sandbox *s);

/* Describes what this kernel supports: "seccomp, Landlock 7". */
const char *sandbox_offers(void);

/* Does the kernel support everything we use? */
bool sandbox_is_whole(void);

#endif
