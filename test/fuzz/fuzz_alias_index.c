/*
 * The index of names as it is found on disk: damaged, it yields nothing or other names, never
 * octets from outside; what it yields is found in an index that is made of it.
 *
 * Decoder: report/model/alias_index.c
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "report/alias_index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LOOKUPS_MAX 64

static void check_text(const struct alias *a)
{
	assert(memchr(a->callsign, 0, sizeof(a->callsign)) && memchr(a->name, 0, sizeof(a->name)) &&
	       memchr(a->country, 0, sizeof(a->country)));
}

static void make_again(const struct alias_row *row)
{
	struct alias_index index;
	struct alias found;
	uint32_t nth = 0, id;
	size_t len;
	uint8_t *octets = alias_index_make(row, 1, &len);

	assert(octets && alias_index_open(octets, len, &index));
	assert(alias_index_find(&index, row->kind, row->id, &found));
	assert(alias_index_callsign(&index, row->kind, found.callsign, &nth, &id) && id == row->id);
	check_text(&found);
	free(octets);
}

static void look_up(const struct alias_index *index, uint32_t id)
{
	struct alias_row row = {.id = id};

	for (row.kind = 0; row.kind < ALIAS_KINDS; row.kind++) {
		uint32_t nth = 0, other;
		assert(*alias_kind_name(row.kind) != '?');
		if (!alias_index_find(index, row.kind, id, &row.alias))
			continue;
		check_text(&row.alias);
		make_again(&row);
		while (alias_index_callsign(index, row.kind, row.alias.callsign, &nth, &other))
			assert(nth <= index->count[row.kind]);
	}
	(void)alias_index_who(index, id, &row.alias);
	check_text(&row.alias);
}

/* The IDs asked for are numbers that occur in it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_make(data, size);
	struct alias_index index;

	if (!alias_index_open(data, size, &index))
		return 0;
	look_up(&index, 2345678);
	rd_skip(&r, ALIAS_BODY_AT);
	for (int i = 0; i < LOOKUPS_MAX && rd_left(&r) >= 4; i++)
		look_up(&index, rd_u32(&r));
	return 0;
}
