/*
 * The reporter's ends of the two pipes to the voice process, frames in, commands out, and of the
 * pair with the parent, for the commands that are his.
 *
 * A predecessor may have died in the middle of a record. Writes are whole frames, so
 * after a read that emptied the pipe the next octet begins one: link_open reads until
 * then, and so does a reader that lost step (counted).
 *
 * Plain, but only link.c writes it.
 */
#ifndef REPORT_LINK_H
#define REPORT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tick.h"
#include "wire/command.h"
#include "wire/record.h"

#define LINK_BUFFER 65536u

struct link {
	int record_pipe;
	int command_pipe;
	int parent;
	bool ended;        /* the voice process closed its end */
	size_t begin, end; /* what of `octets` is still to be split */
	uint8_t octets[LINK_BUFFER];
	uint32_t number; /* of the last command */
	tick_t asked_at; /* for a snapshot */

	uint32_t queue, queue_max; /* octets that waited in the pipe: at the last look, at most */
	uint64_t records_total;
	uint64_t bad_total; /* records that could not be read */
	uint64_t lost_step_total;
	uint64_t commands_full_total; /* commands there was no room for */
	uint64_t snapshots_total;     /* asked for */
};

/* Takes the descriptors and discards what a predecessor left in the record pipe. */
void link_open(struct link *l, int record_pipe, int command_pipe, int parent);

/* Reads once what the pipe has, as far as there is room. */
void link_fill(struct link *l);

/* The next record read; false when there is no whole one. Bad ones are counted and passed over. */
bool link_next(struct link *l, struct record *out);

/* Is this for the parent, not for the voice process? */
bool link_is_parents(enum command_kind kind);

/* Gives the command a number, which is never 0, and sends it to whom it is for. Returns the number;
 * 0: there is no room. */
uint32_t link_command(struct link *l, struct command *c);

/*
 * Asks for a snapshot unless that was done within the last second, or one is coming in: asking
 * again would begin it anew. One that has not come to its end in ten seconds is given up.
 */
void link_refresh(struct link *l, bool coming, tick_t now);

#endif
