/*
 * What `freedmr aliases` gathers from its files before the index is made: rows of all kinds, the
 * later ones outranking the earlier. The shapes of the files are alias_csv and alias_json; both
 * find fields by name and hand them over as a struct alias_source.
 */
#ifndef COMMAND_ALIAS_ROWS_H
#define COMMAND_ALIAS_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/alias_index.h"

/* The fields of a row that say something to us. */
enum source_field {
	SOURCE_ID,
	SOURCE_TG, /* an id that can only be a talkgroup's */
	SOURCE_CALLSIGN,
	SOURCE_FIRST_NAME,
	SOURCE_NAME,
	SOURCE_CITY,
	SOURCE_COUNTRY,
	SOURCE_REPEATER, /* what only repeaters have, a frequency say */
	SOURCE_FIELDS,
};

#define SOURCE_TEXT_MAX 128u

struct alias_source {
	char text[SOURCE_FIELDS][SOURCE_TEXT_MAX]; /* "" = was not there */
	enum alias_kind kind;                      /* told by the file; ALIAS_KINDS = not told */
};

struct alias_rows {
	struct alias_row *row;
	size_t count, capacity;
	bool full;                                         /* no memory for more */
	const char *file;                                  /* being read, for complaints */
	uint64_t bad;                                      /* lines that were skipped */
	void (*complain)(void *context, const char *line); /* "FILE:LINE: what" */
	void *context;
};

/* Which field a name means, whatever its case; SOURCE_FIELDS when none of ours. */
enum source_field source_field_find(const char *name);

/* Puts octets into a field, cleaned. */
void source_put(struct alias_source *s, enum source_field field, const char *octets, size_t len);

/* Adds a row, or counts the line as bad and says why. */
void alias_rows_add(struct alias_rows *r, const struct alias_source *s, uint32_t line);
void alias_rows_bad(struct alias_rows *r, uint32_t line, const char *why);

/* Sorts by kind and id; of rows with the same id the last stays. */
void alias_rows_sort(struct alias_rows *r);
void alias_rows_release(struct alias_rows *r);

/* Read one text of a shape; what cannot be read is counted and passed over. */
void alias_csv_read(struct alias_rows *r, const char *text, size_t len);
void alias_json_read(struct alias_rows *r, const char *text, size_t len);

#endif
