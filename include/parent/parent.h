/*
 * The parent: it holds the rights and does no work. It reads the configuration, opens
 * all sockets and pipes, starts the voice process and the reporter, and from then on
 * only waits: for one of them to die, which it starts again, or to be told to stop.
 *
 * Sockets and pipes are opened once and stay open here, so that a restarted child finds
 * what its predecessor left and the other side never sees an end. A child that dies is started
 * again after 0.1 s, then twice as long each time up to 10 s, until it has lived for
 * 60 s. One that dies before "ready" is a failed start, and the parent ends with it.
 *
 * SIGTERM, SIGINT: stops the voice process (it logs its clients out), then the reporter.
 * SIGHUP, or COMMAND_RELOAD from the reporter: reads the configuration again (parent/reload.h).
 */
#ifndef PARENT_PARENT_H
#define PARENT_PARENT_H

#include "io/process.h"
#include "parent/status.h"

/*
 * Serves with the configuration at `path` until told to stop. Children take their names in
 * `title`.
 */
enum status parent_run(const char *path, const struct process_title *title);

#endif
