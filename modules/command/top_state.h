/* Private to command/top: its data and what is shown. */
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

/* The answers requested together, in this order. */
enum part { PART_STATUS, PART_CALLS, PART_SLOTS, PART_TABLE, PART_SESSION, PARTS };

struct top {
	struct screen screen;
	const char *path;
	tick_t now;
	int64_t epoch; /* ms */

	int fd; /* -1: no connection */
	char in[TOP_IN_MAX];
	size_t in_len;
	int part; /* index of the answer being received; PARTS = all received */
	tick_t asked_at;
	int asked_table; /* what was requested, even if something else is shown by now */
	bool asked_session;
	bool again; /* something else is shown by now: request again after the last answer */
	bool stale, stale_so_far;

	int table; /* which of the tables is shown */
	int sort;
	bool descending;
	char filter[TOP_FILTER_MAX];
	bool typing;              /* the filter */
	char session[TOP_ID_MAX]; /* "" = none is open */
	int at, first; /* the selected row, and the one at the top; for a session the line */
	struct top_list slots; /* slots that are active: ID and text, of the last answer */
	struct top_list calls, rows, detail;             /* as shown */
	struct top_list new_calls, new_rows, new_detail; /* as they are received */
	char server[200];
	bool stop;
};

#endif
