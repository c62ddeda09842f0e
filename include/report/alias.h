/*
 * The alias file of the reporter: mapped, looked at once a minute at most, and mapped anew when
 * another has taken its place. One that is damaged is reported and ignored; what was known before
 * stays.
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
	struct map_stamp stamp; /* of the file looked at last, good or bad */
	tick_t looked_at;
	bool missing;
};

/* Begins with the file at `path`, which stays the caller's. */
void aliases_open(struct aliases *a, const char *path, tick_t now);
void aliases_close(struct aliases *a);

/* Looks whether another file has come, if the last look was long enough ago. */
void aliases_look(struct aliases *a, tick_t now);

/* Fills in what is known of the ids in a row. */
void aliases_fill(const struct aliases *a, struct record *r);

/* Writes `format` with {callsign} and {name} filled in. False when nothing is known of him. */
bool aliases_say(const char *format, const struct alias *who, char *out, size_t cap);

#endif
