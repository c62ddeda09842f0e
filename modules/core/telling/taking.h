/*
 * What the passes of a takeover share: the state that is read, and where its rows went.
 */
#ifndef CORE_TAKING_H
#define CORE_TAKING_H

#include "core/telling/handover.h"

#define TAKING_NAME_MAX HANDOVER_NAME_MAX
#define TAKING_FIELDS_MAX 128u

/* Our field for each field of a kind, in the order of the head; NULL = the end. */
struct taking_order {
	enum carried_set set;
	const struct carried_field *fields[TAKING_FIELDS_MAX];
};

struct taking {
	struct core *core;
	enum carried_reader reader;
	struct taking_order order[CARRIED_SETS];
	uint32_t kinds;
	struct rd rows;
	uint32_t count;
	struct hash places;           /* new positions of the old rows */
	uint32_t next[CARRIED_POOLS]; /* lowest place of the next row in a recording */
	uint32_t left;
};

struct taking_row {
	const struct taking_order *order;
	uint32_t index, generation;
	char section[TAKING_NAME_MAX];
	uint64_t binding;
};

/* Reads the head; then t->rows is at the first row. NULL, or a constant text that says what is
 * unknown. */
const char *taking_head(struct taking *t, const void *octets, size_t len);

/* How many places t->places needs, for a head that says there are `count` rows. */
uint32_t taking_places(uint32_t count, size_t len);

/* From here on the old row is this one. */
void taking_note(struct taking *t, const struct taking_row *h, const struct pool_row *row);

/* The new row of an old one, or NULL; generation 0: of any. */
struct pool_row *taking_find(const struct taking *t, enum carried_set set, uint32_t index,
                             uint32_t generation);

/* What stands before the fields of a row. False at the end, or if what follows is not a row. */
bool taking_next(struct taking *t, struct taking_row *h);

/* The fields of a row, with references to new rows. False if the row is useless without what one of
 * them refers to. */
bool taking_fields(struct taking *t, const struct taking_order *order, void *row);

void taking_skip(struct taking *t, const struct taking_order *order);

#endif
