/*
 * Tells the reporter: records onto the record pipe, several whole frames to a write of
 * at most PIPE_BUF octets, which is all or nothing. Nobody waits for the reporter: with the
 * pipe full the frames of that write are dropped and counted, and the first thing said when
 * there is room again is RECORD_DROPPED, upon which the reporter asks for a snapshot. A teller
 * starts with a gap (of nothing known), so a restarted voice process is asked as well.
 *
 * Plain, owned by the voice process.
 */
#ifndef VOICE_TELLER_H
#define VOICE_TELLER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tick.h"
#include "wire/record.h"

struct teller {
	int fd;
	uint8_t octets[PIPE_BUF]; /* whole frames, not yet written */
	size_t len;
	uint32_t records;  /* in them, besides RECORD_DROPPED */
	bool gap;          /* the reporter has yet to be told of records dropped */
	uint64_t dropped;  /* since it was told last */
	uint64_t dropped_total;
};

void teller_open(struct teller *t, int fd);

/* Adds a record; what was gathered is written first when there is no room for it. */
void teller_put(struct teller *t, const struct record *r);

/* Writes what was gathered. */
void teller_flush(struct teller *t);

/* With the pipe writable again: says RECORD_DROPPED if it has to be said. */
void teller_close_gap(struct teller *t, tick_t now);

#endif
