#include "report/history/history_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"

static uint32_t sum32(uint32_t a, uint32_t b)
{
	return b > UINT32_MAX - a ? UINT32_MAX : a + b;
}

void history_sum(struct history_figures *to, const struct history_figures *f)
{
	to->calls = sum32(to->calls, f->calls);
	to->refusals = sum32(to->refusals, f->refusals);
	to->frames = sum32(to->frames, f->frames);
	to->lost = sum32(to->lost, f->lost);
	to->errors = sum32(to->errors, f->errors);
	to->ms = f->ms > UINT64_MAX - to->ms ? UINT64_MAX : to->ms + f->ms;
}

/* The place of an ID, or the empty one where it belongs: the table is at most half full. */
static uint16_t *find(struct history_open *o, uint32_t id)
{
	size_t at = (uint32_t)(id * 2654435761u) % ARRAY_LEN(o->place);

	while (o->place[at] && o->row[o->place[at] - 1].id != id)
		at = (at + 1) % ARRAY_LEN(o->place);
	return &o->place[at];
}

static void index_all(struct history_open *o)
{
	memset(o->place, 0, sizeof(o->place));
	for (uint32_t i = 0; i < o->count; i++)
		*find(o, o->row[i].id) = (uint16_t)(i + 1);
}

/* The row without a call that has the fewest refusals; NULL if all have talked. */
static struct history_row *find_silent(struct history_open *o)
{
	struct history_row *found = NULL;

	for (uint32_t i = 0; i < o->count; i++) {
		struct history_row *row = &o->row[i];
		if (row->of.calls == 0 && (!found || row->of.refusals < found->of.refusals))
			found = row;
	}
	return found;
}

static void add_to_full(struct history_open *o, uint32_t id, const struct history_figures *f)
{
	struct history_row *silent = f->calls ? find_silent(o) : NULL;

	if (!silent) {
		history_sum(&o->rest, f);
		return;
	}
	history_sum(&o->rest, &silent->of);
	*silent = (struct history_row){.id = id, .of = *f};
	index_all(o);
}

void history_open_add(struct history_open *o, uint32_t id, const struct history_figures *f)
{
	uint16_t *place = find(o, id);

	if (*place) {
		history_sum(&o->row[*place - 1].of, f);
	} else if (o->count == HISTORY_OPEN_MAX) {
		add_to_full(o, id, f);
	} else {
		o->row[o->count++] = (struct history_row){.id = id, .of = *f};
		*place = (uint16_t)o->count;
	}
}

void history_open_clear(struct history_open *o, int64_t number)
{
	o->number = number;
	o->count = 0;
	o->rest = (struct history_figures){.calls = 0};
	memset(o->place, 0, sizeof(o->place));
}

static int order_of(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_rank(const void *x, const void *y)
{
	const struct history_row *a = x, *b = y;
	int order = order_of(b->of.ms, a->of.ms);

	if (!order)
		order = order_of(b->of.calls, a->of.calls);
	if (!order)
		order = order_of(b->of.refusals, a->of.refusals);
	return order ? order : order_of(a->id, b->id);
}

static int by_id(const void *x, const void *y)
{
	const struct history_row *a = x, *b = y;

	return order_of(a->id, b->id);
}

void history_rank(struct history_row *rows, uint32_t count)
{
	qsort(rows, count, sizeof(rows[0]), by_rank);
}

uint32_t history_open_top(const struct history_open *o, uint32_t max, struct history_row *out)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < o->count; i++) {
		uint32_t at = count;
		while (at > 0 && by_rank(&o->row[i], &out[at - 1]) < 0)
			at--;
		if (at == max)
			continue;
		count += count < max;
		memmove(&out[at + 1], &out[at], (count - 1 - at) * sizeof(out[0]));
		out[at] = o->row[i];
	}
	return count;
}

uint32_t history_merge(struct history_row *rows, uint32_t count)
{
	uint32_t left = 0;

	qsort(rows, count, sizeof(rows[0]), by_id);
	for (uint32_t i = 0; i < count; i++) {
		if (left > 0 && rows[left - 1].id == rows[i].id)
			history_sum(&rows[left - 1].of, &rows[i].of);
		else
			rows[left++] = rows[i];
	}
	return left;
}

uint32_t history_cut(struct history_row *rows, uint32_t count, uint32_t top,
                     struct history_figures *rest)
{
	history_rank(rows, count);
	for (uint32_t i = top; i < count; i++)
		history_sum(rest, &rows[i].of);
	return count < top ? count : top;
}
