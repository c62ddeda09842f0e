/*
 * Events as report.c publishes them: a line of the log, whose text the test chooses, and one that
 * is as long as events get.
 */
#ifndef TEST_PUBLISH_H
#define TEST_PUBLISH_H

#include "base/text.h"
#include "report/event/events.h"

static inline void publish_log(struct events *events, const struct clock *clock, const char *line)
{
	struct event *e = events_publish(events, EVENT_LOG_LINE, clock);

	e->record =
		(struct record){.kind = RECORD_LOG, .at = clock->now, .log = {.level = LOG_INFO}};
	text_copy(e->record.log.line, sizeof(e->record.log.line), line);
}

static inline void publish_long(struct events *events, const struct clock *clock)
{
	struct event *e = events_publish(events, EVENT_LEG_START, clock);

	e->record = (struct record){
		.kind = RECORD_LEGS,
		.at = clock->now,
		.legs = {.src = 2340001, .conference = 91, .open = true, .list.count = LEGS_MAX}};
	for (uint32_t i = 0; i < LEGS_MAX; i++)
		e->record.legs.list.leg[i] =
			(struct call_leg){{SOURCE_CLIENT, 234000100 + i}, 91, 2};
}

#endif
