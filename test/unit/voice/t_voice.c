#include "harness/t.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/ipc.h"
#include "io/pipe.h"
#include "io/poller.h"
#include "io/shared.h"
#include "io/udp.h"
#include "voice/voice.h"

/*
 * The loop around a core of a few lines, which takes the place of the real one: it sends each
 * datagram back with an id put in at octet 4 and reports its length; `T` asks for a time 40 ms
 * ahead, `S` for one a second ahead, `Z` tears it, `U` has it torn when it is looked at again, `F`
 * reports a flood, `N` sends to a socket that is not open as well, `L` sends two of its kind to the
 * first socket, for ever more; a snapshot has ROWS rows; at the end the last sender hears "bye".
 */
#define ROWS 50u
#define HANDOVER 4096u
#define ID 0x01020304u
#define STALL_MS 3000

struct core {
	tick_t next;
	uint32_t rows_left;
	bool rows;
	bool torn, unsound;
	struct endpoint last;
};

struct core *core_open(struct arena *arena, const struct conf *conf,
                       const uint8_t seed[static CORE_SEED_LEN], tick_t now)
{
	struct core *core = arena_cut(arena, "core", 1, sizeof(*core));

	(void)conf;
	(void)seed;
	(void)now;
	if (core)
		core->next = TICK_NEVER;
	return core;
}

struct core *core_find(struct arena *arena, const struct conf *conf)
{
	(void)conf;
	return arena_cut(arena, "core", 1, sizeof(struct core));
}

const char *core_adopt(struct core *core)
{
	return core->torn ? "torn" : NULL;
}

bool core_lost_client(struct core *core, uint32_t *at, struct lost_client *out)
{
	*out = (struct lost_client){.id = ID, .where = core->last};
	return ++*at == 0 && core->last.to.port;
}

size_t core_hand_over(const struct core *core, void *at, size_t room)
{
	if (core->torn || room < sizeof(*core))
		return 0;
	memcpy(at, core, sizeof(*core));
	return sizeof(*core);
}

const char *core_take_over(struct core *core, const void *octets, size_t len, struct arena *room,
                           uint32_t *left)
{
	(void)room;
	*left = 0;
	(void)len;
	memcpy(core, octets, sizeof(*core));
	return core->torn ? "torn" : NULL;
}

/* This one is not recorded. */
size_t core_checkpoint(const struct core *core, void *at, size_t room)
{
	(void)core;
	(void)at;
	(void)room;
	return 0;
}

uint64_t core_hash(const struct core *core)
{
	(void)core;
	return 0;
}

const char *core_check(const struct core *core)
{
	return core->unsound ? "unsound" : NULL;
}

uint32_t core_sessions(const struct core *core)
{
	return core->last.to.port != 0;
}

uint32_t core_calls(const struct core *core)
{
	(void)core;
	return 0;
}

tick_t core_next(const struct core *core)
{
	return core->next;
}

/* Known senders say so. */
bool core_knows(const struct core *core, const struct event *e)
{
	(void)core;
	return e->datagram.len > 0 && e->datagram.bytes[0] == 'K';
}

bool core_has_sessions(const struct core *core)
{
	(void)core;
	return false;
}

bool core_wants_rows(const struct core *core)
{
	return core->rows;
}

static void tell(struct actions *a, tick_t now, const char *name, uint64_t value)
{
	struct record *r = actions_record(a, RECORD_COUNTER, CHANGE_UPDATE, now);

	if (!r)
		return;
	snprintf(r->counter.name, sizeof(r->counter.name), "%s", name);
	r->counter.value = value;
}

static void send_to(struct actions *a, const struct endpoint *where, const void *bytes, size_t len)
{
	struct wr w;
	struct send *s = actions_send(a, &w);

	s->id_at = len >= 8 ? 4 : 0;
	wr_bytes(&w, bytes, len);
	actions_sent(a, s, &w, where, ID);
}

