#include "report/event/server_status.h"

#include <string.h>

#include "report/event/event.h"

static bool find_server(const struct sources *s, struct record *out)
{
	struct model_walk walk = model_walk_kind(RECORD_SERVER);

	return model_next(s->model, &walk, out);
}

void server_status_hello(struct text *t, const struct sources *s, const struct clock *clock)
{
	struct event hello = {.kind = EVENT_HELLO, .clock = *clock};
	struct record r;

	hello.hello.known = find_server(s, &r);
	if (hello.hello.known)
		hello.hello.server = r.server.id;
	event_json(t, &hello, s->events->ring.last, s->events->ring.boot);
}

static uint64_t counter(const struct sources *s, const char *name)
{
	struct model_walk walk = model_walk_kind(RECORD_COUNTER);
	struct record r;

	while (model_next(s->model, &walk, &r)) {
		if (strcmp(r.counter.name, name) == 0)
			return r.counter.value;
	}
	return 0;
}

static uint64_t seconds_since(tick_t at, const struct clock *clock)
{
	return clock->now > at ? (uint64_t)(clock->now - at) / 1000 : 0;
}

void server_status_health(const struct sources *s, const struct clock *clock)
{
	uint64_t *health = events_publish(s->events, EVENT_HEALTH, clock)->health, connections = 0;
	tick_t fresh = model_fresh_at(s->model);
	struct record r;

	for (enum service o = 0; o < SERVICES; o++)
		connections += s->figures[o] ? s->figures[o]->connections : 0;
	health[HEALTH_UP] = find_server(s, &r) ? seconds_since(r.server.started, clock) : 0;
	health[HEALTH_QUEUE] = s->link->queue;
	health[HEALTH_QUEUE_MAX] = s->link->queue_max;
	health[HEALTH_DROPPED] = counter(s, "records_dropped_total");
	health[HEALTH_SESSIONS] = model_count(s->model, RECORD_SESSION);
	health[HEALTH_CALLS] = model_count(s->model, RECORD_CALL);
	health[HEALTH_SUBSCRIPTIONS] = model_count(s->model, RECORD_SUBSCRIPTION);
	health[HEALTH_REPORT_CLIENTS] = connections;
	/* until the first snapshot, since the reporter started */
	health[HEALTH_AGE] = seconds_since(fresh == TICK_LONG_AGO ? s->began : fresh, clock);
}
