#include "report/report.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/t.h"
#include "io/ipc.h"
#include "io/pipe.h"
#include "io/unix.h"
#include "wire/command.h"
#include "wire/record.h"

/* A whole reporter in a process of its own; the test is parent, voice process and connection. */
static struct {
	pid_t pid;
	int records[2], commands[2], link[2], errors[2];
	int listening;
	char path[64];
	struct command last;
	unsigned snapshots, kicks;
	uint32_t client; /* the one session the voice process has */
	bool silent;     /* the voice process answers nothing */
	bool heir;       /* the reporter had a predecessor */
} p;

static void put(struct record r)
{
	uint8_t octets[RECORD_FRAME_MAX];
	struct wr w = wr_make(octets, sizeof(octets));

	record_frame_write(&w, &r);
	if (!pipe_put(p.records[1], octets, wr_len(&w)))
		t_fail(__FILE__, __LINE__, "record pipe is full");
}

static struct record session(enum change change)
{
	return (struct record){.kind = RECORD_SESSION,
	                       .change = change,
	                       .at = 1000,
	                       .session = {.client = p.client, .callsign = "G0ABC"}};
}

static void obey(void)
{
	uint8_t octets[COMMAND_LEN];
	const char *reason;

	if (pipe_take(p.commands[0], octets, sizeof(octets)) <= 0)
		return;
	if (command_parse(octets, sizeof(octets), &p.last, &reason) != PARSE_OK) {
		t_fail(__FILE__, __LINE__, "bad command: %s", reason);
		return;
	}
	if (p.last.kind == COMMAND_KICK) {
		p.kicks++;
		struct record r = {.kind = RECORD_REPLY,
		                   .reply = {p.last.number, p.last.client == p.client, "so be it"}};
		put(r);
		return;
	}
	p.snapshots++;
	if (p.silent)
		return;
	put((struct record){.kind = RECORD_SNAPSHOT, .snapshot = {p.last.number, true}});
	put(session(CHANGE_SNAPSHOT));
	put((struct record){.kind = RECORD_SNAPSHOT, .snapshot = {p.last.number, false}});
}

/* Reads from `fd`, and plays the voice process meanwhile, until `what` came or patience ran out. */
static const char *wait_for(int fd, const char *what)
{
	static char heard[1 << 18];
	size_t len = 0;

	heard[0] = 0;
	for (int waited = 0; waited < T_PATIENCE_MS && len < sizeof(heard) - 1;) {
		struct pollfd fds[2] = {{.fd = fd, .events = POLLIN},
		                        {.fd = p.commands[0], .events = POLLIN}};
		if (poll(fds, 2, 100) == 0)
			waited += 100;
		if (fds[1].revents)
			obey();
		if (!fds[0].revents)
			continue;
		ssize_t n = read(fd, heard + len, sizeof(heard) - 1 - len);
		if (n <= 0)
			break;
		len += (size_t)n;
		heard[len] = 0;
		if (strstr(heard, what))
			return heard;
	}
	t_fail(__FILE__, __LINE__, "waited for %s, heard: %s", what, heard);
	return heard;
}

static int call_in(void)
{
	int fd = unix_connect(p.path);

	if (fd < 0)
		t_fail(__FILE__, __LINE__, "cannot connect to %s", p.path);
	return fd;
}

static void say(int fd, const char *words)
{
	if (send(fd, words, strlen(words), MSG_NOSIGNAL) != (ssize_t)strlen(words))
		t_fail(__FILE__, __LINE__, "cannot say %s", words);
}

static void be_reporter(void)
{
	static struct conf conf = {.limits = {.sessions = 10, .subscriptions = 10, .streams = 10}};
	const struct report_start start = {.record_pipe = p.records[0],
	                                   .command_pipe = p.commands[1],
	                                   .listening = {[SERVICE_CONTROL] = p.listening,
	                                                 [SERVICE_HTTP] = -1,
	                                                 [SERVICE_LEGACY] = -1},
	                                   .parent = p.link[1],
	                                   .heir = p.heir,
	                                   .conf = &conf};

	dup2(p.errors[1], STDERR_FILENO);
	close(p.link[0]);
	close(p.records[1]);
	close(p.errors[0]);
	_exit(report_run(&start));
}

static bool is_ready(void)
{
	struct pollfd link = {.fd = p.link[0], .events = POLLIN};
	struct command c;

	return poll(&link, 1, T_PATIENCE_MS) == 1 && ipc_take_order(p.link[0], &c) == IPC_MESSAGE &&
	       c.kind == COMMAND_READY;
}