static struct {
	struct conf conf;
	int udp[CONF_SOCKETS_MAX], records[2], commands[2], parent[2];
	struct addr server, beside; /* where the two sockets are */
	pid_t pid;
	void *keep;
	void *handover;
	bool before; /* it is there */
	struct conf_offer *offer;
	void (*change)(struct voice_start *start); /* in the process; NULL: nothing */
	/* the client */
	int fd;
	struct arena arena;
	struct udp *client;
} v;

static void on_datagram(struct core *core, tick_t now, const struct event *e, struct actions *a)
{
	if (e->datagram.bytes[0] == 'L') {
		for (int i = 0; i < 2; i++)
			send_to(a, &(struct endpoint){.to = v.server}, "L", 1);
		return;
	}
	core->last = e->datagram.from;
	core->torn = e->datagram.bytes[0] == 'Z';
	core->unsound = e->datagram.bytes[0] == 'U';
	if (e->datagram.bytes[0] == 'T')
		core->next = now + 40;
	if (e->datagram.bytes[0] == 'S')
		core->next = now + STALL_MS;
	if (e->datagram.bytes[0] == 'N')
		send_to(a, &(struct endpoint){.socket = CONF_SOCKETS_MAX - 1}, "N", 1);
	send_to(a, &e->datagram.from, e->datagram.bytes, e->datagram.len);
	tell(a, now, e->datagram.bytes[0] == 'F' ? "flood" : "datagram", e->datagram.len);
}

static void mark(struct core *core, struct actions *a, tick_t now, bool begin)
{
	struct record *r = actions_record(a, RECORD_SNAPSHOT, CHANGE_SNAPSHOT, now);

	r->snapshot.begin = begin;
	core->rows = begin;
}

bool core_follows(const struct core *core, const struct conf *conf)
{
	(void)core;
	return conf != NULL;
}

void core_step(struct core *core, tick_t now, const struct event *e, struct actions *a)
{
	switch (e->kind) {
	case EVENT_DATAGRAM:
		on_datagram(core, now, e, a);
		break;
	case EVENT_COMMAND:
		tell(a, now, "command", e->command->number);
		core->rows_left = ROWS;
		mark(core, a, now, true);
		break;
	case EVENT_TIME:
		tell(a, now, "time", 0);
		core->next = TICK_NEVER;
		break;
	case EVENT_ROWS:
		for (uint32_t i = 0; i < e->rows && core->rows_left; i++)
			tell(a, now, "row", core->rows_left--);
		if (!core->rows_left)
			mark(core, a, now, false);
		break;
	case EVENT_ADDRESS:
	case EVENT_CONF:
	case EVENT_DERIVE:
		break;
	case EVENT_MEND:
		break;
	case EVENT_LOST:
		send_to(a, &e->lost.where, "lost", 4);
		break;
	case EVENT_STOP:
		send_to(a, &core->last, "bye", 3);
		break;
	}
}

static uint8_t stream[1 << 17]; /* of records, not yet split */
static size_t stream_len;

static struct addr local(uint8_t last, uint16_t port)
{
	const uint8_t ip[4] = {127, 0, 0, last};

	return addr_v4(ip, port);
}

static void fork_voice(bool adopt)
{
	if (pipe_pair(v.parent) != 0)
		t_fail(__FILE__, __LINE__, "cannot open");
	v.pid = fork();
	if (v.pid == 0) {
		struct voice_start start = {.conf = &v.conf,
		                            .udp_sockets = v.udp,
		                            .record_pipe = v.records[1],
		                            .command_pipe = v.commands[0],
		                            .offer = v.offer,
		                            .parent = v.parent[1],
		                            .keep = v.keep,
		                            .keep_size = voice_keep_size(&v.conf),
		                            .adopt = adopt,
		                            .handover = v.handover,
		                            .handover_size = HANDOVER,
		                            .before = v.before ? v.handover : NULL,
		                            .before_size = HANDOVER};
		close(v.parent[0]);
		close(v.records[0]);
		if (v.change)
			v.change(&start);
		_exit(voice_run(&start));
	}
	close(v.parent[1]);
}

