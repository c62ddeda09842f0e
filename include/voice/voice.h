/*
 * The voice process: its loop, and nothing that decides. Datagrams, commands and time
 * become events; the core turns each into actions; the actions are sent and told.
 * The loop waits for nothing but its poller, takes no memory after "ready", and from then
 * on its log lines are records, which the reporter writes.
 *
 * A turn: read the clock, take from each ready descriptor what it has, within bounds, let
 * run out what is due, flush, and sleep until core_next. In this order, because what waits at
 * a socket came in time even when the process, or its whole machine, stood still for a while.
 */
#ifndef VOICE_VOICE_H
#define VOICE_VOICE_H

#include <stdint.h>

#include "conf/reload.h"
#include "core/core.h"

struct voice_start {
	const struct conf *conf;
	const int *udp_sockets; /* one for each listener, in the order of the configuration */
	int record_pipe;        /* written; all three are non-blocking */
	int command_pipe;       /* read */
	struct conf_offer *offer; /* looked at on SIGHUP; NULL = there is none */
	int parent;             /* told 'R' when ready; its end means to stop */
	uint8_t seed[CORE_SEED_LEN];
};

/*
 * Runs until SIGTERM or the parent's end: then all calls end, every client is told, and it
 * returns 0. Not 0: it could not start or go on, and has logged why.
 */
int voice_run(const struct voice_start *start);

#endif
