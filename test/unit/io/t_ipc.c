#include "io/ipc.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "harness/t.h"
#include "io/pipe.h"

T_CASE(orders_go_up_and_records_down_each_a_message)
{
	struct command order = {.kind = COMMAND_RELOAD, .number = 7}, c;
	struct record row = {.kind = RECORD_RELOAD, .reload = {7, RELOAD_APPLIED, "a"}}, r;
	int ends[2];

	T_EQUAL(pipe_pair(ends), 0);
	T_EQUAL(ipc_take_order(ends[0], &c), IPC_NOTHING);
	T_CHECK(ipc_order(ends[1], &order));
	T_CHECK(ipc_tell(ends[0], &row));
	row.reload.number = 8;
	T_CHECK(ipc_tell(ends[0], &row));
	T_EQUAL(ipc_take_order(ends[0], &c), IPC_MESSAGE);
	T_EQUAL(c.kind, COMMAND_RELOAD);
	T_EQUAL(c.number, 7);
	for (uint32_t number = 7; number <= 8; number++) {
		T_EQUAL(ipc_take_record(ends[1], &r), IPC_MESSAGE);
		T_EQUAL(r.reload.number, number);
	}
	T_EQUAL(ipc_take_record(ends[1], &r), IPC_NOTHING);
	close(ends[0]);
	T_EQUAL(ipc_take_record(ends[1], &r), IPC_END);
	close(ends[1]);
}

T_CASE(what_is_no_message_is_passed_over)
{
	char octets[COMMAND_LEN + 100] = {0};
	const struct record row = {.kind = RECORD_RESOLVED, .resolved = {.target = 5}};
	struct command c;
	struct record r;
	int ends[2];

	T_EQUAL(pipe_pair(ends), 0);
	T_CHECK(ipc_order(ends[1], &(struct command){.kind = COMMAND_READY}));
	ssize_t len = pipe_take(ends[0], octets, sizeof(octets));
	T_EQUAL(len, COMMAND_LEN);
	for (size_t n = 1; n <= sizeof(octets); n++) {
		T_CHECK(pipe_put(ends[1], octets, n));
		T_EQUAL(ipc_take_order(ends[0], &c), n == COMMAND_LEN ? IPC_MESSAGE : IPC_NOTHING);
	}
	T_CHECK(pipe_put(ends[0], octets, sizeof(octets)));
	T_CHECK(ipc_tell(ends[0], &row));
	T_EQUAL(ipc_take_record(ends[1], &r), IPC_NOTHING);
	T_EQUAL(ipc_take_record(ends[1], &r), IPC_MESSAGE);
	T_EQUAL(r.resolved.target, 5);
	close(ends[0]);
	close(ends[1]);
}

T_CASE(a_pair_that_is_full_takes_no_more_and_loses_nothing)
{
	struct record row = {.kind = RECORD_RELOAD, .reload = {.outcome = RELOAD_REFUSED}}, r;
	uint32_t sent = 0;
	int ends[2];

	T_EQUAL(pipe_pair(ends), 0);
	for (size_t i = 0; i + 1 < sizeof(row.reload.what); i++)
		row.reload.what[i] = 'x';
	while (ipc_tell(ends[0], &row))
		row.reload.number = ++sent;
	T_CHECK(sent >= 100); /* an answer, and more */
	for (uint32_t i = 0; i < sent; i++) {
		T_EQUAL(ipc_take_record(ends[1], &r), IPC_MESSAGE);
		T_EQUAL(r.reload.number, i);
	}
	T_EQUAL(ipc_take_record(ends[1], &r), IPC_NOTHING);
	close(ends[0]);
	close(ends[1]);
}

static int lines;
static char last[200];

static void keep(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	lines++;
	snprintf(last, sizeof(last), "%s", line);
}

T_CASE(silence_of_the_parent_is_said_once)
{
	struct ipc_pulse pulse = {.heard = 1000};
	struct command c;
	int ends[2];

	T_EQUAL(pipe_pair(ends), 0);
	lines = 0;
	log_set_sink(keep, NULL);
	for (tick_t now = 1000; now < 60000; now += 1000)
		ipc_listen(&pulse, now);
	T_EQUAL(lines, 1);
	T_CHECK(strstr(last, "has not responded for 10 s"));
	ipc_beat(&pulse, ends[1], 60000);
	T_EQUAL(lines, 2);
	T_TEXT(last, "the parent is back");
	T_EQUAL(ipc_take_order(ends[0], &c), IPC_MESSAGE);
	T_EQUAL(c.kind, COMMAND_BEAT);
	ipc_beat(&pulse, ends[1], 62500);
	ipc_listen(&pulse, 72000);
	T_EQUAL(lines, 2);
	log_set_sink(NULL, NULL);
	close(ends[0]);
	close(ends[1]);
}

/* Nothing of it stays open. */
T_CASE(a_descriptor_with_no_message_is_closed)
{
	struct record r;
	int ends[2], handed;

	T_EQUAL(pipe_pair(ends), 0);
	int next = dup(ends[0]);
	close(next);
	T_CHECK(pipe_put_with(ends[1], "no record", 9, ends[1]));
	T_EQUAL(ipc_take_handed(ends[0], &r, &handed), IPC_NOTHING);
	T_EQUAL(handed, -1);
	int now = dup(ends[0]);
	T_EQUAL(now, next);
	close(now);
	close(ends[0]);
	close(ends[1]);
}

T_CASE(only_who_asked_and_is_there_gets_a_reply)
{
	struct record r;
	int ends[2];

	T_EQUAL(pipe_pair(ends), 0);
	ipc_reply(ends[0], 1000, 0, true, "nobody has asked");
	ipc_reply(-1, 1000, 7, true, "who has asked is gone");
	ipc_reply(ends[0], 1000, 7, true, "done");
	T_EQUAL(ipc_take_record(ends[1], &r), IPC_MESSAGE);
	T_EQUAL(r.kind, RECORD_REPLY);
	T_EQUAL(r.reply.number, 7);
	T_TEXT(r.reply.text, "done");
	T_EQUAL(ipc_take_record(ends[1], &r), IPC_NOTHING);
	close(ends[0]);
	close(ends[1]);
}

T_MAIN()