static void start_voice(bool adopt)
{
	struct command ready = {.kind = COMMAND_KINDS};

	fork_voice(adopt);
	poll(&(struct pollfd){.fd = v.parent[0], .events = POLLIN}, 1, T_PATIENCE_MS);
	if (ipc_take_order(v.parent[0], &ready) != IPC_MESSAGE || ready.kind != COMMAND_READY)
		t_fail(__FILE__, __LINE__, "not ready");
}

static const struct conf_room no_rows = {0, 0}; /* of peers and clients */

static void begin(void)
{
	static const uint8_t any[4] = {0};
	struct addr bind = addr_v4(any, 0), beside = bind, client = local(1, 0);
	struct arena measure;

	stream_len = 0;
	v.conf.listener_count = 2;
	v.conf.listener[0].name[0] = v.conf.listener[1].name[0] = 'l';
	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++)
		v.udp[i] = -1;
	v.conf.limits.sessions = 16;
	v.udp[0] = udp_open(&bind, false);
	v.udp[1] = udp_open(&beside, false);
	v.fd = udp_open(&client, false);
	if (!udp_bound(v.udp[0], &bind) || !udp_bound(v.udp[1], &beside) ||
	    pipe_open(v.records) != 0 || pipe_open(v.commands) != 0)
		t_fail(__FILE__, __LINE__, "cannot open");
	v.server = local(2, bind.port);
	v.beside = local(2, beside.port);
	v.keep = shared_claim(voice_keep_size(&v.conf));
	v.handover = shared_claim(HANDOVER);
	v.before = false;
	v.change = NULL;
	v.offer = shared_claim(conf_offer_size(&no_rows));
	start_voice(true);
	arena_measure(&measure);
	udp_attach(&measure, v.fd);
	if (!arena_claim(&v.arena, measure.used))
		t_fail(__FILE__, __LINE__, "cannot claim");
	v.client = udp_attach(&v.arena, v.fd);
}

static void finish_child(void)
{
	int status = -1;

	if (waitpid(v.pid, &status, 0) != v.pid || status != 0)
		t_fail(__FILE__, __LINE__, "ended with %d", status);
}

static void die_and_start(bool adopt)
{
	int status;

	kill(v.pid, SIGKILL);
	T_EQUAL(waitpid(v.pid, &status, 0), v.pid);
	close(v.parent[0]);
	start_voice(adopt);
}

static void close_all(void)
{
	const int all[] = {v.udp[0],     v.udp[1],      v.fd,         v.records[0],
	                   v.records[1], v.commands[0], v.commands[1]};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		close(all[i]);
	arena_release(&v.arena);
	shared_release(v.keep, voice_keep_size(&v.conf));
	shared_release(v.handover, HANDOVER);
	shared_release(v.offer, conf_offer_size(&no_rows));
}

static void stop(void)
{
	kill(v.pid, SIGTERM);
	finish_child();
	close_all();
	close(v.parent[0]);
}

static void say_to(const struct addr *server, const char *text)
{
	const struct addr nowhere = {.port = 0};

	udp_add(v.client, &(struct udp_copy){.bytes = (const uint8_t *)text,
	                                     .len = strlen(text),
	                                     .to = server,
	                                     .from = &nowhere});
	udp_flush(v.client);
}

static void say(const char *text)
{
	say_to(&v.server, text);
}

/* The next datagram must be this one, from where we wrote to. */
static void hear_from(const struct addr *server, const char *expected)
{
	uint32_t count;

	poll(&(struct pollfd){.fd = v.fd, .events = POLLIN}, 1, T_PATIENCE_MS);
	const struct udp_datagram *d = udp_receive(v.client, &count);
	if (count != 1 || d->len != strlen(expected) || memcmp(d->bytes, expected, d->len) != 0 ||
	    !addr_equal(&d->sender, server))
		t_fail(__FILE__, __LINE__, "%u datagrams, not \"%s\"", count, expected);
}

static void hear(const char *expected)
{
	hear_from(&v.server, expected);
}

