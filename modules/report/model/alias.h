/*
 * The reporter's alias file: mapped, checked at most once a minute, and mapped again when it was
 * replaced. A damaged one is reported and ignored; the previous one stays in use.
 *
 * Plain, owned by the reporter; only alias.c writes it.
 */
#ifndef REPORT_ALIAS_H
#define REPORT_ALIAS_H

#include "base/tick.h"
#include "io/map.h"
#include "report/alias_index.h"

#define ALIAS_LOOK_MS TICK_MINUTE

struct aliases {
	const char *path; /* "" = none */
	struct map map;
	struct alias_index index;
	struct map_stamp stamp; /* of the file checked last, good or bad */
	tick_t looked_at;
	bool missing;
};

/* Opens the file at `path`; the caller keeps `path`. */
void aliases_open(struct aliases *a, const char *path, tick_t now);
void aliases_close(struct aliases *a);

/* Checks for a new file, if the last check was long enough ago. */
void aliases_look(struct aliases *a, tick_t now);

/* Fills in the names of the IDs in a row. */
void aliases_fill(const struct alias_index *index, struct record *r);

/* Writes `format` with {callsign} and {name} filled in. False if the talker is unknown. */
bool aliases_say(const char *format, const struct alias *who, char *out, size_t cap);

#endif
