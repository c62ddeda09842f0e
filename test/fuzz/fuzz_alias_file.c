/* Files of names as people give them, read in both shapes; and an index as it is found on disk. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "command/alias_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void complain(void *context, const char *line)
{
	(void)context;
	assert(*line && !strchr(line, '\n'));
}

static void look_up(const uint8_t *octets, size_t len, uint32_t id)
{
	struct alias_index index;
	struct alias found;

	if (!alias_index_open(octets, len, &index))
		return;
	for (enum alias_kind k = 0; k < ALIAS_KINDS; k++)
		(void)alias_index_find(&index, k, id, &found);
	(void)alias_index_who(&index, id, &found);
	assert(memchr(found.name, 0, sizeof(found.name)));
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
		assert(strcmp(found.callsign, row->alias.callsign) == 0);
		assert(strcmp(found.name, row->alias.name) == 0);
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
	look_up(data, size, 2345678);
	return 0;
}
