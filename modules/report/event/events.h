/*
 * The events published last. Each is kept as a struct; its line is made in a form when the first
 * reader asks for that form, and kept for the others. Numbers and positions are those of the ring.
 *
 * Plain, owned by the reporter; readers make lines.
 */
#ifndef REPORT_EVENTS_H
#define REPORT_EVENTS_H

#include "report/event/event.h"
#include "report/model/ring.h"

/* Which events a follower wants: those that match everything given. */
struct event_filter {
	uint32_t kinds;              /* one bit for each kind of record; 0 = all */
	uint32_t client, conference; /* 0 = any */
};

struct events {
	struct ring ring;
	const struct conf *conf; /* names links; NULL: not known */
	struct event at[RING_LINES];
};

/* Publishes an event of this kind. The caller fills in the rest of it before anybody reads. */
struct event *events_publish(struct events *events, enum event_kind kind,
                             const struct clock *clock);

/* The event of this number; NULL when it is not published yet or gone. */
const struct event *events_at(const struct events *events, uint64_t number);

/* Its line; NULL likewise. Without memory for it "". */
const char *events_line(struct events *events, uint64_t number, enum form form);

/* Before `conf` changes: events published so far keep the names that links have now. */
void events_settle(struct events *events);

bool events_pass(const struct event_filter *filter, const struct event *e);

#endif
