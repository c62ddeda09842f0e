/*
 * How far a long document has been told: documents over all rows (report/snapshot.h,
 * report/metrics.h) are made piece by piece as the socket takes them, and only this is kept.
 */
#ifndef REPORT_ROW_CURSOR_H
#define REPORT_ROW_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/model/model.h"

struct row_cursor {
	size_t section;  /* which part is being told */
	bool entered;    /* ... and whether it has begun */
	uint64_t nth;    /* rows of it told */
	uint32_t client; /* of kinds whose rows belong to one only its rows; 0 = all */
	struct model_walk walk;
};

/* The next part. */
static inline void row_cursor_leave(struct row_cursor *at)
{
	at->section++;
	at->entered = false;
	at->nth = 0;
}

static inline bool record_is_of_client(enum record_kind kind)
{
	return kind == RECORD_SESSION || kind == RECORD_SLOT || kind == RECORD_SUBSCRIPTION ||
	       kind == RECORD_CALL;
}

/* The next row of a kind, from the first; false if there are no more. */
static inline bool row_cursor_next(struct row_cursor *at, const struct model *m,
                                   enum record_kind kind, struct record *out)
{
	if (!at->entered)
		at->walk = at->client && record_is_of_client(kind)
		                   ? model_walk_client(kind, at->client)
		                   : model_walk_kind(kind);
	at->entered = true;
	return model_next(m, &at->walk, out);
}

#endif
