/*
 * The loop of the voice process. It decides nothing: each source produces events, core_step turns
 * them into actions, and `perform` executes those.
 *
 * Input: datagrams, commands of the reporter, addresses and heartbeats of the parent, signals.
 * Output: datagrams and records. The loop owns the descriptors, the clocks and the actions; the
 * core owns all state.
 *
 * Order within a turn:
 *
 *   1. Clock. Read once, after the wait. All events of a turn have the same time, so the core's
 *      actions depend only on the events, not on the speed of processing.
 *   2. Sources. Each takes a bounded batch, so that a flooded socket does not starve the others.
 *      Actions are performed after each event and datagrams flushed after each batch: the first
 *      copies of a burst do not wait for the last.
 *   3. Time. EVENT_TIME after the sources. Expiring first would end calls and sessions whose frames
 *      are already waiting in the socket, whenever the process has been stopped for a while.
 *   4. Records. Last, in one write. Only records may be lost: a full pipe costs no frame, and the
 *      gap is reported when there is room again.
 *
 * The pipe is watched for room only while data waits for it: it is nearly always writable and would
 * wake the loop constantly.
 */
#include "voice/voice.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "core/event.h"
#include "io/ipc.h"
#include "io/pipe.h"
#include "io/poller.h"
#include "io/process.h"
#include "io/signals.h"
#include "io/udp.h"
#include "voice/keep.h"
#include "voice/record_writer.h"
#include "voice/recorder.h"
#include "wire/parse.h"

#define BATCHES_PER_TURN 16 /* of UDP_INBOX datagrams, per socket */
#define COMMANDS_PER_READ 8
#define ADOPT_PATIENCE_S 2u /* time limit for checking the previous core: then the process ends */
#define EVENTS_PER_TURN (CONF_SOCKETS_MAX + 4)
#define ROWS_PER_TURN (PIPE_BUF / RECORD_MAX) /* what a writable pipe always accepts */

_Static_assert(SEND_MAX <= UDP_SEND_MAX, "a socket sends whatever the core makes");

struct voice {
	const struct conf *conf;
	struct conf_offer *offer;
	int command_pipe;
	int parent;
	struct ipc_pulse pulse; /* of the parent */
	int signals;
	tick_t now;
	uint64_t wall_ns; /* read with it */
	struct arena arena;
	struct poller *poller;
	struct udp *boxes[CONF_SOCKETS_MAX]; /* all there are, in use or not */
	uint32_t box_count;
	struct udp *udp[CONF_SOCKETS_MAX]; /* by socket; NULL = there is none */
	struct opened {
		int fd; /* -1 = none */
		struct addr bound;
	} opened[CONF_SOCKETS_MAX]; /* for the next configuration */
	struct keep keep;
	struct recorder recorder;
	struct core *core;
	struct actions actions;
	struct record_writer writer;
	bool awaiting_room; /* the record pipe is being watched */
	bool stop;
	bool leave; /* state for another binary */
	uint64_t turns_total;
	int64_t woken_us;
	struct histogram turns;      /* from waking up to going to sleep */
	struct histogram forwarding; /* from waking up to the last copy of a batch of datagrams */
	uint64_t commands_bad_total;
};

/* Microseconds, to measure turns; events use ticks. */
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

/* Time since the loop woke up. */
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
	record_writer_put(&v->writer, &r);
}

static void tell_counters(struct voice *v)
{
	struct udp_counters sum = {.received_total = 0};

	for (uint32_t i = 0; i < v->box_count; i++) {
		const struct udp_counters *c = udp_counters(v->boxes[i]);

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
		{"records_dropped_total", v->writer.dropped_total},
		{"commands_bad_total", v->commands_bad_total},
		{"actions_refused_total", v->actions.refused_total},
		{"loop_turns_total", v->turns_total},
		{"memory_peak_bytes", process_peak_bytes()},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct record r = {.kind = RECORD_COUNTER,
		                         .change = CHANGE_SNAPSHOT,
		                         .at = v->now,
		                         .counter = rows[i]};

		record_writer_put(&v->writer, &r);
	}
}

