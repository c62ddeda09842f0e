#include "voice/voice.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "io/kin.h"
#include "io/pipe.h"
#include "io/poller.h"
#include "io/process.h"
#include "io/signals.h"
#include "io/udp.h"
#include "voice/teller.h"

#define BATCHES_PER_TURN 16  /* of UDP_INBOX datagrams, per socket */
#define COMMANDS_PER_READ 8
#define EVENTS_PER_TURN (CONF_SOCKETS_MAX + 4)
#define ROWS_PER_TURN (PIPE_BUF / RECORD_MAX) /* what a writable pipe takes for sure */

_Static_assert(SEND_MAX <= UDP_SEND_MAX, "a socket sends whatever the core makes");

struct voice {
	const struct conf *conf;
	struct conf_offer *offer;
	int command_pipe;
	int parent;
	int signals;
	tick_t now;
	uint64_t wall_ns; /* read with it */
	struct arena arena;
	struct poller *poller;
	struct udp *udp[CONF_SOCKETS_MAX];
	struct core *core;
	struct actions actions;
	struct teller teller;
	bool awaiting_room; /* the record pipe is watched */
	bool stop;
	uint64_t turns_total;
	int64_t woken_us;
	struct histogram turns;      /* from waking up to going to sleep */
	struct histogram forwarding; /* from waking up to the last copy of a batch of datagrams */
	uint64_t commands_bad_total;
};

