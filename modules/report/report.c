#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "io/kin.h"
#include "io/poller.h"
#include "io/signals.h"
#include "report/alias.h"
#include "report/clock.h"
#include "report/control.h"
#include "report/event.h"
#include "report/http.h"
#include "report/legacy.h"
#include "report/link.h"
#include "report/memory.h"
#include "report/model.h"
#include "report/mqtt.h"
#include "report/registration.h"
#include "report/ring.h"
#include "report/view.h"

#define RECORDS_A_TURN 64 /* with RING_BEHIND_MAX well below what the ring holds */
#define EVENTS_A_TURN 32u
#define HEALTH_MS (5 * TICK_SECOND)
#define DESCRIPTORS_MAX \
	(CONTROL_CONNECTIONS + HTTP_CONNECTIONS + LEGACY_CALLERS + TAG_TAGS + OUTLET_OUTLETS)

enum { TAG_RECORDS, TAG_PARENT, TAG_SIGNALS, TAG_MQTT, TAG_TAGS };

struct report {
	struct arena arena;
	struct poller *poller;
	struct link link;
	struct model *model;
	struct aliases aliases;
	struct registration registration;
	const char *alias_format; /* of talkers without an alias; NULL: no listener wants one */
	struct ring ring;
	struct memory *memory; /* NULL: nothing is remembered */
	struct sources sources;
	struct control *control;
	struct legacy *legacy; /* NULL: off */
	struct http *http;     /* NULL: off */
	struct mqtt *mqtt;     /* NULL: off */
	struct callers *callers[OUTLET_OUTLETS]; /* of the outlets that are on; the others NULL */
	struct clock clock;
	tick_t health_at; /* when to publish it next */
	bool more;        /* whole records are left from the last turn */
	bool stop;
	int status;
};