static void tell_histogram(struct voice *v, const char *name, const struct histogram *h)
{
	struct record r = {.kind = RECORD_HISTOGRAM, .change = CHANGE_SNAPSHOT, .at = v->now};

	text_copy(r.histogram.name, sizeof(r.histogram.name), name);
	memcpy(r.histogram.bucket, h->bucket, sizeof(r.histogram.bucket));
	r.histogram.sum_us = h->sum_us;
	record_writer_put(&v->writer, &r);
}

/* Counters of the loop, added to a snapshot. */
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

		if (!v->udp[t->where.socket])
			continue; /* about to be opened */
		udp_add(v->udp[t->where.socket], &(struct udp_copy){.bytes = s->bytes,
		                                                    .len = s->len,
		                                                    .id_at = s->id_at,
		                                                    .id = t->id,
		                                                    .to = &t->where.to,
		                                                    .from = &t->where.from});
	}
	for (uint32_t i = 0; i < a->record_count; i++) {
		const struct record *r = &a->records[i];

		record_writer_put(&v->writer, r);
		if (r->kind == RECORD_LOG && r->log.level == LOG_BUG)
			(void)ipc_order(v->parent, &(struct command){.kind = COMMAND_KEEP});
		if (r->kind == RECORD_SNAPSHOT && r->snapshot.begin)
			tell_figures(v);
	}
	actions_empty(&v->actions);
}

static void put(struct voice *v, const struct event *event)
{
	keep_begin_step(&v->keep);
	core_step(v->core, v->now, event, &v->actions);
	keep_end_step(&v->keep);
}

static void step(struct voice *v, struct event *event)
{
	event->wall_ns = v->wall_ns;
	if (recorder_is_due(&v->recorder)) {
		put(v, &(struct event){.kind = EVENT_DERIVE});
		recorder_checkpoint(&v->recorder, v->core, v->conf, v->now, v->wall_ns);
	}
	recorder_event(&v->recorder, v->now, event);
	put(v, event);
	recorder_outcome(&v->recorder, v->core, v->now, event, &v->actions);
	perform(v);
}

static void flush(struct voice *v)
{
	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++)
		if (v->udp[i])
			udp_flush(v->udp[i]);
}

static struct event event_of(const struct udp_datagram *d, uint32_t socket)
{
	return (struct event){
		.kind = EVENT_DATAGRAM,
		.datagram = {.bytes = d->bytes,
	                     .len = d->len,
	                     .from = {.to = d->sender, .from = d->local, .socket = socket}},
	};
}

/*
 * Handles datagrams from known addresses of sessions and neighbours first, then the rest of the
 * batch (decision 39). All are classified beforehand, so datagrams of one sender stay in order.
 */
static void take_batch(struct voice *v, uint32_t socket, const struct udp_datagram *d,
                       uint32_t count)
{
	bool known[UDP_INBOX];

	for (uint32_t i = 0; i < count; i++) {
		const struct event event = event_of(&d[i], socket);
		known[i] = core_knows(v->core, &event);
	}
	for (int first = 1; first >= 0; first--) {
		for (uint32_t i = 0; i < count; i++) {
			struct event event = event_of(&d[i], socket);
			if (known[i] == (first == 1))
				step(v, &event);
		}
		flush(v);
	}
}