/* Microseconds, because how long a turn takes is measured; what happens is told in ticks. */
static int64_t read_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void read_clocks(struct voice *v)
{
	struct timespec t;

	v->woken_us = read_us();
	v->now = v->woken_us / 1000;
	clock_gettime(CLOCK_REALTIME, &t);
	v->wall_ns = t.tv_sec < 0 ? 0 : (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Since the loop was woken. */
static void measure(const struct voice *v, struct histogram *h)
{
	histogram_add(h, (uint64_t)(read_us() - v->woken_us));
}

static void tell_log(void *context, enum log_level level, const char *line)
{
	struct voice *v = context;
	struct record r = {.kind = RECORD_LOG, .change = CHANGE_UPDATE, .at = v->now};

	r.log.level = (uint8_t)level;
	text_copy(r.log.line, sizeof(r.log.line), line);
	teller_put(&v->teller, &r);
}

static void tell_counters(struct voice *v)
{
	struct udp_counters sum = {.received_total = 0};

	for (uint32_t i = 0; i < v->conf->socket_count; i++) {
		const struct udp_counters *c = udp_counters(v->udp[i]);

		sum.received_total += c->received_total;
		sum.oversize_total += c->oversize_total;
		sum.sent_total += c->sent_total;
		sum.dropped_total += c->dropped_total;
		sum.refused_total += c->refused_total;
	}
	const struct counter_row rows[] = {
		{"socket_received_total", sum.received_total},
		{"socket_oversize_total", sum.oversize_total},
		{"socket_sent_total", sum.sent_total},
		{"socket_dropped_total", sum.dropped_total},
		{"socket_refused_total", sum.refused_total},
		{"records_dropped_total", v->teller.dropped_total},
		{"commands_bad_total", v->commands_bad_total},
		{"actions_refused_total", v->actions.refused_total},
		{"loop_turns_total", v->turns_total},
		{"memory_peak_bytes", process_peak_bytes()},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct record r = {.kind = RECORD_COUNTER, .change = CHANGE_SNAPSHOT,
		                         .at = v->now, .counter = rows[i]};

		teller_put(&v->teller, &r);
	}
}

static void tell_histogram(struct voice *v, const char *name, const struct histogram *h)
{
	struct record r = {.kind = RECORD_HISTOGRAM, .change = CHANGE_SNAPSHOT, .at = v->now};

	text_copy(r.histogram.name, sizeof(r.histogram.name), name);
	memcpy(r.histogram.bucket, h->bucket, sizeof(r.histogram.bucket));
	r.histogram.sum_us = h->sum_us;
	teller_put(&v->teller, &r);
}

/* What only the loop can count, added to a snapshot. */
static void tell_figures(struct voice *v)
{
	tell_counters(v);
	tell_histogram(v, "turn", &v->turns);
	tell_histogram(v, "forwarding", &v->forwarding);
}

static void perform(struct voice *v)
{
	const struct actions *a = &v->actions;

	for (uint32_t i = 0; i < a->target_count; i++) {
		const struct target *t = &a->targets[i];
		const struct send *s = &a->sends[t->send];

		udp_add(v->udp[t->where.socket],
		        &(struct udp_copy){.bytes = s->bytes, .len = s->len,
		                           .id_at = s->id_at, .id = t->id,
		                           .to = &t->where.to, .from = &t->where.from});
	}
	for (uint32_t i = 0; i < a->record_count; i++) {
		const struct record *r = &a->records[i];

		teller_put(&v->teller, r);
		if (r->kind == RECORD_SNAPSHOT && r->snapshot.begin)
			tell_figures(v);
	}
	actions_empty(&v->actions);
}

static void step(struct voice *v, struct event *event)
{
	event->wall_ns = v->wall_ns;
	core_step(v->core, v->now, event, &v->actions);
	perform(v);
}

static void flush(struct voice *v)
{
	for (uint32_t i = 0; i < v->conf->socket_count; i++)
		udp_flush(v->udp[i]);
}

/* Reads until the socket is empty, but never so long that the others wait. */
static void on_datagrams(struct voice *v, uint32_t socket, unsigned ready)
{
	uint32_t count = UDP_INBOX;

	(void)ready;
	for (int batch = 0; batch < BATCHES_PER_TURN && count == UDP_INBOX; batch++) {
		const struct udp_datagram *d = udp_receive(v->udp[socket], &count);

		for (uint32_t i = 0; i < count; i++)
			step(v, &(struct event){
				.kind = EVENT_DATAGRAM,
				.datagram = {.bytes = d[i].bytes, .len = d[i].len,
			                     .from = {.to = d[i].sender, .from = d[i].local,
			                              .socket = socket}},
			});
		flush(v);
		if (count)
			measure(v, &v->forwarding);
	}
}

/* Both sides read and write multiples of COMMAND_LEN, so a command is never split. */
static void on_commands(struct voice *v, uint32_t unused, unsigned ready)
{
	uint8_t octets[COMMANDS_PER_READ * COMMAND_LEN];
	ssize_t len = pipe_take(v->command_pipe, octets, sizeof(octets));
	struct command command;
	const char *reason;

	(void)unused;
	(void)ready;
	if (len < 0) {
		poller_drop(v->poller, v->command_pipe);
		return;
	}
	for (size_t at = 0; at < (size_t)len; at += COMMAND_LEN) {
		size_t left = (size_t)len - at;

		if (command_parse(octets + at, left < COMMAND_LEN ? left : COMMAND_LEN, &command,
		                  &reason) == PARSE_OK)
			step(v, &(struct event){.kind = EVENT_COMMAND, .command = &command});
		else
			v->commands_bad_total++;
	}
}

/*
 * The record pipe has room: for what is missing first, then for rows of a snapshot. A pipe that
 * broke never has any: nobody waits for it again.
 */
static void on_room(struct voice *v, uint32_t unused, unsigned ready)
{
	(void)unused;
	if (ready & POLLER_END) {
		poller_drop(v->poller, v->teller.fd);
		return;
	}
	teller_close_gap(&v->teller, v->now);
	if (core_wants_rows(v->core))
		step(v, &(struct event){.kind = EVENT_ROWS, .rows = ROWS_PER_TURN});
}

/* Addresses of names. Its end means to stop. */
static void on_parent(struct voice *v, uint32_t unused, unsigned ready)
{
	struct record r;

	(void)unused;
	(void)ready;
	switch (kin_take_record(v->parent, &r)) {
	case KIN_NOTHING:
		break;
	case KIN_MESSAGE:
		if (r.kind == RECORD_RESOLVED)
			step(v, &(struct event){.kind = EVENT_ADDRESS,
			                        .address = {.link = r.resolved.place,
			                                    .to = r.resolved.to}});
		break;
	case KIN_END:
		v->stop = true;
		break;
	}
}

/* The parent has offered another configuration, or a terminal has hung up. */
static void on_offer(struct voice *v)
{
	const struct conf *conf = v->offer ? conf_offer_take(v->offer) : NULL;

	if (!conf)
		return;
	v->conf = conf;
	step(v, &(struct event){.kind = EVENT_CONF, .conf = conf});
}

static void on_signals(struct voice *v, uint32_t unused, unsigned ready)
{
	enum signal_event s;

	(void)unused;
	(void)ready;
	while ((s = signals_take()) != SIGNAL_NOTHING) {
		if (s == SIGNAL_TERM)
			v->stop = true;
		if (s == SIGNAL_HUP)
			on_offer(v);
	}
}

enum source {
	SOURCE_DATAGRAMS,
	SOURCE_COMMANDS,
	SOURCE_ROOM,
	SOURCE_PARENT,
	SOURCE_SIGNALS,
};

/* What the loop listens to; a tag is the source and, below it, the socket. */
static void (*const sources[])(struct voice *v, uint32_t socket, unsigned ready) = {
	[SOURCE_DATAGRAMS] = on_datagrams,
	[SOURCE_COMMANDS] = on_commands,
	[SOURCE_ROOM] = on_room,
	[SOURCE_PARENT] = on_parent,
	[SOURCE_SIGNALS] = on_signals,
};

static int watch(struct voice *v, int fd, unsigned interest, enum source source, uint32_t socket)
{
	return poller_watch(v->poller, fd, interest, (uint64_t)source << 32 | socket);
}

/* Cuts all that the loop needs; on a measuring arena this is only added up. */
static bool cut(struct voice *v, struct arena *arena, const struct voice_start *start)
{
	bool all = true;

	v->poller = poller_open(arena, v->conf->socket_count + ARRAY_LEN(sources));
	for (uint32_t i = 0; i < v->conf->socket_count; i++) {
		v->udp[i] = udp_attach(arena, start->udp_sockets[i]);
		all = all && v->udp[i];
	}
	v->core = core_open(arena, v->conf, start->seed, v->now);
	actions_open(&v->actions, arena, &v->conf->limits);
	return all && v->poller && v->core;
}

static bool watch_all(struct voice *v, const struct voice_start *start)
{
	for (uint32_t i = 0; i < v->conf->socket_count; i++)
		if (watch(v, start->udp_sockets[i], POLLER_READ, SOURCE_DATAGRAMS, i) != 0)
			return false;
	return watch(v, v->command_pipe, POLLER_READ, SOURCE_COMMANDS, 0) == 0 &&
	       watch(v, v->parent, POLLER_READ, SOURCE_PARENT, 0) == 0 &&
	       watch(v, v->signals, POLLER_READ, SOURCE_SIGNALS, 0) == 0;
}

static bool open_all(struct voice *v, const struct voice_start *start)
{
	struct arena measure;

	*v = (struct voice){.conf = start->conf,
	                    .offer = start->offer,
	                    .command_pipe = start->command_pipe,
	                    .parent = start->parent};
	read_clocks(v);
	teller_open(&v->teller, start->record_pipe);
	v->signals = signals_open();
	if (v->signals < 0)
		return false;
	arena_measure(&measure);
	cut(v, &measure, start);
	return arena_claim(&v->arena, measure.used) && cut(v, &v->arena, start) &&
	       watch_all(v, start);
}

/* The record pipe is watched only while something waits for room: it is writable nearly always. */
static void watch_room(struct voice *v)
{
	bool wanted = v->teller.gap || core_wants_rows(v->core);

	if (wanted == v->awaiting_room)
		return;
	if (!wanted)
		poller_drop(v->poller, v->teller.fd);
	else if (watch(v, v->teller.fd, POLLER_WRITE, SOURCE_ROOM, 0) != 0)
		return;
	v->awaiting_room = wanted;
}

static tick_t time_to_sleep(const struct voice *v)
{
	tick_t next = core_next(v->core);

	if (next == TICK_NEVER)
		return TICK_NEVER;
	return next > v->now ? next - v->now : 0;
}

/* False when the poller failed. */
static bool turn(struct voice *v)
{
	struct poller_event events[EVENTS_PER_TURN];
	int count = poller_wait(v->poller, events, ARRAY_LEN(events), time_to_sleep(v));

	if (count < 0)
		return false;
	read_clocks(v);
	v->turns_total++;
	for (int i = 0; i < count; i++)
		sources[events[i].tag >> 32](v, (uint32_t)events[i].tag, events[i].ready);
	if (core_next(v->core) <= v->now)
		step(v, &(struct event){.kind = EVENT_TIME});
	flush(v);
	teller_flush(&v->teller);
	watch_room(v);
	measure(v, &v->turns);
	return true;
}

/* One stop tells as many clients as the actions hold. */
static void say_goodbye(struct voice *v)
{
	read_clocks(v);
	do {
		step(v, &(struct event){.kind = EVENT_STOP});
		flush(v);
	} while (core_has_sessions(v->core));
	teller_flush(&v->teller);
}

int voice_run(const struct voice_start *start)
{
	struct voice v;
	bool well = open_all(&v, start);

	if (!well) {
		log_error("voice cannot start: %s", strerror(errno));
		return 1;
	}
	log_set_sink(tell_log, &v);
	watch_room(&v);
	(void)kin_order(v.parent, &(struct command){.kind = COMMAND_READY});
	while (well && !v.stop)
		well = turn(&v);
	int cause = errno;
	say_goodbye(&v);
	log_set_sink(NULL, NULL);
	if (!well)
		log_error("voice cannot go on: %s", strerror(cause));
	poller_close(v.poller);
	arena_release(&v.arena);
	return well ? 0 : 1;
}
