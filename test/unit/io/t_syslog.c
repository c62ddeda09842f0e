#include "io/syslog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/t.h"
#include "io/pipe.h"

static char path[64];
static char heard[600];

/* The system's log, for the test. */
static int listen_here(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(path, sizeof(path), "/tmp/t_syslog.%d", (int)getpid());
	strcpy(a.sun_path, path);
	unlink(path);
	if (bind(fd, (const struct sockaddr *)&a, sizeof(a)) != 0 || pipe_prepare(fd) != 0)
		return -1;
	return fd;
}

static const char *hear(int fd)
{
	ssize_t n = recv(fd, heard, sizeof(heard) - 1, 0);

	heard[n > 0 ? n : 0] = 0;
	return heard;
}

T_CASE(lines_have_their_severity_and_name)
{
	static const char *const want[] = {
		"<26>freedmr: x", "<27>freedmr: x", "<28>freedmr: x",
		"<29>freedmr: x", "<30>freedmr: x", "<31>freedmr: x",
	};
	struct syslog s;
	int fd = listen_here();

	T_CHECK(fd >= 0);
	syslog_open(&s, path);
	for (enum log_level level = LOG_BUG; level <= LOG_DEBUG; level++) {
		syslog_line(&s, level, "x");
		T_TEXT(hear(fd), want[level]);
	}
	syslog_close(&s);
	close(fd);
	unlink(path);
}

/* What the sink writes to standard error meanwhile. */
static const char *complaint(struct syslog *s, const char *line)
{
	int ends[2], kept = dup(STDERR_FILENO);

	if (pipe_open(ends) != 0)
		return "no pipe";
	dup2(ends[1], STDERR_FILENO);
	syslog_line(s, LOG_ERROR, line);
	dup2(kept, STDERR_FILENO);
	close(kept);
	close(ends[1]);
	ssize_t n = read(ends[0], heard, sizeof(heard) - 1);
	close(ends[0]);
	heard[n > 0 ? n : 0] = 0;
	return heard;
}

T_CASE(a_log_that_restarts_is_found_again_and_meanwhile_there_is_stderr)
{
	struct syslog s;
	int fd = listen_here();

	syslog_open(&s, path);
	syslog_line(&s, LOG_INFO, "one");
	T_TEXT(hear(fd), "<30>freedmr: one");
	close(fd);
	unlink(path);
	T_TEXT(complaint(&s, "two"), "freedmr: error: two\n");
	T_TEXT(complaint(&s, "three"), "freedmr: error: three\n");
	fd = listen_here();
	syslog_line(&s, LOG_INFO, "four");
	T_TEXT(hear(fd), "<30>freedmr: four");
	syslog_close(&s);
	close(fd);
	unlink(path);
}

T_CASE(a_log_that_is_full_is_not_waited_for)
{
	struct syslog s;
	int fd = listen_here(), told = 0;

	syslog_open(&s, path);
	for (int i = 0; i < 5000 && !told; i++)
		told = strcmp(complaint(&s, "much"), "freedmr: error: much\n") == 0;
	T_CHECK(told);
	T_TEXT(hear(fd), "<27>freedmr: much");
	syslog_close(&s);
	close(fd);
	unlink(path);
}

static void no_socket(void)
{
	struct syslog s;

	syslog_open(&s, path);
	t_refuse(SYS_socket, EMFILE);
	T_TEXT(complaint(&s, "one"), "freedmr: error: one\n");
	T_EQUAL(s.fd, -1);
}

static void would_wait(void)
{
	struct syslog s;
	int ends[2];

	T_EQUAL(pipe_open(ends), 0);
	T_EQUAL(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	syslog_open(&s, path);
	t_refuse_where(SYS_fcntl, 1, F_SETFL, ENOMEM);
#ifdef SYS_fcntl64
	t_refuse_where(SYS_fcntl64, 1, F_SETFL, ENOMEM);
#endif
	syslog_line(&s, LOG_ERROR, "one");
	T_EQUAL(read(ends[0], heard, 19), 19);
	T_BYTES(heard, "freedmr: error: one", 19);
	T_EQUAL(s.fd, -1);
}

T_CASE(a_log_that_cannot_be_called_costs_no_line)
{
	int fd = listen_here();

	T_CHECK(fd >= 0);
	t_apart(no_socket);
	t_apart(would_wait);
	T_TEXT(hear(fd), "");
	close(fd);
	unlink(path);
}

T_MAIN()
