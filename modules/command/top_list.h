/*
 * The rows that `freedmr top` has received, as lines, and how they are sorted, filtered and laid
 * out in columns.
 */
#ifndef COMMAND_TOP_LIST_H
#define COMMAND_TOP_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define TOP_LINE_MAX 512 /* octets of a displayed row */
#define TOP_ID_MAX 16

struct top_column {
	const char *title;
	const char *field;   /* in the JSON of the row */
	const char *instead; /* another one if that is blank; NULL = none */
	int width;
	enum { TOP_TEXT, TOP_NUMBER, TOP_ID, TOP_AGE, TOP_SPARK } kind; /* 0 is no id */
};

struct top_table {
	const char *request; /* verb of the control socket */
	const char *title;
	const char *id; /* field of the row that Enter opens; NULL = nothing */
	const struct top_column *column;
	int columns;
	int sort; /* initial column; -1 = the server's order */
	bool descending;
};

struct top_row {
	char id[TOP_ID_MAX];
	int64_t number; /* current sort column */
	char word[32];
	char shown[TOP_LINE_MAX];
};

struct top_list {
	struct top_row *row;
	size_t count, capacity;
};

/* A field of one row; blank and false if it is missing or null. */
bool top_field(const char *json, const char *name, char *out, size_t cap);

/* Adds a row if something in it matches `filter`; `now` in ms since the epoch. */
void top_list_add(struct top_list *l, const struct top_table *table, int sort, const char *json,
                  const char *filter, int64_t now);
void top_list_sort(struct top_list *l, bool numbers, bool descending);
void top_list_clear(struct top_list *l);
void top_list_release(struct top_list *l);

/* The heading, with a mark at the column it is sorted by. */
void top_heading(struct text *t, const struct top_table *table, int sort, bool descending);

/* A number from JSON text in thousandths, so seconds become ms. Anything invalid is 0. */
int64_t top_thousandths(const char *text);

#endif
