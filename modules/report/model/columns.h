/* The columns of rows for people: field, heading, width and form. */
#ifndef REPORT_COLUMNS_H
#define REPORT_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

#include "wire/record.h"

enum look {
	LOOK_PLAIN,
	LOOK_AGE,  /* for a tick: its age */
	LOOK_LEFT, /* for a tick: the time left */
	LOOK_UTC,
};

struct column {
	const char *title;
	const char *field;
	uint8_t width;
	uint8_t look; /* enum look */
};

struct columns {
	size_t count;
	const struct column *column;
};

/* For a kind of rows; count = 0: none. */
const struct columns *columns_of(enum record_kind kind);

/* For ended calls. */
const struct columns *columns_past(void);

#endif
