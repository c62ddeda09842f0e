/*
 * Files of names as people give them, read in both shapes; the index holds what was read.
 *
 * Decoder: command/alias_rows.c command/alias_csv.c command/alias_json.c
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "command/alias_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void complain(void *context, const char *line)
{
	(void)context;
	assert(*line && !strchr(line, '\n'));
}

/* A name that was cut at a blank ends before it. */
static bool is_found(const char *found, const char *text)
{
	char cleaned[sizeof(((struct alias *)NULL)->name)];

	text_clean(cleaned, sizeof(cleaned), text, strlen(text));
	return strcmp(found, cleaned) == 0;
}

/* The index holds exactly what was read. */
static void make_index(const struct alias_rows *rows)
{
	size_t len;
	uint8_t *octets = alias_index_make(rows->row, rows->count, &len);
	struct alias_index index;
	struct alias found;

	assert(octets && alias_index_open(octets, len, &index));
	for (size_t i = 0; i < rows->count; i++) {
		const struct alias_row *row = &rows->row[i];
		assert(alias_index_find(&index, row->kind, row->id, &found));
		assert(is_found(found.callsign, row->alias.callsign));
		assert(is_found(found.name, row->alias.name));
	}
	free(octets);
}

static void read_as(void (*reader)(struct alias_rows *, const char *, size_t), const uint8_t *data,
                    size_t size)
{
	struct alias_rows rows = {.file = "f", .complain = complain};

	reader(&rows, (const char *)data, size);
	alias_rows_sort(&rows);
	if (!rows.full)
		make_index(&rows);
	alias_rows_release(&rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_as(alias_csv_read, data, size);
	read_as(alias_json_read, data, size);
	return 0;
}