/* Reads the next record; false when none comes. */
static bool next_record(struct record *r)
{
	const char *reason;
	struct rd one;

	for (;;) {
		struct rd all = rd_make(stream, stream_len);
		enum parse got = record_frame_take(&all, &one);

		if (got == PARSE_IGNORE) {
			int n = poll(&(struct pollfd){.fd = v.records[0], .events = POLLIN}, 1,
			             T_PATIENCE_MS);
			ssize_t len = pipe_take(v.records[0], stream + stream_len,
			                        sizeof(stream) - stream_len);
			if (n != 1 || len <= 0)
				return false;
			stream_len += (size_t)len;
			continue;
		}
		if (got != PARSE_OK ||
		    record_parse(one.at, rd_left(&one), r, &reason) != PARSE_OK) {
			t_fail(__FILE__, __LINE__, "bad record");
			return false;
		}
		size_t left = rd_left(&all);
		memmove(stream, stream + stream_len - left, left);
		stream_len = left;
		return true;
	}
}

/* Reads records until one of this name or kind comes; returns its value. */
static uint64_t await(const char *name)
{
	struct record r;

	while (next_record(&r)) {
		if (r.kind == RECORD_COUNTER && strcmp(r.counter.name, name) == 0)
			return r.counter.value;
		if (r.kind == RECORD_SNAPSHOT && strcmp("snapshot", name) == 0)
			return r.snapshot.begin;
		if (r.kind == RECORD_DROPPED && strcmp("dropped", name) == 0)
			return r.dropped.count;
	}
	t_fail(__FILE__, __LINE__, "no %s came", name);
	return 0;
}

/* The name of the next counter. */
static const char *await_any(void)
{
	static struct record r;

	while (next_record(&r))
		if (r.kind == RECORD_COUNTER)
			return r.counter.name;
	return "nothing";
}

T_CASE(answers_with_the_id_from_the_address_written_to)
{
	begin();
	T_EQUAL(await("dropped"), 0);
	say("abcdefghij");
	hear("abcd\1\2\3\4ij");
	T_EQUAL(await("datagram"), 10);
	say("short");
	hear("short");
	stop();
}

T_CASE(says_goodbye_once_when_told_to_stop)
{
	uint32_t count;

	begin();
	say("x");
	hear("x");
	kill(v.pid, SIGTERM);
	hear("bye");
	finish_child();
	udp_receive(v.client, &count);
	T_EQUAL(count, 0);
	close_all();
	close(v.parent[0]);
}

/* Dies once more, and then ends as it should. */
static void leave(void)
{
	die_and_start(true);
	kill(v.pid, SIGTERM);
	hear("bye");
	finish_child();
	close_all();
	close(v.parent[0]);
}

/* The next one does not know the clients that get the farewell. */
T_CASE(who_dies_leaves_its_core_to_the_next)
{
	begin();
	say("x");
	hear("x");
	die_and_start(true);
	say("y");
	hear("y");
	leave();
}

T_CASE(what_is_torn_or_not_trusted_is_left_and_its_clients_told)
{
	begin();
	say("Z");
	hear("Z");
	die_and_start(true);
	hear("lost");
	say("x");
	hear("x");
	die_and_start(false);
	hear("lost");
	die_and_start(false);
	say("y"); /* the new core knew no client */
	hear("y");
	stop();
}

/* No client notices, and the next process reads what comes meanwhile. */
T_CASE(who_leaves_hands_over_to_another_binary)
{
	begin();
	say("x");
	hear("x");
	kill(v.pid, SIGUSR2);
	finish_child();
	close(v.parent[0]);
	say("y");
	v.before = true;
	memset(v.keep, 0, voice_keep_size(&v.conf));
	start_voice(true);
	hear("y");
	v.before = false;
	leave();
}

T_CASE(who_cannot_hand_over_says_so)
{
	int status;

	begin();
	say("Z");
	hear("Z");
	kill(v.pid, SIGUSR2);
	T_EQUAL(waitpid(v.pid, &status, 0), v.pid);
	T_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	close_all();
	close(v.parent[0]);
}

