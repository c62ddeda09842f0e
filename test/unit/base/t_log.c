#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "harness/t.h"

struct caught {
	enum log_level level;
	int lines;
	char line[512];
};

static void keep(void *context, enum log_level level, const char *line)
{
	struct caught *c = context;

	c->level = level;
	c->lines++;
	strncpy(c->line, line, sizeof(c->line) - 1);
	errno = EBADF; /* as a sink's own calls might */
}

T_CASE(a_line_reaches_the_sink_with_its_level)
{
	struct caught c = {0};

	log_set_sink(keep, &c);
	log_remote("session=%u reason=%s", 2345678U, "bad digest");
	T_EQUAL(c.lines, 1);
	T_EQUAL(c.level, LOG_REMOTE);
	T_TEXT(c.line, "session=2345678 reason=bad digest");
}

T_CASE(control_octets_become_question_marks)
{
	struct caught c = {0};

	log_set_sink(keep, &c);
	log_info("a%sb", "\n\r\t\x1b\x7f\x01");
	T_TEXT(c.line, "a??????b");
	log_info("%s", "caf\xc3\xa9");
	T_TEXT(c.line, "caf\xc3\xa9");
}

T_CASE(a_long_line_is_cut_at_400_octets)
{
	struct caught c = {0};
	char text[450];

	memset(text, 'x', sizeof(text));
	text[449] = 0;
	log_set_sink(keep, &c);
	log_info("%s", text);
	T_EQUAL(strlen(c.line), 400);
	memcpy(text + 399, "\xc3\xa9", 2); /* a character across the cut goes whole */
	log_info("%s", text);
	T_EQUAL(strlen(c.line), 399);
}

T_CASE(the_level_decides_what_is_written)
{
	struct caught c = {0};

	log_set_sink(keep, &c);
	log_debug("no");
	T_EQUAL(c.lines, 0);
	log_set_level(LOG_DEBUG);
	log_debug("yes");
	T_EQUAL(c.lines, 1);
	log_set_level(LOG_ERROR);
	log_warn("no");
	log_error("yes");
	log_bug("yes");
	T_EQUAL(c.lines, 3);
	log_set_level(LOG_INFO);
}

T_CASE(errno_survives_a_log_line)
{
	struct caught c = {0};

	log_set_sink(keep, &c);
	errno = ENOSPC;
	log_info("x");
	T_EQUAL(errno, ENOSPC);
}

/* What `log` writes to standard error: a datagram per write shows that it is one. */
static int read_stderr(void (*log)(void), char *got, size_t cap)
{
	int ends[2], saved = dup(STDERR_FILENO), writes = 0;
	size_t len = 0;

	if (pipe2(ends, O_DIRECT | O_NONBLOCK) != 0)
		return -1;
	dup2(ends[1], STDERR_FILENO);
	log();
	dup2(saved, STDERR_FILENO);
	for (ssize_t n; (n = read(ends[0], got + len, cap - 1 - len)) > 0; writes++)
		len += (size_t)n;
	got[len] = 0;
	close(saved);
	close(ends[0]);
	close(ends[1]);
	return writes;
}

static void write_all_levels(void)
{
	log_set_sink(NULL, NULL);
	log_info("ready");
	log_warn("sessions=%d full", 3);
	log_remote("r");
	log_error("e\n");
	log_bug("b");
	log_set_name("freedmr-voice");
	log_info("up");
	log_set_name("freedmr");
}

T_CASE(standard_error_gets_one_write_a_line)
{
	char got[1024];

	T_EQUAL(read_stderr(write_all_levels, got, sizeof(got)), 6);
	T_TEXT(got, "freedmr: ready\n"
	            "freedmr: warning: sessions=3 full\n"
	            "freedmr: remote: r\n"
	            "freedmr: error: e?\n"
	            "freedmr: bug: b\n"
	            "freedmr-voice: up\n");
}

static void write_longest(void)
{
	char text[500], name[100];

	memset(text, 'x', sizeof(text));
	text[499] = 0;
	memset(name, 'n', sizeof(name));
	name[99] = 0;
	log_set_name(name);
	log_warn("%s", text);
	log_set_name("freedmr");
}

T_CASE(the_longest_line_keeps_its_newline)
{
	char got[1024];

	T_EQUAL(read_stderr(write_longest, got, sizeof(got)), 1);
	T_EQUAL(strlen(got), 64 + 2 + 9 + 400 + 1);
	T_EQUAL(got[strlen(got) - 1], '\n');
}

static void write_one(void)
{
	errno = EAGAIN;
	log_info("x");
}

static void write_to_closed(void)
{
	close(STDERR_FILENO);
	write_one();
}

T_CASE(a_lost_line_changes_nothing)
{
	char got[64];

	T_EQUAL(read_stderr(write_to_closed, got, sizeof(got)), 0);
	T_EQUAL(read_stderr(write_one, got, sizeof(got)), 1);
}

T_CASE(levels_have_names)
{
	static const char *const names[] = {"bug", "error", "warning", "remote", "info", "debug"};

	for (int i = 0; i < 6; i++)
		T_TEXT(log_level_name((enum log_level)i), names[i]);
	T_TEXT(log_level_name((enum log_level)6), "?");
}

T_CASE(levels_are_found_by_their_names)
{
	enum log_level level = LOG_BUG;

	for (enum log_level l = LOG_BUG; l <= LOG_DEBUG; l++) {
		T_CHECK(log_level_find(log_level_name(l), &level));
		T_EQUAL(level, l);
	}
	T_CHECK(!log_level_find("loud", &level));
	T_EQUAL(level, LOG_DEBUG);
}

T_MAIN()
