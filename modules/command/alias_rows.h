/*
 * What `freedmr aliases` gathers from its files before the index is made: rows of all kinds, the
 * later ones outranking the earlier. alias_csv and alias_json read the file formats; both find
 * fields by name and pass them on as a struct alias_source.
 */
#ifndef COMMAND_ALIAS_ROWS_H
#define COMMAND_ALIAS_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/alias_index.h"

/* The fields of a row that we use. */
enum source_field {
	SOURCE_ID,
	SOURCE_TG, /* an id that can only be a talkgroup's */
	SOURCE_CALLSIGN,
	SOURCE_FIRST_NAME,
	SOURCE_NAME,
	SOURCE_CITY,
	SOURCE_COUNTRY,
	SOURCE_REPEATER, /* something only repeaters have, such as a frequency */
	SOURCE_FIELDS,
};

#define SOURCE_TEXT_MAX 128u

struct alias_source {
	char text[SOURCE_FIELDS][SOURCE_TEXT_MAX]; /* "" = absent */
	enum alias_kind kind;                      /* given by the file; ALIAS_KINDS = not given */
};

struct alias_rows {
	struct alias_row *row;
	size_t count, capacity;
	bool full;                                         /* out of memory */
	const char *file;                                  /* being read, for error messages */
	uint64_t bad;                                      /* lines that were skipped */
	void (*complain)(void *context, const char *line); /* "FILE:LINE: what" */
	void *context;
};

/* The field a name means, ignoring case; SOURCE_FIELDS if it is none of ours. */
enum source_field source_field_find(const char *name);

/* Puts octets into a field, cleaned. */
void source_put(struct alias_source *s, enum source_field field, const char *octets, size_t len);

/* Adds a row, or counts the line as bad and reports why. */
void alias_rows_add(struct alias_rows *r, const struct alias_source *s, uint32_t line);
void alias_rows_bad(struct alias_rows *r, uint32_t line, const char *why);

/* Sorts by kind and ID; of rows with the same ID the last one stays. */
void alias_rows_sort(struct alias_rows *r);
void alias_rows_release(struct alias_rows *r);

/* Each reads one text of its format; lines that cannot be read are counted and skipped. */
void alias_csv_read(struct alias_rows *r, const char *text, size_t len);
void alias_json_read(struct alias_rows *r, const char *text, size_t len);

#endif
