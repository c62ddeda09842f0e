/* The inside of command/top: what it knows and what it shows of that. */
#ifndef COMMAND_TOP_STATE_H
#define COMMAND_TOP_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tick.h"
#include "command/screen.h"
#include "command/top_list.h"

#define TOP_FILTER_MAX 32
#define TOP_IN_MAX 16384u

/* The answers asked for together, in this order. */
enum part { PART_STATUS, PART_CALLS, PART_TABLE, PART_SESSION, PARTS };

struct top {
	struct screen screen;
	const char *path;
	tick_t now;
	int64_t epoch; /* ms */

	int fd; /* -1: no connection */
	char in[TOP_IN_MAX];
	size_t in_len;
	int part; /* of the answers, which one comes in; PARTS = all are there */
	tick_t asked_at;
	int asked_table; /* what was asked for, whatever is shown by now */
	bool asked_session;
	bool again; /* something else is shown by now: ask as soon as all is there */
	bool stale, stale_so_far;

	int table; /* which of the tables is shown */
	int sort;
	bool descending;
	char filter[TOP_FILTER_MAX];
	bool typing;              /* the filter */
	char session[TOP_ID_MAX]; /* "" = none is open */
	int at, first; /* the row marked, and the one at the top; of a session the line */
	struct top_list calls, rows, detail;             /* as shown */
	struct top_list new_calls, new_rows, new_detail; /* as they come in */
	char server[200];
	bool stop;
};

#endif
