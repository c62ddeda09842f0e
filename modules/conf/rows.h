/*
 * The rows of named sections: listeners, peers, announcements, uplinks. Such a row begins with its
 * name, and has the line of its section.
 */
#ifndef CONF_ROWS_H
#define CONF_ROWS_H

#include "conf/keys.h"
#include "conf/settings.h"

struct rows {
	char *first;     /* NULL: sections of this kind have no name */
	uint32_t *count; /* number in use */
	uint32_t most;
	size_t size;
	size_t line; /* offset of the line in a row */
};

struct rows rows_of(struct conf *conf, enum section_kind kind);
void *row_at(const struct rows *rows, uint32_t i);
uint32_t row_line(const struct rows *rows, const void *row);

/* NULL when there is none. */
void *row_named(const struct rows *rows, const char *name);

#endif