T_CASE(who_has_said_goodbye_leaves_nothing)
{
	begin();
	say("x");
	hear("x");
	kill(v.pid, SIGTERM);
	hear("bye");
	finish_child();
	close(v.parent[0]);
	start_voice(true);
	say("y");
	hear("y");
	stop();
}

T_CASE(ends_with_its_parent)
{
	begin();
	say("x");
	hear("x");
	close(v.parent[0]);
	hear("bye");
	finish_child();
	close_all();
}

T_CASE(interrupts_are_the_parents_business)
{
	begin();
	kill(v.pid, SIGINT);
	kill(v.pid, SIGHUP);
	say("x");
	hear("x");
	stop();
}

T_CASE(time_comes_when_it_is_due)
{
	begin();
	say("T");
	hear("T");
	await("time");
	stop();
}

/* The first socket is never empty again, and the signal is taken too. */
T_CASE(a_flood_at_one_socket_holds_up_no_other)
{
	begin();
	say("L");
	say_to(&v.beside, "x");
	hear_from(&v.beside, "x");
	poll(NULL, 0, 50);
	say_to(&v.beside, "y");
	hear_from(&v.beside, "y");
	kill(v.pid, t_failed() ? SIGKILL : SIGTERM);
	hear_from(&v.beside, "bye");
	finish_child();
	close_all();
	close(v.parent[0]);
}

/* The process stood still beyond the time it had asked for: what came meanwhile came in time. */
T_CASE(what_waits_at_the_sockets_comes_before_what_has_run_out)
{
	int status;

	begin();
	say("S");
	hear("S");
	T_EQUAL(await("datagram"), 1);
	kill(v.pid, SIGSTOP);
	T_EQUAL(waitpid(v.pid, &status, WUNTRACED), v.pid);
	say("xx");
	poll(NULL, 0, STALL_MS + 100);
	kill(v.pid, SIGCONT);
	hear("xx");
	T_TEXT(await_any(), "datagram");
	T_TEXT(await_any(), "time");
	stop();
}

/* A backlog is read known senders first, and each sender in order. */
T_CASE(who_is_known_is_served_first_and_in_order)
{
	static const char *const said[] = {"a1", "a2", "K1", "a3", "K2", "K3", "a4"};
	char heard[64] = "";
	int status;

	begin();
	say("x");
	hear("x");
	kill(v.pid, SIGSTOP);
	T_EQUAL(waitpid(v.pid, &status, WUNTRACED), v.pid);
	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		say(said[i]);
	kill(v.pid, SIGCONT);
	while (strlen(heard) < 2 * ARRAY_LEN(said) &&
	       poll(&(struct pollfd){.fd = v.fd, .events = POLLIN}, 1, T_PATIENCE_MS) > 0) {
		uint32_t count;
		const struct udp_datagram *d = udp_receive(v.client, &count);
		for (uint32_t i = 0; i < count; i++)
			strncat(heard, (const char *)d[i].bytes, 2);
	}
	T_TEXT(heard, "K1K2K3a1a2a3a4");
	stop();
}

static void command(uint8_t first_octet_add)
{
	const struct command c = {.kind = COMMAND_SNAPSHOT, .number = 7};
	uint8_t octets[COMMAND_LEN];
	struct wr w = wr_make(octets, sizeof(octets));

	command_write(&w, &c);
	octets[0] = (uint8_t)(octets[0] + first_octet_add);
	pipe_put(v.commands[1], octets, sizeof(octets));
}

T_CASE(a_snapshot_has_all_rows_and_the_counters_of_the_loop)
{
	begin();
	say("x");
	hear("x");
	command(77);
	command(0);
	T_EQUAL(await("command"), 7);
	T_EQUAL(await("snapshot"), 1);
	T_EQUAL(await("socket_received_total"), 1);
	T_EQUAL(await("socket_sent_total"), 1);
	T_EQUAL(await("commands_bad_total"), 1);
	for (uint32_t i = ROWS; i; i--)
		T_EQUAL(await("row"), i);
	T_EQUAL(await("snapshot"), 0);
	stop();
}

