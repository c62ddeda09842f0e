/*
 * Messages between the parent and its children over socket pairs (io/pipe.h): commands
 * (wire/command.h) from a child, records (wire/record.h) to it. A message arrives whole or not at
 * all. Neither side waits; without room the message is lost, and sending it fails.
 */
#ifndef IO_IPC_H
#define IO_IPC_H

#include <stdbool.h>

#include "base/tick.h"
#include "base/util.h"
#include "wire/command.h"
#include "wire/record.h"

enum ipc {
	IPC_NOTHING, /* nothing now; malformed messages are skipped */
	IPC_MESSAGE,
	IPC_END, /* the other side is gone */
};

/* To the parent. False: no room. */
bool ipc_order(int fd, const struct command *c);

/* To a child. False: no room. */
bool ipc_tell(int fd, const struct record *r);

/* With a descriptor, unless that is -1. */
bool ipc_hand(int fd, const struct record *r, int handed);

/* Answers command `number`; 0 = nobody asked, or -1 = the child is not running: nothing to do. */
void ipc_reply(int fd, tick_t now, uint32_t number, bool done, const char *words);

/* A child's view of its parent, which sends RECORD_BEAT every few seconds. */
struct ipc_pulse {
	tick_t heard;
	bool missed;
};

#define IPC_SILENCE (10 * TICK_SECOND)

/* Answers a beat. */
void ipc_beat(struct ipc_pulse *p, int fd, tick_t now);

/* Logs once when beats stop; nothing else happens. */
void ipc_listen(struct ipc_pulse *p, tick_t now);

/* The next message from the other side; *out is written only on IPC_MESSAGE. */
MUST_CHECK enum ipc ipc_take_order(int fd, struct command *out);
MUST_CHECK enum ipc ipc_take_record(int fd, struct record *out);

/* Likewise, but may also receive a descriptor: *handed is -1 if there is none; otherwise the caller
 * owns it. */
MUST_CHECK enum ipc ipc_take_handed(int fd, struct record *out, int *handed);

#endif
