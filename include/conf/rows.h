/*
 * The rows of the sections that go by name: listeners, peers, announcements, uplinks. Such a row
 * begins with its name, and holds the line of its section.
 */
#ifndef CONF_ROWS_H
#define CONF_ROWS_H

#include "conf/keys.h"
#include "conf/settings.h"

struct rows {
	char *first;     /* NULL: sections of this kind have no name */
	uint32_t *count; /* how many are in use */
	uint32_t most;
	size_t size;
	size_t line; /* where in a row the line stands */
};

struct rows rows_of(struct conf *conf, enum section_kind kind);
void *row_at(const struct rows *rows, uint32_t i);
uint32_t row_line(const struct rows *rows, const void *row);

/* NULL when there is none. */
void *row_named(const struct rows *rows, const char *name);

#endif
