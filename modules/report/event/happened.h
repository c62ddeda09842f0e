/*
 * What an operator asks about when he opens the page: who came and went, who was refused, links
 * that came up or went down, blocks. The newest events of those kinds, kept longer than the ring
 * keeps all of them; in memory only.
 *
 * Plain, owned by the reporter.
 */
#ifndef REPORT_HAPPENED_H
#define REPORT_HAPPENED_H

#include "report/event/event.h"

#define HAPPENED_MAX 64u

struct happening {
	uint64_t number; /* of the event */
	struct event event;
};

struct happened {
	uint64_t total;
	struct happening at[HAPPENED_MAX];
};

/* Keeps the event if it is of such a kind. */
void happened_take(struct happened *h, const struct event *e, uint64_t number);

/* The nth newest, 0 = the newest; NULL: there is none. */
const struct happening *happened_nth(const struct happened *h, uint64_t nth);

#endif