/* Reads until the socket is empty, up to a limit that keeps others from waiting. */
static void on_datagrams(struct voice *v, uint32_t socket, unsigned ready)
{
	uint32_t count = UDP_INBOX;

	(void)ready;
	/* It may have been closed in this turn. */
	for (int batch = 0; v->udp[socket] && batch < BATCHES_PER_TURN && count == UDP_INBOX;
	     batch++) {
		const struct udp_datagram *d = udp_receive(v->udp[socket], &count);

		take_batch(v, socket, d, count);
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
 * The record pipe has room: reports dropped records first, then sends snapshot rows. A broken pipe
 * never has room and is not watched again.
 */
static void on_room(struct voice *v, uint32_t unused, unsigned ready)
{
	(void)unused;
	if (ready & POLLER_END) {
		poller_drop(v->poller, v->writer.fd);
		return;
	}
	record_writer_close_gap(&v->writer, v->now);
	if (core_wants_rows(v->core))
		step(v, &(struct event){.kind = EVENT_ROWS, .rows = ROWS_PER_TURN});
}

enum input {
	INPUT_DATAGRAMS,
	INPUT_COMMANDS,
	INPUT_ROOM,
	INPUT_PARENT,
	INPUT_SIGNALS,
};

static int watch(struct voice *v, int fd, unsigned interest, enum input input, uint32_t socket)
{
	return poller_watch(v->poller, fd, interest, (uint64_t)input << 32 | socket);
}

static void close_socket(struct voice *v, uint32_t i)
{
	int fd = udp_descriptor(v->udp[i]);

	poller_drop(v->poller, fd);
	close(fd);
	v->udp[i] = NULL;
}

static bool is_used(const struct voice *v, const struct udp *box)
{
	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++)
		if (v->udp[i] == box)
			return true;
	return false;
}

/* Uses a free box. The parent counts them, so there is one. */
static void open_socket(struct voice *v, uint32_t i, int fd, const struct addr *bound)
{
	uint32_t k = 0;

	while (k < v->box_count && is_used(v, v->boxes[k]))
		k++;
	if (k < v->box_count && watch(v, fd, POLLER_READ, INPUT_DATAGRAMS, i) == 0) {
		v->udp[i] = v->boxes[k];
		udp_use(v->udp[i], fd, bound);
		return;
	}
	log_error("socket %u cannot be used: %s", (unsigned)i, strerror(errno));
	close(fd);
}

static void keep_opened(struct voice *v, const struct socket_record *r, int fd)
{
	if (fd < 0 || r->place >= CONF_SOCKETS_MAX) {
		log_bug("socket %u without a descriptor", (unsigned)r->place);
		return;
	}
	struct opened *o = &v->opened[r->place];
	if (o->fd >= 0)
		close(o->fd);
	*o = (struct opened){.fd = fd, .bound = r->at};
}

/* Closed and moved sockets first: new ones may need their buffers. */
static void change_sockets(struct voice *v)
{
	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++)
		if (v->udp[i] && (v->opened[i].fd >= 0 || !conf_socket_bind(v->conf, i)))
			close_socket(v, i);
	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++) {
		if (v->opened[i].fd >= 0)
			open_socket(v, i, v->opened[i].fd, &v->opened[i].bound);
		v->opened[i].fd = -1;
	}
}

/* Clients that have to leave are notified through the old sockets; then the new ones are used. */
static void on_offer(struct voice *v)
{
	const struct conf *conf = v->offer ? conf_offer_look(v->offer) : NULL;

	while (conf && !core_follows(v->core, conf)) {
		step(v, &(struct event){.kind = EVENT_CONF, .conf = conf});
		flush(v);
	}
	if (!conf)
		return;
	if (conf->server.log_level != v->conf->server.log_level)
		log_set_level(conf->server.log_level);
	v->conf = conf;
	change_sockets(v);
	conf_offer_take(v->offer);
}

/* Checks some rows with each heartbeat. */
static void on_beat(struct voice *v)
{
	ipc_beat(&v->pulse, v->parent, v->now);
	step(v, &(struct event){.kind = EVENT_MEND});
}

/* Resolved addresses and heartbeats. End of file means stop. */
static void on_parent(struct voice *v, uint32_t unused, unsigned ready)
{
	struct record r;
	int handed;

	(void)unused;
	(void)ready;
	switch (ipc_take_handed(v->parent, &r, &handed)) {
	case IPC_NOTHING:
		break;
	case IPC_MESSAGE:
		if (r.kind == RECORD_SOCKET)
			keep_opened(v, &r.socket, handed);
		if (r.kind == RECORD_OFFER)
			on_offer(v);
		if (r.kind == RECORD_BEAT)
			on_beat(v);
		if (r.kind == RECORD_RESOLVED)
			step(v, &(struct event){.kind = EVENT_ADDRESS, .address = r.resolved});
		break;
	case IPC_END:
		v->stop = true;
		break;
	}
}

static void on_signals(struct voice *v, uint32_t unused, unsigned ready)
{
	enum signal_event s;

	(void)unused;
	(void)ready;
	while ((s = signals_take()) != SIGNAL_NOTHING) {
		if (s == SIGNAL_TERM)
			v->stop = true;
		if (s == SIGNAL_USR2)
			v->leave = true;
	}
}

