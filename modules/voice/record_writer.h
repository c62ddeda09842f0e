/*
 * Writes records to the pipe to the reporter, several whole frames per write of at most PIPE_BUF
 * octets, which is all or nothing. It never waits: if the pipe is full, the frames of that write
 * are dropped and counted. When there is room again, the first record is RECORD_DROPPED, and the
 * reporter then requests a snapshot. A writer starts as if records had been dropped, so a restarted
 * voice process gets the request too.
 *
 * Keepalives of clients are frequent and nobody waits for them: they wait a little for records that
 * wake the reporter anyway.
 *
 * Plain, owned by the voice process.
 */
#ifndef VOICE_RECORD_WRITER_H
#define VOICE_RECORD_WRITER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tick.h"
#include "wire/record.h"

struct record_writer {
	int fd;
	uint8_t octets[PIPE_BUF]; /* whole frames, not yet written */
	size_t len;
	uint32_t records; /* in them, without RECORD_DROPPED */
	tick_t due;       /* when they have to be written; TICK_NEVER without any */
	bool gap;         /* RECORD_DROPPED is still to be sent */
	uint64_t dropped; /* since the last RECORD_DROPPED */
	uint64_t dropped_total;
};

void record_writer_open(struct record_writer *t, int fd);

/* Adds a record, first writing the buffered ones if there is no room. */
void record_writer_put(struct record_writer *t, const struct record *r);

/* Writes the buffered records. */
void record_writer_flush(struct record_writer *t);

/* Writes them if they are due. */
void record_writer_tick(struct record_writer *t, tick_t now);

/* Call when the pipe is writable again: sends RECORD_DROPPED if due. */
void record_writer_close_gap(struct record_writer *t, tick_t now);

#endif
