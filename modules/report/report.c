#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "base/wipe.h"
#include "conf/reload.h"
#include "io/ipc.h"
#include "io/poller.h"
#include "io/signals.h"
#include "report/model/alias.h"
#include "report/event/call_log.h"
#include "report/model/clock.h"
#include "report/event/events.h"
#include "report/event/happened.h"
#include "report/event/server_status.h"
#include "report/history/history.h"
#include "report/http/help.h"
#include "report/http/host.h"
#include "report/connection/voice_pipe.h"
#include "report/persist/persist.h"
#include "report/model/model.h"
#include "report/event/registration.h"
#include "report/services.h"

#define RECORDS_A_TURN 64 /* with RING_BEHIND_MAX well below what the ring holds */
#define EVENTS_A_TURN 32u
#define TURNS_AT_END 1000 /* a live voice process always has something to report */
#define HEALTH_MS (5 * TICK_SECOND)
#define PINGS_MS (TICK_SECOND / 2)
#define DESCRIPTORS_MAX                                                                            \
	(CONTROL_CONNECTIONS + HTTP_CONNECTIONS + LEGACY_CALLERS + TAG_TAGS + SERVICES)

enum { TAG_RECORDS, TAG_PARENT, TAG_SIGNALS, TAG_MQTT, TAG_TAGS };

struct report {
	struct conf *conf;
	struct conf_offer *offer; /* NULL: there is none */
	struct arena arena;
	struct poller *poller;
	struct voice_pipe link;
	struct model *model;
	struct aliases aliases;
	struct registration registration;
	const char *alias_format; /* alias for talkers without one; NULL: no listener wants it */
	struct events events;
	struct persist *persist; /* NULL: no state is kept */
	struct history *history;
	struct refusals refusals;
	struct happened happened;
	uint8_t seed[SOURCES_SEED];
	char machine[HOST_NAME_MAX_OCTETS];
	long uid;
	struct sources sources;
	struct services services;
	struct clock clock;
	struct ipc_pulse pulse; /* of the parent */
	tick_t health_at;       /* when to publish it next */
	struct pings pings;     /* to be published */
	tick_t pings_at;
	bool more; /* complete records are left from the last turn */
	bool stop;
	int status;
};

