#include "report/connection/voice_pipe.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "harness/t.h"
#include "io/pipe.h"

static struct voice_pipe l;
static int records[2], commands[2];

static void ignore_log(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

static bool pipes_open(void)
{
	log_set_sink(ignore_log, NULL);
	return pipe_open(records) == 0 && pipe_open(commands) == 0;
}

static void pipes_close(void)
{
	for (int i = 0; i < 2; i++) {
		close(records[i]);
		close(commands[i]);
	}
	log_set_sink(NULL, NULL);
}

static size_t frame(uint8_t out[static RECORD_FRAME_MAX], const char *line)
{
	struct record r = {.kind = RECORD_LOG, .log = {.level = LOG_INFO}};
	struct wr w = wr_make(out, RECORD_FRAME_MAX);

	text_copy(r.log.line, sizeof(r.log.line), line);
	record_frame_write(&w, &r);
	return wr_len(&w);
}

static void put(const char *line)
{
	uint8_t octets[RECORD_FRAME_MAX];
	size_t len = frame(octets, line);

	if (!pipe_put(records[1], octets, len))
		t_fail(__FILE__, __LINE__, "pipe is full");
}

T_CASE(what_a_predecessor_left_is_discarded)
{
	uint8_t octets[RECORD_FRAME_MAX];
	struct record r;

	T_CHECK(pipes_open());
	T_CHECK(fcntl(records[1], F_SETPIPE_SZ, 4 * (int)VOICE_PIPE_BUFFER) >
	        (int)VOICE_PIPE_BUFFER);
	size_t len = frame(octets, "half of it was read");
	T_CHECK(pipe_put(records[1], octets + 7, len - 7));
	for (int i = 0; i < 5000; i++)
		put("stale");
	voice_pipe_open(&l, records[0], commands[1], -1);
	voice_pipe_discard(&l);
	put("new");
	voice_pipe_fill(&l);
	T_CHECK(voice_pipe_next(&l, &r));
	T_TEXT(r.log.line, "new");
	T_CHECK(!voice_pipe_next(&l, &r));
	pipes_close();
}

T_CASE(records_come_whole_however_the_octets_come)
{
	uint8_t octets[RECORD_FRAME_MAX];
	struct record r;

	T_CHECK(pipes_open());
	voice_pipe_open(&l, records[0], commands[1], -1);
	size_t len = frame(octets, "bit by bit");
	for (size_t i = 0; i < len; i++) {
		T_CHECK(!voice_pipe_next(&l, &r));
		T_CHECK(pipe_put(records[1], octets + i, 1));
		voice_pipe_fill(&l);
	}
	T_CHECK(voice_pipe_next(&l, &r));
	T_TEXT(r.log.line, "bit by bit");
	T_EQUAL(l.records_total, 1);
	for (int round = 0; round < 50; round++) { /* far more than the buffer holds */
		for (int i = 0; i < 100; i++)
			put("a line of some length, so that the buffer wraps in the middle of a "
			    "record");
		voice_pipe_fill(&l);
		for (int i = 0; i < 100; i++)
			T_CHECK(voice_pipe_next(&l, &r));
	}
	T_EQUAL(l.records_total, 5001);
	pipes_close();
}

T_CASE(bad_and_unknown_records_are_counted_and_passed_over)
{
	uint8_t octets[RECORD_FRAME_MAX];
	struct record r;

	T_CHECK(pipes_open());
	voice_pipe_open(&l, records[0], commands[1], -1);
	size_t len = frame(octets, "x");
	octets[3] = RECORD_KINDS;
	T_CHECK(pipe_put(records[1], octets, len));
	octets[2] = RECORD_VERSION + 1;
	T_CHECK(pipe_put(records[1], octets, len));
	put("good");
	voice_pipe_fill(&l);
	T_CHECK(voice_pipe_next(&l, &r));
	T_TEXT(r.log.line, "good");
	T_EQUAL(l.bad_total, 2);
	T_EQUAL(l.lost_step_total, 0);
	pipes_close();
}

T_CASE(a_lost_step_is_found_again_at_the_next_write)
{
	static const uint8_t nonsense[] = {0xff, 0xff, 1, 2, 3};
	struct record r;

	T_CHECK(pipes_open());
	voice_pipe_open(&l, records[0], commands[1], -1);
	put("before");
	T_CHECK(pipe_put(records[1], nonsense, sizeof(nonsense)));
	put("lost with it");
	voice_pipe_fill(&l);
	T_CHECK(voice_pipe_next(&l, &r));
	T_TEXT(r.log.line, "before");
	T_CHECK(!voice_pipe_next(&l, &r));
	T_EQUAL(l.lost_step_total, 1);
	put("after");
	voice_pipe_fill(&l);
	T_CHECK(voice_pipe_next(&l, &r));
	T_TEXT(r.log.line, "after");
	pipes_close();
}

T_CASE(commands_are_numbered_and_a_snapshot_is_asked_for_once_a_second)
{
	uint8_t octets[COMMAND_LEN];
	struct command c = {.kind = COMMAND_KICK, .kick = {7}};
	const char *reason;

	T_CHECK(pipes_open());
	voice_pipe_open(&l, records[0], commands[1], -1);
	T_EQUAL(voice_pipe_command(&l, &c), 1);
	l.number = UINT32_MAX;
	T_EQUAL(voice_pipe_command(&l, &c), 1); /* never 0 */
	voice_pipe_refresh(&l, false, 5000);
	voice_pipe_refresh(&l, false, 5999);
	voice_pipe_refresh(&l, false, 6000);
	T_EQUAL(l.snapshots_total, 2);
	voice_pipe_refresh(&l, true, 15999); /* one is coming in */
	T_EQUAL(l.snapshots_total, 2);
	voice_pipe_refresh(&l, true, 16000);
	T_EQUAL(l.snapshots_total, 3);
	unsigned snapshots = 0, kicks = 0;
	while (pipe_take(commands[0], octets, sizeof(octets)) == (ssize_t)sizeof(octets)) {
		T_EQUAL(command_parse(octets, sizeof(octets), &c, &reason), PARSE_OK);
		snapshots += c.kind == COMMAND_SNAPSHOT;
		kicks += c.kind == COMMAND_KICK;
	}
	T_EQUAL(snapshots, 3);
	T_EQUAL(kicks, 2);
	pipes_close();
}

T_CASE(a_full_command_pipe_is_told_and_asked_again)
{
	char filler[COMMAND_LEN] = {0};
	struct command c = {.kind = COMMAND_KICK};

	T_CHECK(pipes_open());
	voice_pipe_open(&l, records[0], commands[1], -1);
	while (pipe_put(commands[1], filler, sizeof(filler)))
		;
	T_EQUAL(voice_pipe_command(&l, &c), 0);
	voice_pipe_refresh(&l, false, 1000);
	T_EQUAL(l.snapshots_total, 0);
	T_EQUAL(l.commands_full_total, 2);
	T_EQUAL(pipe_take(commands[0], filler, sizeof(filler)), COMMAND_LEN);
	while (pipe_take(commands[0], filler, sizeof(filler)) > 0)
		;
	voice_pipe_refresh(&l, false, 1001);
	T_EQUAL(l.snapshots_total, 1);
	pipes_close();
}

T_CASE(the_end_of_the_pipe_is_seen)
{
	T_CHECK(pipes_open());
	voice_pipe_open(&l, records[0], commands[1], -1);
	T_CHECK(!l.ended);
	close(records[1]);
	voice_pipe_fill(&l);
	T_CHECK(l.ended);
	records[1] = dup(records[0]);
	pipes_close();
}

T_MAIN()
