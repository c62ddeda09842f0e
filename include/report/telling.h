/*
 * How far a long document has been told: documents over all rows (report/snapshot.h,
 * report/metrics.h) are made piece by piece as the socket takes them, and nothing is kept but this.
 */
#ifndef REPORT_TELLING_H
#define REPORT_TELLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/model.h"

struct telling {
	size_t section; /* which part is being told */
	bool entered;   /* ... and whether it has begun */
	uint64_t nth;   /* rows of it told */
	struct model_walk walk;
};

/* The next part. */
static inline void telling_leave(struct telling *at)
{
	at->section++;
	at->entered = false;
	at->nth = 0;
}

/* The next row of a kind, from its first after the part was entered; false when there are no more.
 */
static inline bool telling_row(struct telling *at, const struct model *m, enum record_kind kind,
                               struct record *out)
{
	if (!at->entered)
		at->walk = model_walk_kind(kind);
	at->entered = true;
	return model_next(m, &at->walk, out);
}

#endif