/* Adds the inputs of the loop; a tag combines the input and the socket index. */
static void (*const inputs[])(struct voice *v, uint32_t socket, unsigned ready) = {
	[INPUT_DATAGRAMS] = on_datagrams, [INPUT_COMMANDS] = on_commands, [INPUT_ROOM] = on_room,
	[INPUT_PARENT] = on_parent,       [INPUT_SIGNALS] = on_signals,
};

/* Allocates everything the loop needs; a measuring arena only adds up the sizes. */
static bool cut(struct voice *v, struct arena *arena)
{
	bool all = true;

	v->poller = poller_open(arena, v->box_count + ARRAY_LEN(inputs));
	for (uint32_t i = 0; i < v->box_count; i++) {
		v->boxes[i] = udp_cut(arena);
		all = all && v->boxes[i];
	}
	actions_open(&v->actions, arena, &v->conf->limits);
	return all && v->poller;
}

/* Continues with the core of the previous process; settings may have changed since. */
static bool take_over(struct voice *v, const char **fault)
{
	bool midway = keep_is_midway(&v->keep);

	alarm(ADOPT_PATIENCE_S);
	v->core = keep_adopt(&v->keep, v->conf, fault);
	if (v->core) {
		step(v, &(struct event){.kind = EVENT_MEND, .all = true});
		*fault = core_check(v->core);
	}
	alarm(0);
	if (!v->core || *fault)
		return false;
	log_warn("took over sessions=%lu calls=%lu%s", (unsigned long)core_sessions(v->core),
	         (unsigned long)core_calls(v->core), midway ? " from the middle of a step" : "");
	step(v, &(struct event){.kind = EVENT_CONF, .conf = v->conf});
	return true;
}

/* Asks the clients of an abandoned core to log in again. */
static bool start_clean(struct voice *v, const struct voice_start *start, const char *fault)
{
	struct arena room = {.block = NULL};
	uint32_t count = 0;
	const struct lost_client *lost = fault ? keep_lost(&v->keep, v->conf, &room, &count) : NULL;

	v->core = keep_open(&v->keep, v->conf, start->seed, v->now);
	for (uint32_t i = 0; v->core && lost && i < count; i++)
		step(v, &(struct event){.kind = EVENT_LOST, .lost = lost[i]});
	flush(v);
	if (fault)
		log_warn("started with empty tables: %s; clients asked to log in again=%lu", fault,
		         (unsigned long)count);
	arena_release(&room);
	if (v->core)
		keep_serve(&v->keep);
	return v->core;
}

/* Takes over the previous binary's state; if that fails, its clients have to log in again. */
static bool take_from_before(struct voice *v, const struct voice_start *start, const char **fault)
{
	struct arena room = {.block = NULL};
	uint32_t left = 0;

	v->core = keep_open(&v->keep, v->conf, start->seed, v->now);
	*fault = v->core ? core_take_over(v->core, start->before, start->before_size, &room, &left)
	                 : "out of memory";
	arena_release(&room);
	if (*fault)
		return false;
	keep_serve(&v->keep);
	log_info("took over sessions=%lu calls=%lu rows-left-out=%lu",
	         (unsigned long)core_sessions(v->core), (unsigned long)core_calls(v->core),
	         (unsigned long)left);
	step(v, &(struct event){.kind = EVENT_CONF, .conf = v->conf});
	return true;
}

static bool open_core(struct voice *v, const struct voice_start *start)
{
	const char *fault = "died twice within a minute";

	v->keep = (struct keep){start->keep, start->keep_size};
	recorder_open(&v->recorder, start->recorder, start->recorder_size);
	if (start->before ? take_from_before(v, start, &fault)
	                  : start->adopt && take_over(v, &fault))
		return true;
	return start_clean(v, start, fault);
}

static bool watch_all(struct voice *v, const struct voice_start *start)
{
	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++) {
		int fd = start->udp_sockets[i];
		struct addr bound;
		v->opened[i].fd = -1;
		if (fd >= 0 && udp_bound(fd, &bound))
			open_socket(v, i, fd, &bound);
		if (fd >= 0 && !v->udp[i])
			return false;
	}
	return watch(v, v->command_pipe, POLLER_READ, INPUT_COMMANDS, 0) == 0 &&
	       watch(v, v->parent, POLLER_READ, INPUT_PARENT, 0) == 0 &&
	       watch(v, v->signals, POLLER_READ, INPUT_SIGNALS, 0) == 0;
}

