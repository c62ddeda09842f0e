/*
 * Where answers come from, and what the reporter tells of itself: its own tables and
 * counters, as rows like those of the voice process.
 */
#ifndef REPORT_SOURCES_H
#define REPORT_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include "report/alias_index.h"
#include "report/callers.h"
#include "report/link.h"
#include "report/model.h"
#include "report/ring.h"
#include "wire/record.h"

/* What the publisher to MQTT counts of itself. */
struct mqtt_figures {
	bool online;
	uint64_t calls_total;     /* connects that were tried */
	uint64_t failures_total;  /* ... and ended, or never came to be */
	uint64_t published_total; /* messages */
	uint64_t lost_total;      /* events the ring gave away before the broker took them */
	uint32_t behind, behind_high; /* events not told yet; at most what the ring holds */
};

/* All of it belongs to others. */
struct sources {
	const struct model *model;
	const struct ring *ring;
	struct link *link;
	tick_t began; /* when the reporter was started */
	const struct callers_figures *figures[OUTLET_OUTLETS]; /* NULL: that outlet is off */
	const struct mqtt_figures *mqtt;                       /* NULL: off */
	const struct alias_index *aliases;                     /* NULL: there is none */
};

/* The nth row of the reporter's own, tables first; false when there are no more. */
bool sources_row(const struct sources *s, uint64_t nth, struct record *out);

#endif
