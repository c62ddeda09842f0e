/*
 * What the parent and its children say to each other, over pairs of io/pipe.h: commands
 * (wire/command.h) from a child, records (wire/record.h) to it. Each is a message of its own, which
 * arrives whole or not at all; nobody waits for the other, and what finds no room is lost and the
 * sender knows.
 */
#ifndef IO_KIN_H
#define IO_KIN_H

#include <stdbool.h>

#include "base/util.h"
#include "wire/command.h"
#include "wire/record.h"

enum kin {
	KIN_NOTHING, /* now; what was no message is passed over */
	KIN_MESSAGE,
	KIN_END, /* the other one is gone */
};

const char *kin_name(enum kin kin);

/* To the parent. False: no room. */
bool kin_order(int fd, const struct command *c);

/* To a child. False: no room. */
bool kin_tell(int fd, const struct record *r);

/* The next message of the other side; *out is written only on KIN_MESSAGE. */
MUST_CHECK enum kin kin_take_order(int fd, struct command *out);
MUST_CHECK enum kin kin_take_record(int fd, struct record *out);

#endif
