/*
 * The voice process: only its loop, no decisions. Datagrams, commands and time become events; the
 * core turns each into actions; the loop performs them. It waits only for its poller, allocates
 * nothing after "ready", and from then on its log lines are records that the reporter writes.
 *
 * A turn: read the clock, read from each ready descriptor, within bounds, handle due timers, flush,
 * and sleep until core_next. In this order, because datagrams waiting at a socket arrived in time
 * even if the process or the whole machine was stopped for a while.
 */
#ifndef VOICE_VOICE_H
#define VOICE_VOICE_H

#include <stdint.h>

#include "conf/reload.h"
#include "core/core.h"
#include "io/sandbox.h"

#define VOICE_SOCKETS_MORE 8u /* how many a reload may add */

struct voice_start {
	const struct conf *conf;
	const int *udp_sockets;   /* CONF_SOCKETS_MAX of them, see conf_socket_bind; -1 = none */
	int record_pipe;          /* written; all three are non-blocking */
	int command_pipe;         /* read */
	struct conf_offer *offer; /* checked on RECORD_OFFER; NULL = none */
	int parent;               /* gets a message when ready; its end means stop */
	const struct sandbox *sandbox; /* entered when all is open; NULL = none */
	void *keep;       /* shared memory that outlives this process, zeroed at first */
	size_t keep_size; /* voice_keep_size when it was claimed */
	bool adopt;     /* the previous process left a core there; false: start with empty tables */
	void *handover; /* shared memory for the state of the next binary */
	size_t handover_size;
	void *recorder; /* memory of the flight recorder (wire/recording.h); NULL = off */
	size_t recorder_size;
	const void *before; /* state left by the previous binary; NULL = none */
	size_t before_size;
	uint8_t seed[CORE_SEED_LEN];
};

/* The size of `keep` that the parent allocates. */
size_t voice_keep_size(const struct conf *conf);

/*
 * Runs until SIGTERM or the parent's end: then ends all calls, notifies every client and returns 0.
 * On SIGUSR2 writes its state to `handover` and returns 0 without notifying anyone. Otherwise not
 * 0: it could not start or continue, and has logged why.
 */
int voice_run(const struct voice_start *start);

#endif