/* The voice process has said `line` before the reporter comes, an heir's predecessor half of it. */
static bool open_with(bool silent, bool heir, const char *line)
{
	uint8_t octets[RECORD_FRAME_MAX];
	struct record said = {.kind = RECORD_LOG, .log = {.level = LOG_INFO}};
	struct wr w = wr_make(octets, sizeof(octets));

	memset(&p, 0, sizeof(p));
	p.client = 234567801;
	p.silent = silent;
	p.heir = heir;
	text_copy(said.log.line, sizeof(said.log.line), line);
	record_frame_write(&w, &said);
	size_t read = heir ? 3 : 0;
	snprintf(p.path, sizeof(p.path), "/tmp/t_report.%d", (int)getpid());
	p.listening = unix_listen(p.path);
	if (p.listening < 0 || pipe_open(p.records) != 0 || pipe_open(p.commands) != 0 ||
	    pipe_pair(p.link) != 0 || pipe(p.errors) != 0 ||
	    !pipe_put(p.records[1], octets + read, wr_len(&w) - read))
		return false;
	p.pid = fork();
	if (p.pid == 0)
		be_reporter();
	close(p.link[1]);
	close(p.errors[1]);
	return p.pid > 0 && is_ready();
}

static bool open_all(void)
{
	return open_with(false, true, "half of it was read");
}

/* Ends the reporter by `signal`, 0: by the end of the parent. Returns its exit status, -1: not by
 * itself. */