static bool open_all(struct voice *v, const struct voice_start *start)
{
	struct arena measure;

	*v = (struct voice){.conf = start->conf,
	                    .offer = start->offer,
	                    .command_pipe = start->command_pipe,
	                    .parent = start->parent};
	read_clocks(v);
	v->pulse.heard = v->now;
	record_writer_open(&v->writer, start->record_pipe);
	v->signals = signals_open();
	if (v->signals < 0)
		return false;
	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++)
		v->box_count += start->udp_sockets[i] >= 0;
	v->box_count += VOICE_SOCKETS_MORE;
	if (v->box_count > CONF_SOCKETS_MAX)
		v->box_count = CONF_SOCKETS_MAX;
	arena_measure(&measure);
	cut(v, &measure);
	return arena_claim(&v->arena, measure.used) && cut(v, &v->arena) && watch_all(v, start) &&
	       open_core(v, start);
}

/* Watches the record pipe only while data waits for room: it is nearly always writable. */
static void watch_room(struct voice *v)
{
	bool wanted = v->writer.gap || core_wants_rows(v->core);

	if (wanted == v->awaiting_room)
		return;
	if (!wanted)
		poller_drop(v->poller, v->writer.fd);
	else if (watch(v, v->writer.fd, POLLER_WRITE, INPUT_ROOM, 0) != 0)
		return;
	v->awaiting_room = wanted;
}

static tick_t time_to_sleep(const struct voice *v)
{
	tick_t next = tick_first(core_next(v->core), v->writer.due);

	if (next == TICK_NEVER)
		return TICK_NEVER;
	return next > v->now ? next - v->now : 0;
}

/* False if the poller failed. */
static bool turn(struct voice *v)
{
	struct poller_event events[EVENTS_PER_TURN];
	int count = poller_wait(v->poller, events, ARRAY_LEN(events), time_to_sleep(v));

	if (count < 0)
		return false;
	read_clocks(v);
	v->turns_total++;
	for (int i = 0; i < count; i++)
		inputs[events[i].tag >> 32](v, (uint32_t)events[i].tag, events[i].ready);
	ipc_listen(&v->pulse, v->now);
	if (core_next(v->core) <= v->now)
		step(v, &(struct event){.kind = EVENT_TIME});
	flush(v);
	record_writer_tick(&v->writer, v->now);
	watch_room(v);
	measure(v, &v->turns);
	return true;
}

/* One EVENT_STOP logs out as many clients as fit in the actions. */
static void say_goodbye(struct voice *v)
{
	read_clocks(v);
	do {
		step(v, &(struct event){.kind = EVENT_STOP});
		flush(v);
	} while (core_has_sessions(v->core));
	keep_forget(&v->keep);
	record_writer_flush(&v->writer);
}

/* False when there is no room for it. */
static bool hand_over(struct voice *v, const struct voice_start *start)
{
	record_writer_flush(&v->writer);
	return core_hand_over(v->core, start->handover, start->handover_size) > 0;
}

size_t voice_keep_size(const struct conf *conf)
{
	return keep_size(conf);
}

int voice_run(const struct voice_start *start)
{
	struct voice v;
	bool well = open_all(&v, start);

	if (!well) {
		log_error("voice cannot start: %s", strerror(errno));
		return 1;
	}
	if (start->sandbox && !sandbox_enter(start->sandbox))
		log_error(
			"sandbox incomplete: voice runs without all the protection of this kernel");
	log_set_sink(tell_log, &v);
	watch_room(&v);
	(void)ipc_order(v.parent, &(struct command){.kind = COMMAND_READY});
	while (well && !v.stop && !v.leave)
		well = turn(&v);
	int cause = errno;
	if (v.leave && !v.stop)
		return hand_over(&v, start) ? 0 : 1;
	say_goodbye(&v);
	log_set_sink(NULL, NULL);
	if (!well)
		log_error("voice cannot continue: %s", strerror(cause));
	poller_close(v.poller);
	arena_release(&v.arena);
	return well ? 0 : 1;
}
