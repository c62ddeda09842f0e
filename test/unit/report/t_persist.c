#include "report/persist/persist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "harness/t.h"
#include "io/pipe.h"

/* A memory with its file in a directory of its own, and the pipe its commands go to. */
static struct {
	char root[64], path[96], damaged[128];
	struct conf conf;
	struct clock clock;
	struct voice_pipe link;
	struct model *model;
	struct persist *persist;
	int commands[2];
} w;

static void ignore(void *context, enum log_level level, const char *line)
{
	(void)context, (void)level, (void)line;
}

static void open_memory(void)
{
	w.persist = persist_open(&w.conf, &w.clock);
	if (!w.persist)
		abort();
}

static void begin(void)
{
	memset(&w, 0, sizeof(w));
	snprintf(w.root, sizeof(w.root), "/tmp/freedmr.XXXXXX");
	if (!mkdtemp(w.root) || pipe_open(w.commands) != 0)
		abort();
	snprintf(w.path, sizeof(w.path), "%s/state", w.root);
	snprintf(w.damaged, sizeof(w.damaged), "%s.damaged", w.path);
	text_copy(w.conf.server.state, sizeof(w.conf.server.state), w.path);
	w.conf.server.remember_ms = 900000;
	w.conf.limits.subscriptions = w.conf.limits.locations = 16;
	w.conf.limits.sessions = w.conf.limits.streams = 16;
	w.clock = (struct clock){.now = 1000000, .epoch_ms = INT64_C(1700000000000)};
	w.link.command_pipe = w.commands[1];
	w.link.asked_at = TICK_LONG_AGO;
	w.model = model_open(&w.conf.limits);
	log_set_sink(ignore, NULL);
	open_memory();
}

static void end(void)
{
	if (w.persist)
		persist_close(w.persist, &w.clock);
	model_close(w.model);
	remove(w.path);
	remove(w.damaged);
	rmdir(w.root);
	close(w.commands[0]);
	close(w.commands[1]);
	log_set_sink(NULL, NULL);
}

static void take(struct record r)
{
	r.at = w.clock.now;
	persist_take(w.persist, &r, &w.clock);
}

static void server_starts(tick_t at)
{
	take((struct record){.kind = RECORD_SERVER, .server = {.id = 1, .started = at}});
}

static void session(enum change change)
{
	take((struct record){.kind = RECORD_SESSION,
	                     .change = change,
	                     .session = {.client = 7, .since = w.clock.now}});
}

static void subscription(enum change change, uint32_t tg, enum subscription_mode mode)
{
	take((struct record){
		.kind = RECORD_SUBSCRIPTION,
		.change = change,
		.subscription = {7, 2, mode == SUBSCRIPTION_DIAL ? 9 : tg, tg, mode, true,
	                         w.clock.now + 600000},
	});
}

static void put(struct text *t, const struct command *c)
{
	text_format(t, "%s ", command_info(c->kind)->name);
	if (c->kind == COMMAND_BLOCK) {
		block_target_format(&c->block.target, t);
		text_format(t, " %ld %ld|", (long)(c->block.ms / 1000),
		            (long)(c->block.ago / 1000));
	} else if (c->kind == COMMAND_LOCATE) {
		text_format(t, "%u %u %u %u|", c->locate.client, c->locate.slot, c->locate.radio,
		            c->locate.seconds);
	} else if (c->kind == COMMAND_NEIGHBOUR) {
		char at[ADDR_TEXT_MAX];
		text_format(t, "%s %s %d|", c->neighbour.name, addr_format(&c->neighbour.at, at),
		            c->neighbour.stunned);
	} else {
		text_format(t, "%u %u %u %s %u %u|", c->restore.client, c->restore.slot,
		            c->restore.tg, subscription_mode_name(c->restore.mode),
		            c->restore.conference, c->restore.seconds);
	}
}

/* The commands that have come since, but for questions, as words. */
static const char *told(void)
{
	static char out[4096];
	uint8_t octets[COMMAND_LEN];
	struct text t = text_make(out, sizeof(out));
	const char *reason;
	struct command c;

	persist_serve(w.persist, &w.link, w.model, &w.clock);
	while (pipe_take(w.commands[0], octets, sizeof(octets)) == (ssize_t)sizeof(octets)) {
		if (command_parse(octets, sizeof(octets), &c, &reason) != PARSE_OK)
			abort();
		if (c.kind != COMMAND_SNAPSHOT)
			put(&t, &c);
	}
	return out;
}