static int close_all(int signal)
{
	int status = -1;

	if (signal)
		kill(p.pid, signal);
	else
		close(p.link[0]);
	waitpid(p.pid, &status, 0);
	if (signal)
		close(p.link[0]);
	close(p.listening);
	unlink(p.path);
	close(p.errors[0]);
	for (int i = 0; i < 2; i++) {
		close(p.records[i]);
		close(p.commands[i]);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

T_CASE(it_starts_with_a_snapshot_answers_and_ends_by_signal)
{
	T_CHECK(open_all());
	int fd = call_in();
	say(fd, "sessions\n");
	const char *heard = wait_for(fd, "\"end\":true");
	T_CHECK(strstr(heard, "\"client\":234567801,"));
	T_CHECK(strstr(heard, "\"rows\":1,\"stale\":false}"));
	T_CHECK(p.snapshots > 0);
	say(fd, "status\n");
	T_CHECK(strstr(wait_for(fd, "\"end\":true"), "\"report_lost_step_total\",\"value\":0}"));
	close(fd);
	T_EQUAL(close_all(SIGTERM), 0);
}

T_CASE(what_was_said_before_it_came_is_heard)
{
	T_CHECK(open_with(false, false, "first words"));
	T_CHECK(strstr(wait_for(p.errors[0], "words"), "freedmr-voice: first words"));
	int fd = call_in();
	say(fd, "status\n");
	T_CHECK(strstr(wait_for(fd, "\"end\":true"), "\"report_lost_step_total\",\"value\":0}"));
	close(fd);
	T_EQUAL(close_all(SIGTERM), 0);
}

T_CASE(it_ends_with_its_parent)
{
	T_CHECK(open_all());
	T_EQUAL(close_all(0), 0);
}

T_CASE(a_silent_voice_process_makes_answers_stale)
{
	T_CHECK(open_with(true, false, "I keep silent"));
	int fd = call_in();
	say(fd, "calls\n");
	const char *heard = wait_for(fd, "\n");
	T_TEXT(heard, "{\"end\":true,\"ok\":true,\"rows\":0,\"stale\":true}\n");
	close(fd);
	T_EQUAL(close_all(SIGTERM), 0);
}

T_CASE(events_are_numbered_in_a_row)
{
	T_CHECK(open_all());
	int fd = call_in();
	say(fd, "events\n");
	wait_for(fd, "\"hello\"");
	put(session(CHANGE_BEGIN));
	struct record end = session(CHANGE_END);
	end.cause = CAUSE_LOGOUT;
	put(end);
	put((struct record){.kind = RECORD_COUNTER, .counter = {"no_news_total", 1}});
	put((struct record){.kind = RECORD_LOG, .log = {LOG_INFO, "two \"words\""}});
	const char *heard = wait_for(fd, "\"ev\":\"log.line\"");
	T_CHECK(strstr(heard, "{\"v\":2,\"seq\":1,\"boot\":\""));
	T_CHECK(strstr(heard, "\"ev\":\"client.up\",\"client\":234567801,"));
	T_CHECK(strstr(heard, "{\"v\":2,\"seq\":2,\"boot\":\""));
	T_CHECK(strstr(heard, "\"ev\":\"client.down\",\"reason\":\"logout\","
	                      "\"client\":234567801,"));
	T_CHECK(strstr(heard, "{\"v\":2,\"seq\":3,\"boot\":\""));
	T_CHECK(strstr(heard,
	               "\"ev\":\"log.line\",\"level\":\"info\",\"line\":\"two \\\"words\\\"\"}\n"));
	T_CHECK(strstr(wait_for(p.errors[0], "words"), "freedmr-voice"));
	close(fd);
	T_EQUAL(close_all(SIGTERM), 0);
}

T_CASE(a_burst_reaches_a_follower_that_reads)
{
	T_CHECK(open_all());
	int fd = call_in();
	say(fd, "events\n");
	wait_for(fd, "\"hello\"");
	for (int i = 0; i < 600; i++)
		put((struct record){.kind = RECORD_LOG, .log = {LOG_DEBUG, "a"}});
	const char *heard = wait_for(fd, "\"seq\":600,");
	unsigned lines = 0;
	for (const char *at = heard; (at = strchr(at, '\n')); at++)
		lines++;
	T_CHECK(lines >= 599);
	close(fd);
	T_EQUAL(close_all(SIGTERM), 0);
}

T_CASE(what_was_said_before_it_ends_is_heard)
{
	int status;

	T_CHECK(open_all());
	T_EQUAL(kill(p.pid, SIGSTOP), 0);
	T_EQUAL(waitpid(p.pid, &status, WUNTRACED), p.pid);
	for (int i = 0; i < 600; i++)
		put((struct record){.kind = RECORD_LOG, .log = {LOG_INFO, "a"}});
	put((struct record){.kind = RECORD_LOG, .log = {LOG_INFO, "last words"}});
	kill(p.pid, SIGTERM);
	kill(p.pid, SIGCONT);
	wait_for(p.errors[0], "last words");
	T_EQUAL(close_all(SIGTERM), 0);
}

T_CASE(kick_goes_all_the_way_and_back)
{
	T_CHECK(open_all());
	int fd = call_in();
	say(fd, "text kick 234567801\ntext kick 5\n");
	T_TEXT(wait_for(fd, "!"), " so be it\n.\n!so be it\n");
	T_EQUAL(p.kicks, 2);
	T_CHECK(strstr(wait_for(p.errors[0], "client=5"), "kick client=234567801"));
	close(fd);
	T_EQUAL(close_all(SIGTERM), 0);
}

T_CASE(a_reload_is_asked_of_the_parent_and_published)
{
	T_CHECK(open_all());
	int fd = call_in(), follower = call_in();
	struct pollfd link = {.fd = p.link[0], .events = POLLIN};
	struct command c = {.kind = COMMAND_KINDS};
	say(follower, "events reload\n");
	wait_for(follower, "\"hello\"");
	say(fd, "text reload\n");
	T_EQUAL(poll(&link, 1, T_PATIENCE_MS), 1);
	T_EQUAL(ipc_take_order(p.link[0], &c), IPC_MESSAGE);
	T_EQUAL(c.kind, COMMAND_RELOAD);
	T_CHECK(ipc_tell(p.link[0],
	                 &(struct record){.kind = RECORD_RELOAD,
	                                  .reload = {c.number, RELOAD_REFUSED, "f:1: x"}}));
	T_CHECK(ipc_tell(p.link[0],
	                 &(struct record){.kind = RECORD_REPLY, .reply = {c.number, false, "no"}}));
	T_TEXT(wait_for(fd, "!"), " CHANGE             WHAT\n refused            f:1: x\n!no\n");
	T_CHECK(strstr(wait_for(follower, "f:1: x"), "\"ev\":\"server.reload\""));
	close(fd);
	close(follower);
	T_EQUAL(close_all(SIGTERM), 0);
}

T_CASE(dropped_records_are_told_and_mended_by_a_snapshot)
{
	T_CHECK(open_all());
	int fd = call_in();
	say(fd, "events\n");
	wait_for(fd, "\"hello\"");
	unsigned before = p.snapshots;
	put((struct record){.kind = RECORD_DROPPED, .dropped = {5, 50}});
	T_CHECK(strstr(wait_for(fd, "gap"), "\"ev\":\"gap\",\"count\":5,\"total\":50}"));
	for (int i = 0; i < 30 && p.snapshots < before + 1; i++) {
		struct pollfd f = {.fd = p.commands[0], .events = POLLIN};
		if (poll(&f, 1, 100) > 0)
			obey();
	}
	T_CHECK(p.snapshots > before);
	close(fd);
	T_EQUAL(close_all(SIGTERM), 0);
}

T_MAIN()