/* A stopped reporter: every datagram is answered, and what was lost is reported later. */
T_CASE(does_not_notice_a_reporter_that_stands_still)
{
	enum { DATAGRAMS = 3000 };
	uint64_t dropped;

	begin();
	for (int i = 0; i < DATAGRAMS; i++) {
		say("F");
		hear("F");
		if (t_failed())
			break;
	}
	command(0);
	say("x");
	hear("x");
	T_EQUAL(await("dropped"), 0);
	dropped = await("dropped");
	T_CHECK(dropped > 100 && dropped < DATAGRAMS);
	await("snapshot");
	stop();
}

/* ---- what cannot begin, or go on ---- */

static int errors[2]; /* a pipe for what it says on standard error */

static void say_it_here(struct voice_start *start)
{
	(void)start;
	dup2(errors[1], STDERR_FILENO);
}

/* Its clients log in again. */
T_CASE(a_core_that_is_not_whole_is_left)
{
	static const struct {
		uint32_t head;
		const char *words;
	} rows[] = {{1, "incomplete state"}, {7, "damaged header of the state"}};

	begin();
	say("x");
	hear("x");
	v.change = say_it_here;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char said[512] = "";
		kill(v.pid, SIGKILL);
		T_EQUAL(waitpid(v.pid, NULL, 0), v.pid);
		close(v.parent[0]);
		memcpy(v.keep, &rows[i].head, sizeof(rows[i].head));
		T_EQUAL(pipe_open(errors), 0);
		start_voice(true);
		T_CHECK(read(errors[0], said, sizeof(said) - 1) > 0);
		T_CHECK(strstr(said, rows[i].words));
		close(errors[0]);
		close(errors[1]);
		hear("lost");
		say("y");
		hear("y");
	}
	v.change = NULL;
	say("U");
	hear("U");
	die_and_start(true);
	hear("lost");
	stop();
}

T_CASE(what_another_binary_left_torn_is_not_taken)
{
	const struct core torn = {.torn = true};

	begin();
	kill(v.pid, SIGTERM);
	finish_child();
	close(v.parent[0]);
	v.before = true;
	memcpy(v.handover, &torn, sizeof(torn));
	start_voice(true);
	say("x");
	hear("x");
	stop();
}

static void other_size(struct voice_start *start)
{
	start->keep_size += CACHE_LINE;
}