static void restart(tick_t away)
{
	persist_close(w.persist, &w.clock);
	w.clock.now += away;
	open_memory();
	server_starts(w.clock.now);
}

T_CASE(what_was_keyed_and_dialled_is_back_with_the_client)
{
	begin();
	server_starts(1);
	session(CHANGE_BEGIN);
	subscription(CHANGE_BEGIN, 235, SUBSCRIPTION_USER);
	subscription(CHANGE_BEGIN, 2350, SUBSCRIPTION_DIAL);
	subscription(CHANGE_BEGIN, 91, SUBSCRIPTION_STATIC);
	subscription(CHANGE_BEGIN, 92, SUBSCRIPTION_USER);
	subscription(CHANGE_END, 92, SUBSCRIPTION_USER);
	session(CHANGE_END);
	T_TEXT(told(), "");
	w.clock.now += 60000;
	session(CHANGE_BEGIN);
	T_TEXT(told(), "restore 7 2 9 dial 2350 540|restore 7 2 235 user 235 540|");
	T_TEXT(told(), "");
	restart(60000);
	session(CHANGE_BEGIN);
	T_TEXT(told(), "restore 7 2 9 dial 2350 480|restore 7 2 235 user 235 480|");
	end();
}

T_CASE(what_is_too_old_does_not_count)
{
	begin();
	w.conf.server.remember_ms = 300000;
	persist_close(w.persist, &w.clock);
	open_memory();
	server_starts(1);
	session(CHANGE_BEGIN);
	subscription(CHANGE_BEGIN, 235, SUBSCRIPTION_USER);
	session(CHANGE_END);
	restart(301000);
	session(CHANGE_BEGIN);
	T_TEXT(told(), "");
	end();
}

T_CASE(a_new_voice_process_is_told_blocks_and_locations)
{
	begin();
	server_starts(1);
	(void)told();
	take((struct record){.kind = RECORD_CALL,
	                     .change = CHANGE_BEGIN,
	                     .call = {.origin = {SOURCE_CLIENT, 7}, .slot = 1, .src = 2345678}});
	take((struct record){.kind = RECORD_CALL, /* where it is not carried it is not located */
	                     .change = CHANGE_BEGIN,
	                     .call = {.origin = {SOURCE_CLIENT, 8},
	                              .slot = 2,
	                              .src = 2345678,
	                              .state = CALL_WAITING}});
	take((struct record){.kind = RECORD_BLOCK,
	                     .change = CHANGE_BEGIN,
	                     .block = {"192.0.2.1", "", TICK_NEVER, w.clock.now - 3000}});
	take((struct record){.kind = RECORD_BLOCK,
	                     .change = CHANGE_BEGIN,
	                     .block = {"2345679", "", w.clock.now + 60000, w.clock.now}});
	take((struct record){
		.kind = RECORD_BLOCK, /* refused again if still unregistered */
		.change = CHANGE_BEGIN,
		.block = {"2345670", "not registered", w.clock.now + 60000, w.clock.now}});
	T_TEXT(told(), "");
	w.clock.now += 10000;
	server_starts(2);
	T_TEXT(told(), "block 192.0.2.1 0 13|block 2345679 50 10|locate 7 1 2345678 10|");
	restart(60000);
	T_TEXT(told(), "block 192.0.2.1 0 73|locate 7 1 2345678 70|");
	take((struct record){.kind = RECORD_BLOCK,
	                     .change = CHANGE_END,
	                     .block = {"192.0.2.1", "", TICK_NEVER, 0}});
	restart(1000);
	T_TEXT(told(), "locate 7 1 2345678 71|");
	end();
}

static void peer(enum change change, const char *name, uint16_t port, enum issuer stunned_by)
{
	struct record r = {
		.kind = RECORD_PEER, .change = change, .peer = {.stunned_by = stunned_by}};

	text_copy(r.peer.name, sizeof(r.peer.name), name);
	if (port)
		r.peer.at = addr_v4((const uint8_t[]){192, 0, 2, 9}, port);
	take(r);
}