static int64_t clock_ms(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void read_clock(struct clock *clock)
{
	clock->now = clock_ms(CLOCK_MONOTONIC);
	clock->epoch_ms = clock_ms(CLOCK_REALTIME) - clock->now;
}

/* Makes a line of both forms for all who follow the events. */
static void publish(struct report *p, const struct record *r, const struct record *before)
{
	char json[VIEW_LINE_MAX], text[VIEW_LINE_MAX];
	struct text j = text_make(json, sizeof(json)), t = text_make(text, sizeof(text));

	event_json(&j, r, before, &p->ring, &p->clock);
	view_event(&t, r, &p->clock);
	ring_publish(&p->ring, json, text);
	ring_topic(&p->ring, r);
}

static void publish_gone(void *owner, const struct record *r)
{
	if (event_is_news(r, r))
		publish(owner, r, r);
}

/* So that who looks on sees that we live, and how. */
static void publish_health(struct report *p)
{
	char json[VIEW_LINE_MAX], text[VIEW_LINE_MAX];
	struct text j = text_make(json, sizeof(json)), t = text_make(text, sizeof(text));

	event_health_json(&j, &p->sources, &p->clock);
	event_health_text(&t, &p->sources, &p->clock);
	ring_publish(&p->ring, json, text);
	p->health_at = p->clock.now + HEALTH_MS;
}

/* Lines of the voice process go where ours go, under its name. */
static void print(const struct log_record *log)
{
	log_set_name("freedmr-voice");
	log_line(log->level, "%s", log->line);
	log_set_name("freedmr-report");
}

/* A pipe that is full costs the call its name, and nothing else. */
static void name_talker(struct report *p, const struct record *r)
{
	struct command c = {
		.kind = COMMAND_ALIAS, .client = r->call.origin, .tg = r->call.stream};

	if (aliases_say(p->alias_format, &r->call.caller, c.text, sizeof(c.text)))
		(void)link_command(&p->link, &c);
}

static void take(struct report *p, struct record *r)
{
	if (r->kind == RECORD_LOG)
		print(&r->log);
	if (r->kind == RECORD_DROPPED && r->dropped.count > 0)
		log_warn("records=dropped count=%" PRIu64 " total=%" PRIu64, r->dropped.count,
		         r->dropped.total);
	control_reply(p->control, r);
	aliases_fill(&p->aliases, r);
	if (r->kind == RECORD_SESSION && r->change != CHANGE_END)
		registration_judge(&p->registration, &p->aliases, &p->link, &r->session);

	struct record known;
	bool is_row = r->kind < RECORD_ROWS;
	const struct record *before = is_row && model_find(p->model, r, &known) ? &known : NULL;
	bool first = model_fresh_at(p->model) == TICK_LONG_AGO; /* new to us, not to the world */
	model_take(p->model, r, p->clock.now);
	if (p->legacy)
		legacy_take(p->legacy, r, &p->clock);
	if (event_is_news(r, before) && !(first && r->change == CHANGE_SNAPSHOT && is_row))
		publish(p, r, before);
	if (p->memory)
		memory_take(p->memory, r, &p->clock);
	if (p->alias_format && r->kind == RECORD_CALL && r->change == CHANGE_BEGIN)
		name_talker(p, r);
}

/* A bounded number, so that followers of the events keep up with what is published. */
static void take_records(struct report *p)
{
	struct record r;
	int taken = 0;

	while (taken < RECORDS_A_TURN && link_next(&p->link, &r)) {
		take(p, &r);
		taken++;
	}
	p->more = taken == RECORDS_A_TURN;
}

static void on_records(struct report *p)
{
	if (p->more)
		return;
	link_fill(&p->link);
	if (!p->link.ended)
		return;
	log_error("record pipe ended");
	p->status = 1;
	p->stop = true;
}

static void on_parent(struct report *p)
{
	struct record r;

	switch (kin_take_record(p->link.parent, &r)) {
	case KIN_NOTHING:
		break;
	case KIN_MESSAGE:
		if (r.kind != RECORD_RESOLVED)
			take(p, &r);
		else if (p->mqtt)
			mqtt_address(p->mqtt, &r.resolved.to);
		break;
	case KIN_END:
		p->stop = true;
		break;
	}
}

static void on_signals(struct report *p)
{
	enum signal_event s;

	while ((s = signals_take()) != SIGNAL_NOTHING) {
		if (s == SIGNAL_TERM)
			p->stop = true;
	}
}

static void on_event(struct report *p, const struct poller_event *e)
{
	enum outlet outlet = outlet_of(e->tag);

	if (outlet < OUTLET_OUTLETS) {
		callers_event(p->callers[outlet], e, &p->clock);
		return;
	}
	switch (e->tag) {
	case TAG_RECORDS:
		on_records(p);
		break;
	case TAG_PARENT:
		on_parent(p);
		break;
	case TAG_SIGNALS:
		on_signals(p);
		break;
	case TAG_MQTT:
		mqtt_event(p->mqtt, e, &p->clock);
		break;
	}
}

static tick_t sooner(tick_t a, tick_t b)
{
	return a < b ? a : b;
}

/* How long nothing happens by itself. */
static tick_t time_left(const struct report *p)
{
	tick_t next = sooner(p->health_at, p->legacy ? legacy_next(p->legacy) : TICK_NEVER);

	if (p->more)
		return 0;
	for (enum outlet o = 0; o < OUTLET_OUTLETS; o++) {
		if (p->callers[o])
			next = sooner(next, callers_next(p->callers[o]));
	}
	if (p->mqtt)
		next = sooner(next, mqtt_next(p->mqtt));
	if (model_wants_snapshot(p->model))
		next = sooner(next, p->clock.now + TICK_SECOND);
	if (p->memory)
		next = sooner(next, memory_next(p->memory, &p->clock));
	return next > p->clock.now ? next - p->clock.now : 0;
}

static void turn(struct report *p)
{
	struct poller_event events[EVENTS_A_TURN];
	int count = poller_wait(p->poller, events, EVENTS_A_TURN, time_left(p));

	if (count < 0) {
		log_error("poller: %s", strerror(errno));
		p->status = 1;
		p->stop = true;
	}
	read_clock(&p->clock);
	aliases_look(&p->aliases, p->clock.now);
	for (int i = 0; i < count; i++)
		on_event(p, &events[i]);
	take_records(p);
	if (p->clock.now >= p->health_at) {
		publish_health(p);
		link_refresh(&p->link, model_in_snapshot(p->model), p->clock.now);
	}
	if (model_wants_snapshot(p->model))
		link_refresh(&p->link, model_in_snapshot(p->model), p->clock.now);
	if (p->mqtt)
		mqtt_serve(p->mqtt, &p->clock);
	if (p->legacy)
		legacy_draw(p->legacy, &p->clock);
	if (p->memory)
		memory_serve(p->memory, &p->link, p->model, &p->clock);
	for (enum outlet o = 0; o < OUTLET_OUTLETS; o++) {
		if (p->callers[o])
			callers_serve(p->callers[o], &p->clock);
	}
}

static bool open_poller(struct report *p)
{
	struct arena measure;

	arena_measure(&measure);
	(void)poller_open(&measure, DESCRIPTORS_MAX);
	if (!arena_claim(&p->arena, measure.used))
		return false;
	p->poller = poller_open(&p->arena, DESCRIPTORS_MAX);
	return p->poller;
}

static bool watch_all(struct report *p, const struct report_start *start)
{
	int signals = signals_open();

	return signals >= 0 && poller_watch(p->poller, signals, POLLER_READ, TAG_SIGNALS) == 0 &&
	       poller_watch(p->poller, start->record_pipe, POLLER_READ, TAG_RECORDS) == 0 &&
	       poller_watch(p->poller, start->parent, POLLER_READ, TAG_PARENT) == 0;
}

static void turn_on(struct report *p, enum outlet outlet, struct callers *callers)
{
	p->callers[outlet] = callers;
	p->sources.figures[outlet] = &callers->figures;
}

static bool open_http(struct report *p, const struct report_start *start)
{
	int listening = start->listening[OUTLET_HTTP];

	if (listening < 0)
		return true;
	p->http = http_open(listening, p->poller, &p->sources, &start->conf->report);
	if (p->http)
		turn_on(p, OUTLET_HTTP, http_callers(p->http));
	return p->http;
}

static bool open_legacy(struct report *p, const struct report_start *start)
{
	int listening = start->listening[OUTLET_LEGACY];

	if (listening < 0)
		return true;
	p->legacy = legacy_open(listening, p->poller, p->model, start->conf);
	if (p->legacy)
		turn_on(p, OUTLET_LEGACY, legacy_callers(p->legacy));
	return p->legacy;
}

static bool open_mqtt(struct report *p, const struct report_start *start)
{
	if (start->conf->report.broker.address.port == 0)
		return true;
	p->mqtt = mqtt_open(start->conf, p->poller, TAG_MQTT, &p->sources);
	if (p->mqtt)
		p->sources.mqtt = mqtt_figures(p->mqtt);
	return p->mqtt;
}

static bool anybody_wants_alias(const struct conf *conf)
{
	for (uint32_t i = 0; i < conf->listener_count; i++)
		if (conf->listener[i].alias)
			return true;
	return false;
}

static void open_aliases(struct report *p, const struct conf *conf)
{
	aliases_open(&p->aliases, conf->report.aliases, p->clock.now);
	p->registration.conf = conf;
	if (!anybody_wants_alias(conf))
		return;
	p->alias_format = conf->report.alias_format;
	if (!p->aliases.index.octets)
		log_warn("alias=yes, but no names are known: talkers are given none");
}

static bool open_all(struct report *p, const struct report_start *start)
{
	read_clock(&p->clock);
	p->model = model_open(&start->conf->limits);
	if (!p->model || !open_poller(p) || !watch_all(p, start))
		return false;
	open_aliases(p, start->conf);
	model_tell_gone(p->model, publish_gone, p);
	if (!random_fill(&p->ring.boot, sizeof(p->ring.boot)))
		return false;
	p->health_at = p->clock.now + HEALTH_MS;
	p->memory = memory_open(start->conf, &p->clock);
	link_open(&p->link, start->record_pipe, start->command_pipe, start->parent);
	p->sources = (struct sources){.model = p->model,
	                              .ring = &p->ring,
	                              .link = &p->link,
	                              .aliases = &p->aliases.index,
	                              .began = p->clock.now};
	p->control = control_open(start->listening[OUTLET_CONTROL], p->poller, &p->sources);
	if (!p->control)
		return false;
	turn_on(p, OUTLET_CONTROL, control_callers(p->control));
	return open_http(p, start) && open_legacy(p, start) && open_mqtt(p, start);
}

static void close_all(struct report *p)
{
	if (p->mqtt)
		mqtt_close(p->mqtt);
	if (p->http)
		http_close(p->http);
	if (p->legacy)
		legacy_close(p->legacy);
	if (p->control)
		control_close(p->control);
	if (p->poller)
		poller_close(p->poller);
	if (p->memory)
		memory_close(p->memory, &p->clock);
	if (p->model)
		model_close(p->model);
	ring_close(&p->ring);
	aliases_close(&p->aliases);
	arena_release(&p->arena);
	free(p);
}

int report_run(const struct report_start *start)
{
	struct report *p = calloc(1, sizeof(*p));

	if (!p || !open_all(p, start)) {
		log_error("cannot start: %s", strerror(errno));
		if (p)
			close_all(p);
		return 1;
	}
	link_refresh(&p->link, false, p->clock.now);
	if (link_command(&p->link, &(struct command){.kind = COMMAND_READY}) == 0)
		p->stop = true;
	while (!p->stop)
		turn(p);
	int status = p->status;
	close_all(p);
	return status;
}
