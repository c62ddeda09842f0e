/* Which fields of a row people are shown, under which heading, how wide and in which form. */
#ifndef REPORT_COLUMNS_H
#define REPORT_COLUMNS_H

#include <stddef.h>

#include "wire/record.h"

enum look {
	LOOK_PLAIN,
	LOOK_AGE,  /* of a tick: how long ago */
	LOOK_LEFT, /* of a tick: how long still */
	LOOK_UTC,
};

struct column {
	const char *title;
	const char *field;
	size_t width;
	enum look look;
};

struct columns {
	size_t count;
	const struct column *column;
};

/* Of a kind of rows; count = 0: it has none. */
const struct columns *columns_of(enum record_kind kind);

/* Of calls that have ended. */
const struct columns *columns_past(void);

#endif