T_CASE(a_neighbour_is_told_where_it_was)
{
	struct conf_peer *peers = calloc(2, sizeof(*peers));

	if (!peers)
		abort();
	text_copy(peers[0].name, sizeof(peers[0].name), "uk");
	text_copy(peers[1].name, sizeof(peers[1].name), "de");
	begin();
	w.conf.peer_count = 2;
	w.conf.peer = peers;
	server_starts(1);
	(void)told();
	peer(CHANGE_SNAPSHOT, "uk", 0, ISSUER_NONE);
	peer(CHANGE_UPDATE, "uk", 4000, ISSUER_NEIGHBOUR);
	peer(CHANGE_UPDATE, "uk", 4001, ISSUER_NONE);
	peer(CHANGE_UPDATE, "de", 4002, ISSUER_NONE);
	T_TEXT(told(), "");
	restart(1000);
	T_TEXT(told(), "neighbour de 192.0.2.9:4002 0|neighbour uk 192.0.2.9:4001 1|");
	w.clock.now += 1000; /* a voice process that knows nothing says so first */
	server_starts(3);
	peer(CHANGE_SNAPSHOT, "uk", 0, ISSUER_NONE);
	T_TEXT(told(), "neighbour de 192.0.2.9:4002 0|neighbour uk 192.0.2.9:4001 1|");
	peer(CHANGE_UPDATE, "uk", 4001, ISSUER_NONE);
	peer(CHANGE_UPDATE, "uk", 0, ISSUER_NONE); /* the operator made voice forget it */
	peer(CHANGE_END, "de", 4002, ISSUER_NONE);
	restart(1000);
	T_TEXT(told(), "");
	peer(CHANGE_UPDATE, "de", 4002, ISSUER_NONE);
	w.conf.peer_count = 1; /* taken out of the configuration meanwhile */
	restart(1000);
	T_TEXT(told(), "");
	end();
	free(peers);
}

T_CASE(the_file_is_written_once_a_minute_and_only_when_something_changed)
{
	begin();
	server_starts(1);
	session(CHANGE_BEGIN);
	(void)told();
	T_EQUAL(persist_next(w.persist, &w.clock), TICK_NEVER);
	for (int minute = 0; minute < 3; minute++) {
		subscription(CHANGE_BEGIN, 235 + (uint32_t)minute, SUBSCRIPTION_USER);
		tick_t due = w.clock.now + (minute ? PERSIST_EVERY_MS : 0);
		while (w.clock.now < due) {
			(void)told();
			T_CHECK(access(w.path, F_OK) != 0);
			w.clock.now += 1000;
		}
		for (int i = 0; i < 10 && access(w.path, F_OK) != 0; i++, w.clock.now += 1000)
			(void)told(); /* a snapshot is awaited, in vain */
		T_CHECK(access(w.path, F_OK) == 0);
		remove(w.path);
		T_EQUAL(persist_next(w.persist, &w.clock), TICK_NEVER);
	}
	end();
}

static char file[1024];
static size_t file_len;

static void read_file(void)
{
	FILE *f = fopen(w.path, "r");

	file_len = f ? fread(file, 1, sizeof(file), f) : 0;
	if (f)
		fclose(f);
}

static void write_file(size_t len)
{
	FILE *f = fopen(w.path, "w");

	if (!f || fwrite(file, 1, len, f) != len || fclose(f) != 0)
		abort();
}

T_CASE(a_damaged_file_is_set_aside_whole)
{
	begin();
	server_starts(1);
	session(CHANGE_BEGIN);
	subscription(CHANGE_BEGIN, 235, SUBSCRIPTION_USER);
	take((struct record){.kind = RECORD_BLOCK, .block = {"2345679", "", TICK_NEVER, 0}});
	persist_close(w.persist, &w.clock);
	w.persist = NULL;
	read_file();
	T_CHECK(file_len > 50);
	for (size_t len = 0; len < file_len; len++) {
		write_file(len);
		open_memory();
		server_starts(2);
		session(CHANGE_BEGIN);
		T_TEXT(told(), "");
		persist_close(w.persist, &w.clock);
		w.persist = NULL;
		T_CHECK(access(w.path, F_OK) != 0 && access(w.damaged, F_OK) == 0);
		remove(w.damaged);
	}
	write_file(file_len);
	open_memory();
	server_starts(2);
	session(CHANGE_BEGIN);
	T_TEXT(told(), "block 2345679 0 1000|restore 7 2 235 user 235 600|");
	end();
}

T_MAIN()
