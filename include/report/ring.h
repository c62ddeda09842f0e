/*
 * The ring of published lines that all consumers of events share. Lines are numbered
 * from 1; a consumer is a position, the number of the line it has seen last. The oldest
 * line gives way to the newest, whoever has not read it.
 *
 * A line has two forms, one for programs and one for people, made once for all.
 */
#ifndef REPORT_RING_H
#define REPORT_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/record.h"

#define RING_LINES 256u
#define RING_BEHIND_MAX 100u /* a consumer further behind that cannot be written to is dropped */

enum form {
	FORM_JSON,
	FORM_TEXT,
	FORM_FORMS,
};

const char *form_name(enum form form);

/* What a line is about, for those who want only some. */
struct topic {
	enum record_kind kind;
	uint32_t client, conference; /* 0: about none */
};

/* Which lines a follower wants: those that match everything given. */
struct topic_filter {
	uint32_t kinds;              /* one bit for each wanted kind; 0 = all */
	uint32_t client, conference; /* 0 = any */
};

struct ring {
	char *lines[RING_LINES][FORM_FORMS];
	struct topic topics[RING_LINES];
	uint64_t last; /* number of the line published last; 0 = none yet */
	uint64_t boot; /* told with each number: a new life counts from 1 again */
};

void ring_close(struct ring *ring);

/* Publishes one line in both forms, as number last + 1. Without memory for a copy the line is an
 * empty one. */
void ring_publish(struct ring *ring, const char *json, const char *text);

/* Says what the line published last is about. */
void ring_topic(struct ring *ring, const struct record *r);

/* Does the line of this number pass? One that is not there does. */
bool ring_passes(const struct ring *ring, uint64_t number, const struct topic_filter *filter);

/* The line of this number; NULL when it is not published yet or gone. */
const char *ring_line(const struct ring *ring, uint64_t number, enum form form);

/* How many published lines a consumer at this position has not seen. */
uint64_t ring_behind(const struct ring *ring, uint64_t position);

#endif