static void memory_of_its_own(struct voice_start *start)
{
	start->keep = mmap(NULL, start->keep_size, PROT_READ | PROT_WRITE,
	                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void no_socket(struct voice_start *start)
{
	(void)!dup2(start->record_pipe, start->udp_sockets[1]);
}

static void no_commands(struct voice_start *start)
{
	start->command_pipe = -1;
}

static void no_parent(struct voice_start *start)
{
	start->parent = -1;
}

static void no_signals(struct voice_start *start)
{
	(void)start;
	t_refuse(SYS_rt_sigaction, EINVAL);
}

static void no_poller(struct voice_start *start)
{
	(void)start;
	t_refuse(SYS_epoll_create1, EMFILE);
}

/* Whichever is the body of the poller, and the libc. */
static void no_wait(struct voice_start *start)
{
	(void)start;
	t_refuse(SYS_epoll_pwait, ENOMEM);
	t_refuse(SYS_ppoll, ENOMEM);
#ifdef SYS_epoll_wait
	t_refuse(SYS_epoll_wait, ENOMEM);
	t_refuse(SYS_poll, ENOMEM);
#endif
}

static const struct failure {
	void (*change)(struct voice_start *start);
	bool before;
	int error;
	const char *words;
} failures[] = {
	{other_size, false, EOVERFLOW, "cannot start"},
	{other_size, true, EOVERFLOW, "cannot start"},
	{memory_of_its_own, false, EINVAL, "cannot start"},
	{no_socket, false, ENOTSOCK, "cannot start"},
	{no_commands, false, EBADF, "cannot start"},
	{no_parent, false, EBADF, "cannot start"},
	{no_signals, false, EINVAL, "cannot start"},
	{no_poller, false, EMFILE, "cannot start"},
	{no_wait, false, ENOMEM, "cannot continue"},
};
static const struct failure *failure;

static void fail_as_it_should(struct voice_start *start)
{
	say_it_here(start);
	failure->change(start);
}

/* The core that was there before stays whole: the parent starts the next, or ends. */
T_CASE(who_cannot_go_on_says_why_and_ends)
{
	bool polls = strcmp(poller_name(), "epoll") != 0;

	begin();
	for (failure = failures; failure < failures + ARRAY_LEN(failures); failure++) {
		char said[512] = "", expected[128];
		int status = -1;

		if (polls && failure->change == no_poller)
			continue;
		kill(v.pid, SIGKILL);
		T_EQUAL(waitpid(v.pid, &status, 0), v.pid);
		close(v.parent[0]);
		T_EQUAL(pipe_open(errors), 0);
		v.change = fail_as_it_should;
		v.before = failure->before;
		fork_voice(true);
		T_EQUAL(waitpid(v.pid, &status, 0), v.pid);
		T_CHECK(WIFEXITED(status));
		T_EQUAL(WEXITSTATUS(status), 1);
		T_CHECK(read(errors[0], said, sizeof(said) - 1) > 0);
		snprintf(expected, sizeof(expected), "error: voice %s: %s\n", failure->words,
		         strerror(failure->error));
		if (!strstr(said, expected))
			t_fail(__FILE__, __LINE__, "row %d: %s", (int)(failure - failures), said);
		close(errors[0]);
		close(errors[1]);
		close(v.parent[0]);
		v.change = NULL;
		v.before = false;
		start_voice(true);
	}
	say("x");
	hear("x");
	stop();
}

static void half_a_sandbox(struct voice_start *start)
{
	static const struct sandbox sandbox = {SANDBOX_VOICE, -1, "", "", "", 0, false};

	say_it_here(start);
	start->sandbox = &sandbox;
	t_refuse(SYS_prlimit64, EPERM);
#ifdef SYS_setrlimit
	t_refuse(SYS_setrlimit, EPERM);
#endif
}

T_CASE(who_is_not_confined_says_so_and_serves)
{
	char said[512] = "";

	begin();
	kill(v.pid, SIGTERM);
	finish_child();
	close(v.parent[0]);
	T_EQUAL(pipe_open(errors), 0);
	v.change = half_a_sandbox;
	start_voice(true);
	T_CHECK(read(errors[0], said, sizeof(said) - 1) > 0);
	T_CHECK(strstr(said, "sandbox incomplete"));
	say("x");
	hear("x");
	stop();
	close(errors[0]);
	close(errors[1]);
}

/* ---- what is no use, and what is too much ---- */

T_CASE(what_goes_to_no_socket_holds_up_nothing)
{
	begin();
	say("N");
	hear("N");
	stop();
}

T_CASE(half_a_command_is_a_bad_one)
{
	uint8_t octets[COMMAND_LEN / 2] = {0};

	begin();
	T_CHECK(pipe_put(v.commands[1], octets, sizeof(octets)));
	for (int i = 0; i < 2; i++) { /* by then it has been read */
		say("x");
		hear("x");
	}
	command(0);
	T_EQUAL(await("commands_bad_total"), 1);
	stop();
}

/* Nobody will ever read: that costs no answer, and no time of the processor. */
T_CASE(a_reporter_that_is_gone_is_not_waited_for)
{
	struct rusage use;
	int status;

	begin();
	close(v.records[0]);
	say("x");
	hear("x");
	poll(NULL, 0, 200);
	say("y");
	hear("y");
	kill(v.pid, SIGTERM);
	T_EQUAL(wait4(v.pid, &status, 0, &use), v.pid);
	T_EQUAL(status, 0);
	T_CHECK(use.ru_utime.tv_sec + use.ru_stime.tv_sec == 0);
	T_CHECK(use.ru_utime.tv_usec + use.ru_stime.tv_usec < 100000);
	v.records[0] = dup(v.records[1]); /* is closed with the others */
	close_all();
	close(v.parent[0]);
}

/* Ordered to stop, it leaves to nobody what it has told the clients is over. */
T_CASE(who_is_to_stop_does_not_hand_over)
{
	int status;

	begin();
	say("x");
	hear("x");
	kill(v.pid, SIGSTOP);
	T_EQUAL(waitpid(v.pid, &status, WUNTRACED), v.pid);
	kill(v.pid, SIGUSR2);
	kill(v.pid, SIGTERM);
	kill(v.pid, SIGCONT);
	hear("bye");
	finish_child();
	for (size_t i = 0; i < HANDOVER; i++)
		T_EQUAL(((const char *)v.handover)[i], 0);
	close_all();
	close(v.parent[0]);
}

/* ---- sockets of a reload ---- */

/* Reads records until a line of the log comes that has this in it. */
static bool await_line(const char *part)
{
	struct record r;

	while (next_record(&r))
		if (r.kind == RECORD_LOG && strstr(r.log.line, part))
			return true;
	return false;
}

static void offer(uint32_t listeners)
{
	v.conf.listener_count = listeners;
	if (!conf_offer_put(v.offer, &v.conf, &no_rows, CONF_VOICE) ||
	    !ipc_tell(v.parent[0], &(struct record){.kind = RECORD_OFFER}))
		t_fail(__FILE__, __LINE__, "cannot offer");
}

/* A socket of a port of its own for that place; where it is. */
static struct addr hand(uint32_t place)
{
	struct record r = {.kind = RECORD_SOCKET, .socket = {.place = place}};
	struct addr bind = local(2, 0);
	int fd = udp_open(&bind, false);

	if (!udp_bound(fd, &r.socket.at) || !ipc_hand(v.parent[0], &r, fd))
		t_fail(__FILE__, __LINE__, "cannot hand");
	close(fd);
	return r.socket.at;
}

/* Is it open no more? */
static bool is_closed(const struct addr *where)
{
	int fd = -1;

	for (int i = 0; i < T_PATIENCE_MS && fd < 0; i++) {
		fd = udp_open(where, false);
		if (fd < 0)
			poll(NULL, 0, 1);
	}
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

T_CASE(sockets_come_and_go_with_the_configuration)
{
	begin();
	struct addr given_up = hand(2), moved = hand(2);
	T_CHECK(ipc_tell(v.parent[0], &(struct record){.kind = RECORD_OFFER})); /* of nothing */
	T_CHECK(is_closed(&given_up)); /* the later one counts */
	say("x");                      /* which came before the offer */
	hear("x");
	v.conf.listener[2].name[0] = 'l';
	offer(3);
	say_to(&moved, "y");
	hear_from(&moved, "y");
	offer(1);
	T_CHECK(is_closed(&moved));
	say("z");
	hear("z");
	stop();
}

/* Which the parent does not do: what is there serves on. */
T_CASE(more_sockets_than_there_is_room_for_are_closed)
{
	enum { ROOM = 2 + VOICE_SOCKETS_MORE };
	struct addr at = {.port = 0}, one_more = at;

	begin();
	for (uint32_t i = 2; i <= ROOM; i++) {
		v.conf.listener[i].name[0] = 'l';
		if (i == ROOM)
			one_more = hand(i);
		else
			at = hand(i);
	}
	offer(ROOM + 1);
	T_CHECK(await_line("socket 10 cannot be used"));
	T_CHECK(is_closed(&one_more));
	say_to(&at, "x");
	hear_from(&at, "x");
	stop();
}

T_CASE(what_the_parent_does_not_mean_is_passed_over)
{
	begin();
	T_CHECK(pipe_put(v.parent[0], "no record", 9));
	T_CHECK(ipc_tell(v.parent[0], &(struct record){.kind = RECORD_SOCKET}));
	T_CHECK(await_line("socket 0 without a descriptor"));
	say("x");
	hear("x");
	stop();
}

T_MAIN()
