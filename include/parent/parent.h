/*
 * The parent: it has the privileges and does no work. It reads the configuration, opens all sockets
 * and pipes, starts the voice process and the reporter, and then only waits: to restart a child
 * that dies, or to stop.
 *
 * Sockets and pipes are opened once and stay open here, so that a restarted child finds what its
 * predecessor left and the other side never sees end of file. A child that dies is started again
 * after 0.1 s, then twice as long each time up to 10 s, until it has lived for 60 s. If one dies
 * before "ready", the start has failed and the parent exits.
 *
 * SIGTERM, SIGINT: stop the voice process, which logs its clients out, then the reporter. SIGHUP,
 * or COMMAND_RELOAD from the reporter: read the configuration again (parent/reload.h).
 */
#ifndef PARENT_PARENT_H
#define PARENT_PARENT_H

#include "io/process.h"
#include "parent/status.h"

/*
 * Serves with the configuration at `path` until stopped. Children set their names in `title`.
 */
enum status parent_run(const char *path, const struct process_title *title);

#endif
