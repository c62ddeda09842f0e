/*
 * A ring of published lines with many readers. Lines are numbered from 1; a reader is a position,
 * the number of the last line it has read. The newest line replaces the oldest, whether or not
 * everyone has read it.
 *
 * A line has two forms, one for programs and one for people, stored once for all readers.
 */
#ifndef REPORT_RING_H
#define REPORT_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_LINES 256u
#define RING_BEHIND_MAX 100u /* a reader further behind that cannot be written to is disconnected  \
	                      */

enum form {
	FORM_JSON,
	FORM_TEXT,
	FORM_FORMS,
};

const char *form_name(enum form form);

struct ring {
	char *lines[RING_LINES][FORM_FORMS]; /* NULL: not kept in that form */
	uint64_t last;                       /* number of the last published line; 0 = none yet */
	uint64_t boot; /* sent with each number: a new process starts from 1 */
};

void ring_close(struct ring *ring);

/* Begins line last + 1, without any form yet. Returns its number. */
uint64_t ring_next(struct ring *ring);

/* Stores a form of a line in the ring. Returns the copy; out of memory "", and the form is not
 * stored. */
const char *ring_keep(struct ring *ring, uint64_t number, enum form form, const char *line);

/* False: it is not published yet, or gone. */
bool ring_has(const struct ring *ring, uint64_t number);

/* The line of this number; NULL if the ring does not have it in this form. */
const char *ring_line(const struct ring *ring, uint64_t number, enum form form);

/* The number of published lines after this position. */
uint64_t ring_behind(const struct ring *ring, uint64_t position);

#endif