static int64_t clock_ms(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* True: the clock was set. */
static bool read_clock(struct clock *clock)
{
	tick_t before = clock_ms(CLOCK_MONOTONIC);
	int64_t wall = clock_ms(CLOCK_REALTIME);

	return clock_take(clock, before, wall, clock_ms(CLOCK_MONOTONIC));
}

/* The first reading may be interrupted. */
static void begin_clock(struct clock *clock)
{
	for (int i = 0; i < 10 && !read_clock(clock); i++)
		;
}

static void publish(struct report *p, const struct record *r, const struct record *before)
{
	enum event_kind kind = event_kind_of(r, before);

	if (kind == EVENT_NONE)
		return;
	struct event *e = events_publish(&p->events, kind, &p->clock);
	e->record = *r;
	happened_take(&p->happened, e, p->events.ring.last);
}

static void publish_gone(void *owner, const struct record *r)
{
	publish(owner, r, r);
}

/* Shows viewers that the server is alive, and its health. */
static void publish_health(struct report *p)
{
	server_status_health(&p->sources, &p->clock);
	p->health_at = p->clock.now + HEALTH_MS;
}

/* Times reported earlier are wrong now. */
static void publish_clock(struct report *p, int64_t by_ms)
{
	log_info("clock=set by_ms=%" PRId64, by_ms);
	events_publish(&p->events, EVENT_SERVER_CLOCK, &p->clock)->set_by_ms = by_ms;
}

static void publish_pings(struct report *p)
{
	events_publish(&p->events, EVENT_PING, &p->clock)->pings = p->pings;
	p->pings.count = 0;
}

static void take_ping(struct report *p, const struct record *r)
{
	struct pings *pings = &p->pings;

	if (pings->count == 0) {
		pings->since = r->at;
		p->pings_at = p->clock.now + PINGS_MS;
	}
	pings->ping[pings->count++] = (struct ping){.client = r->ping.client,
	                                            .after_ms = (int32_t)(r->at - pings->since)};
	if (pings->count == EVENT_PINGS_MAX)
		publish_pings(p);
}

/* Logs lines of the voice process like our own, under its name. */
static void print(const struct log_record *log)
{
	log_set_name("freedmr-voice");
	log_line(log->level, "%s", log->line);
	log_set_name("freedmr-report");
}

/* If the pipe is full, the call gets no name; nothing else is lost. */
static void name_talker(struct report *p, const struct record *r)
{
	struct command c = {.kind = COMMAND_ALIAS,
	                    .alias = {.origin = r->call.origin, .stream = r->call.stream}};

	if (aliases_say(p->alias_format, &r->call.caller, c.alias.text, sizeof(c.alias.text)))
		(void)voice_pipe_command(&p->link, &c);
}

static void take(struct report *p, struct record *r)
{
	if (r->kind == RECORD_LOG)
		print(&r->log);
	if (r->kind == RECORD_DROPPED && r->dropped.count > 0)
		log_warn("records=dropped count=%" PRIu64 " total=%" PRIu64, r->dropped.count,
		         r->dropped.total);
	if (r->kind == RECORD_PING)
		take_ping(p, r);
	control_reply(p->services.control, r);
	if (p->services.http)
		http_reply(p->services.http, r);
	aliases_fill(&p->aliases.index, r);

	struct record known;
	bool is_row = r->kind < RECORD_ROWS;
	const struct record *before = is_row && model_find(p->model, r, &known) ? &known : NULL;
	bool first = model_fresh_at(p->model) == TICK_LONG_AGO; /* new only to us */
	if (r->kind == RECORD_SESSION && r->change != CHANGE_END)
		registration_judge(&p->registration, &p->aliases, &p->link, &r->session,
		                   first || r->change != CHANGE_SNAPSHOT);
	model_take(p->model, r, p->clock.now);
	if (p->services.legacy)
		legacy_take(p->services.legacy, r, &p->clock);
	if (!(first && r->change == CHANGE_SNAPSHOT && is_row))
		publish(p, r, before);
	if (p->persist)
		persist_take(p->persist, r, &p->clock);
	history_take(p->history, r, &p->clock);
	refusals_take(&p->refusals, r);
	if (p->conf->report.call_log && r->kind == RECORD_CALL && r->change == CHANGE_END)
		call_log(r);
	if (p->alias_format && r->kind == RECORD_CALL && r->change == CHANGE_BEGIN)
		name_talker(p, r);
}

/* A limited number, so that followers of events can keep up. */
static void take_records(struct report *p)
{
	struct record r;
	int taken = 0;

	while (taken < RECORDS_A_TURN && voice_pipe_next(&p->link, &r)) {
		take(p, &r);
		taken++;
	}
	p->more = taken == RECORDS_A_TURN;
}

/* The last records of the voice process, which has already ended. */
static void take_rest(struct report *p)
{
	uint64_t before;

	for (int turns = 0; turns < TURNS_AT_END; turns++) {
		before = p->link.records_total;
		voice_pipe_fill(&p->link);
		take_records(p);
		if (p->link.records_total == before)
			return;
	}
}

static void on_records(struct report *p)
{
	if (p->more)
		return;
	voice_pipe_fill(&p->link);
	if (!p->link.ended)
		return;
	log_error("record pipe closed");
	p->status = 1;
	p->stop = true;
}

static bool anybody_wants_alias(const struct conf *conf)
{
	for (uint32_t i = 0; i < conf->listener_count; i++)
		if (conf->listener[i].alias)
			return true;
	return false;
}

static void follow_aliases(struct report *p)
{
	bool wanted = anybody_wants_alias(p->conf);

	p->alias_format = wanted ? p->conf->report.alias_format : NULL;
	if (!p->aliases.index.octets && wanted)
		log_warn("alias=yes but no aliases are loaded: no talker aliases are sent");
}

/* Sessions are judged again by what is asked of them now: a snapshot shows them. */
static void on_offer(struct report *p)
{
	struct services_before before = services_look(&p->services);
	enum log_level level = p->conf->server.log_level;

	events_settle(&p->events);
	if (p->offer)
		conf_offer_copy(p->offer, p->conf);
	services_follow(&p->services, &before);
	wipe(&before, sizeof(before));
	follow_aliases(p);
	if (p->persist)
		persist_follow(p->persist, p->conf);
	if (level != p->conf->server.log_level)
		log_set_level(p->conf->server.log_level);
	p->link.asked_at = TICK_LONG_AGO;
	voice_pipe_refresh(&p->link, false, p->clock.now);
}

static void take_message(struct report *p, struct record *r, int handed)
{
	if (r->kind == RECORD_SOCKET) {
		services_take(&p->services, r->socket.place, handed);
		return;
	}
	if (handed >= 0)
		close(handed);
	if (r->kind == RECORD_BEAT)
		ipc_beat(&p->pulse, p->link.parent, p->clock.now);
	else if (r->kind == RECORD_OFFER)
		on_offer(p);
	else if (r->kind != RECORD_RESOLVED)
		take(p, r);
	else if (p->services.mqtt)
		mqtt_address(p->services.mqtt, &r->resolved.to);
}

static void on_parent(struct report *p)
{
	struct record r;
	int handed;

	switch (ipc_take_handed(p->link.parent, &r, &handed)) {
	case IPC_NOTHING:
		break;
	case IPC_MESSAGE:
		take_message(p, &r, handed);
		break;
	case IPC_END:
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
	enum service service = service_of(e->tag);

	if (service < SERVICES) {
		if (p->services.connections[service])
			connections_event(p->services.connections[service], e, &p->clock);
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
		if (p->services.mqtt)
			mqtt_event(p->services.mqtt, e, &p->clock);
		break;
	}
}

/* How long nothing is due. */
static tick_t time_left(const struct report *p)
{
	tick_t next = tick_first(p->health_at,
	                         p->services.legacy ? legacy_next(p->services.legacy) : TICK_NEVER);

	if (p->more)
		return 0;
	if (p->pings.count > 0)
		next = tick_first(next, p->pings_at);
	for (enum service o = 0; o < SERVICES; o++) {
		if (p->services.connections[o])
			next = tick_first(next, connections_next(p->services.connections[o]));
	}
	if (p->services.mqtt)
		next = tick_first(next, mqtt_next(p->services.mqtt));
	if (model_wants_snapshot(p->model))
		next = tick_first(next, p->clock.now + TICK_SECOND);
	if (p->persist)
		next = tick_first(next, persist_next(p->persist, &p->clock));
	next = tick_first(next, history_next(p->history));
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
	int64_t epoch_ms = p->clock.epoch_ms;
	if (read_clock(&p->clock))
		publish_clock(p, p->clock.epoch_ms - epoch_ms);
	aliases_look(&p->aliases, p->clock.now);
	for (int i = 0; i < count; i++)
		on_event(p, &events[i]);
	take_records(p);
	if (p->pings.count > 0 && p->clock.now >= p->pings_at)
		publish_pings(p);
	ipc_listen(&p->pulse, p->clock.now);
	if (p->clock.now >= p->health_at) {
		publish_health(p);
		voice_pipe_refresh(&p->link, model_in_snapshot(p->model), p->clock.now);
	}
	if (model_wants_snapshot(p->model))
		voice_pipe_refresh(&p->link, model_in_snapshot(p->model), p->clock.now);
	if (p->services.mqtt)
		mqtt_serve(p->services.mqtt, &p->clock);
	if (p->services.legacy)
		legacy_draw(p->services.legacy, &p->clock);
	if (p->persist)
		persist_serve(p->persist, &p->link, p->model, &p->clock);
	history_serve(p->history, &p->clock);
	for (enum service o = 0; o < SERVICES; o++) {
		if (p->services.connections[o])
			connections_serve(p->services.connections[o], &p->clock);
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

static bool open_all(struct report *p, const struct report_start *start)
{
	p->conf = start->conf;
	p->offer = start->offer;
	begin_clock(&p->clock);
	p->model = model_open(&start->conf->limits);
	if (!p->model || !open_poller(p) || !watch_all(p, start))
		return false;
	p->pulse.heard = p->clock.now;
	if (!random_fill(&p->events.ring.boot, sizeof(p->events.ring.boot)) ||
	    !random_fill(p->seed, sizeof(p->seed)))
		return false;
	host_read_own(p->machine);
	p->uid = (long)getuid();
	if (start->sandbox && !sandbox_enter(start->sandbox))
		log_error("sandbox incomplete: the reporter runs without all the protection of "
		          "this kernel");
	aliases_open(&p->aliases, p->conf->report.aliases, p->clock.now);
	p->registration.conf = p->events.conf = p->conf;
	follow_aliases(p);
	model_tell_gone(p->model, publish_gone, p);
	p->health_at = p->clock.now + HEALTH_MS;
	p->persist = persist_open(start->conf, &p->clock);
	p->history = history_open(start->conf, &p->clock);
	if (!p->history)
		return false;
	voice_pipe_open(&p->link, start->record_pipe, start->command_pipe, start->parent);
	if (start->heir)
		voice_pipe_discard(&p->link);
	p->sources = (struct sources){.model = p->model,
	                              .persists = start->conf->server.state[0],
	                              .events = &p->events,
	                              .link = &p->link,
	                              .aliases = &p->aliases.index,
	                              .history = p->history,
	                              .refusals = &p->refusals,
	                              .happened = &p->happened,
	                              .seed = p->seed,
	                              .machine = p->machine,
	                              .uid = p->uid,
	                              .persist = p->persist,
	                              .help = help_open(),
	                              .began = p->clock.now};
	p->sources.recording = recording_at(start->recorder, start->recorder_size);
	p->services = (struct services){
		.conf = p->conf, .poller = p->poller, .sources = &p->sources, .mqtt_tag = TAG_MQTT};
	return services_open(&p->services, start->listening);
}

static void close_all(struct report *p)
{
	services_close(&p->services);
	if (p->poller)
		poller_close(p->poller);
	if (p->persist)
		persist_close(p->persist, &p->clock);
	if (p->history)
		history_close(p->history, &p->clock);
	if (p->model)
		model_close(p->model);
	ring_close(&p->events.ring);
	aliases_close(&p->aliases);
	free(p->sources.help);
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
	voice_pipe_refresh(&p->link, false, p->clock.now);
	if (voice_pipe_command(&p->link, &(struct command){.kind = COMMAND_READY}) == 0)
		p->stop = true;
	while (!p->stop)
		turn(p);
	take_rest(p);
	int status = p->status;
	close_all(p);
	return status;
}

size_t report_history_size(const struct conf_report *conf)
{
	return history_size(conf);
}
