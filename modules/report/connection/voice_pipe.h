/*
 * The reporter's ends of the two pipes to the voice process, frames in, commands out, and of the
 * socket pair with the parent, for commands to it.
 *
 * A previous reporter may have died in the middle of a record. Writes are whole frames, so after a
 * read that emptied the pipe the next octet begins a frame: a restarted reporter reads up to there
 * (voice_pipe_discard), and so does one that lost sync (counted).
 *
 * Plain, but only link.c writes it.
 */
#ifndef REPORT_VOICE_PIPE_H
#define REPORT_VOICE_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tick.h"
#include "wire/command.h"
#include "wire/record.h"

#define VOICE_PIPE_BUFFER 65536u

struct voice_pipe {
	int record_pipe;
	int command_pipe;
	int parent;
	bool ended;        /* the voice process closed its end */
	size_t begin, end; /* part of `octets` not yet split */
	uint8_t octets[VOICE_PIPE_BUFFER];
	uint32_t number; /* of the last command */
	tick_t asked_at; /* for a snapshot */

	uint32_t queue,
		queue_max; /* octets waiting in the pipe: at the last check, and their maximum */
	uint64_t records_total;
	uint64_t bad_total; /* records that could not be read */
	uint64_t lost_step_total;
	uint64_t commands_full_total; /* commands dropped because the pipe was full */
	uint64_t snapshots_total;     /* asked for */
};

/* Takes the descriptors. The contents of the record pipe begin with a whole frame. */
void voice_pipe_open(struct voice_pipe *l, int record_pipe, int command_pipe, int parent);

/* Empties the record pipe: a short read has found its end. */
void voice_pipe_discard(struct voice_pipe *l);

/* Reads once from the pipe, as much as fits. */
void voice_pipe_fill(struct voice_pipe *l);

/* The next record read; false if there is no complete one. Bad ones are counted and skipped. */
bool voice_pipe_next(struct voice_pipe *l, struct record *out);

/* Is this for the parent, not for the voice process? */
bool voice_pipe_is_parents(enum command_kind kind);

/* Gives the command a number, which is never 0, and sends it to the right process. Returns the
 * number; 0: no room. */
uint32_t voice_pipe_command(struct voice_pipe *l, struct command *c);

/*
 * Requests a snapshot unless that was done within the last second, or one is being received:
 * another request would restart it. A snapshot that has not ended after ten seconds is abandoned.
 */
void voice_pipe_refresh(struct voice_pipe *l, bool coming, tick_t now);

#endif
