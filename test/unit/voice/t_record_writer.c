#include "harness/t.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/pipe.h"
#include "io/signals.h"
#include "voice/record_writer.h"

static uint8_t stream[1 << 20];

/*
 * Empties the pipe and lists what came, as "D2/7 c0 c1": dropped (count/total) and counters by
 * value.
 */
static void read_all(int fd, char *out, size_t cap)
{
	size_t have = 0;
	ssize_t n;

	while ((n = pipe_take(fd, stream + have, sizeof(stream) - have)) > 0)
		have += (size_t)n;
	struct text t = text_make(out, cap);
	struct rd all = rd_make(stream, have), one;
	while (record_frame_take(&all, &one) == PARSE_OK) {
		struct record r;
		const char *reason;

		if (record_parse(one.at, rd_left(&one), &r, &reason) != PARSE_OK)
			t_fail(__FILE__, __LINE__, "bad record: %s", reason);
		else if (r.kind == RECORD_DROPPED)
			text_format(&t, "D%llu/%llu ", (unsigned long long)r.dropped.count,
			            (unsigned long long)r.dropped.total);
		else if (r.kind == RECORD_COUNTER)
			text_format(&t, "c%llu ", (unsigned long long)r.counter.value);
		else if (r.kind == RECORD_PING)
			text_format(&t, "p%u ", (unsigned)r.ping.client);
		else
			text_format(&t, "? ");
	}
	if (rd_left(&all))
		t_fail(__FILE__, __LINE__, "half a frame at the end");
}

static void put(struct record_writer *t, uint64_t value)
{
	struct record r = {.kind = RECORD_COUNTER, .change = CHANGE_UPDATE, .at = 1};

	snprintf(r.counter.name, sizeof(r.counter.name), "%047d", 0);
	r.counter.value = value;
	record_writer_put(t, &r);
}

static void put_ping(struct record_writer *t, tick_t at, uint32_t client)
{
	record_writer_put(t, &(struct record){.kind = RECORD_PING,
	                                      .change = CHANGE_UPDATE,
	                                      .at = at,
	                                      .ping = {client}});
}

T_CASE(begins_with_a_gap_of_nothing)
{
	struct record_writer t;
	int ends[2];
	char told[100];

	T_EQUAL(pipe_open(ends), 0);
	record_writer_open(&t, ends[1]);
	put(&t, 1);
	put(&t, 2);
	read_all(ends[0], told, sizeof(told));
	T_TEXT(told, "");
	record_writer_flush(&t);
	read_all(ends[0], told, sizeof(told));
	T_TEXT(told, "D0/0 c1 c2 ");
	put(&t, 3);
	record_writer_flush(&t);
	record_writer_flush(&t);
	read_all(ends[0], told, sizeof(told));
	T_TEXT(told, "c3 ");
	close(ends[0]);
	close(ends[1]);
}

T_CASE(the_gap_is_said_without_a_record)
{
	struct record_writer t;
	int ends[2];
	char told[100];

	T_EQUAL(pipe_open(ends), 0);
	record_writer_open(&t, ends[1]);
	T_CHECK(t.gap);
	record_writer_close_gap(&t, 5);
	T_CHECK(!t.gap);
	read_all(ends[0], told, sizeof(told));
	T_TEXT(told, "D0/0 ");
	record_writer_close_gap(&t, 6);
	put(&t, 1);
	record_writer_close_gap(&t, 7);
	read_all(ends[0], told, sizeof(told));
	T_TEXT(told, "c1 ");
	close(ends[0]);
	close(ends[1]);
}

/* Every record is either read or counted, and the count comes before what follows the gap. */
T_CASE(a_full_pipe_drops_and_counts)
{
	struct record_writer t;
	int ends[2];
	static char told[1 << 16];
	char expected[100];
	uint64_t put_total = 0, came = 0;

	T_EQUAL(pipe_open(ends), 0);
	record_writer_open(&t, ends[1]);
	while (!t.dropped_total)
		put(&t, put_total++);
	for (int i = 0; i < 1000; i++)
		put(&t, put_total++);
	record_writer_flush(&t);
	T_EQUAL(t.len, 0);
	read_all(ends[0], told, sizeof(told));
	for (const char *c = told; (c = strchr(c, 'c')); c++)
		came++;
	T_EQUAL(came + t.dropped_total, put_total);
	T_EQUAL(t.dropped, t.dropped_total);
	T_CHECK(t.gap && came > 500);

	uint64_t first = t.dropped_total;
	put(&t, 7);
	record_writer_flush(&t);
	T_CHECK(!t.gap);
	read_all(ends[0], told, sizeof(told));
	snprintf(expected, sizeof(expected), "D%llu/%llu c7 ", (unsigned long long)first,
	         (unsigned long long)first);
	T_TEXT(told, expected);

	/* a second gap starts from 0, the total goes on */
	while (t.dropped_total == first)
		put(&t, 1);
	uint64_t second = t.dropped_total - first;
	read_all(ends[0], told, sizeof(told));
	record_writer_close_gap(&t, 9);
	read_all(ends[0], told, sizeof(told));
	snprintf(expected, sizeof(expected), "D%llu/%llu ", (unsigned long long)second,
	         (unsigned long long)(first + second));
	T_CHECK(strncmp(told, expected, strlen(expected)) == 0);
	close(ends[0]);
	close(ends[1]);
}

T_CASE(a_reader_that_is_gone_is_a_full_pipe)
{
	struct record_writer t;
	int ends[2];

	T_CHECK(signals_open() >= 0); /* SIGPIPE is ignored from here */
	T_EQUAL(pipe_open(ends), 0);
	close(ends[0]);
	record_writer_open(&t, ends[1]);
	put(&t, 1);
	record_writer_flush(&t);
	T_EQUAL(t.dropped_total, 1);
	T_CHECK(t.gap);
	close(ends[1]);
}

T_CASE(keepalives_wait_for_another_record_or_a_quarter_of_a_second)
{
	struct record_writer t;
	int ends[2];
	char told[100];

	T_EQUAL(pipe_open(ends), 0);
	record_writer_open(&t, ends[1]);
	T_EQUAL(t.due, TICK_NEVER);
	put_ping(&t, 1000, 1);
	put_ping(&t, 1100, 2);
	T_EQUAL(t.due, 1250);
	record_writer_tick(&t, 1249);
	read_all(ends[0], told, sizeof(told));
	T_TEXT(told, "");
	record_writer_tick(&t, 1250);
	read_all(ends[0], told, sizeof(told));
	T_TEXT(told, "D0/0 p1 p2 ");
	T_EQUAL(t.due, TICK_NEVER);
	put_ping(&t, 1300, 3);
	put(&t, 7);
	put_ping(&t, 1300, 4);
	record_writer_tick(&t, 1300);
	read_all(ends[0], told, sizeof(told));
	T_TEXT(told, "p3 c7 p4 ");
	T_EQUAL(t.due, TICK_NEVER);
	close(ends[0]);
	close(ends[1]);
}

T_MAIN()
