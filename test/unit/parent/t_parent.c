/* The whole server, started as main() does it. */
#include "parent/parent.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "harness/t.h"
#include "io/udp.h"

static struct addr bound;
static char directory[32], config[64];
static pid_t pid;
static int errors; /* its standard error */
static char said[4000];
static void (*change)(void); /* in the process, before all; NULL: nothing */

/* Where it is to listen, and a file that says so, with that behind. */
static void begin(const char *more)
{
	static const uint8_t loopback[4] = {127, 0, 0, 1};
	int fd;

	text_copy(directory, sizeof(directory), "/tmp/t_parent.XXXXXX");
	if (!mkdtemp(directory) || chmod(directory, 0755) != 0)
		abort();
	snprintf(config, sizeof(config), "%s/conf", directory);
	bound = addr_v4(loopback, 0);
	fd = udp_open(&bound, false);
	if (fd < 0 || !udp_bound(fd, &bound))
		abort();
	close(fd);
	FILE *f = fopen(config, "w");
	if (!f)
		abort();
	fprintf(f,
	        "[server]\nid = 2345\n[listener one]\nbind = 127.0.0.1:%u\n"
	        "passphrase = kilo tango\n%s",
	        bound.port, more);
	fclose(f);
}

static void end(void)
{
	unlink(config);
	rmdir(directory);
}

static void start(void)
{
	static char name[] = "freedmr";
	char *argv[] = {name, NULL};
	struct process_title title = process_title_of(1, argv);
	int ends[2];

	*said = 0;
	if (pipe(ends) != 0)
		abort();
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		log_set_name("freedmr");
		if (change)
			change();
		_exit(parent_run(config, &title));
	}
	close(ends[1]);
	errors = ends[0];
}

/* Reads on until it has said that; false at its end, if not. */
static bool says(const char *words)
{
	while (!strstr(said, words)) {
		size_t len = strlen(said);
		struct pollfd fd = {.fd = errors, .events = POLLIN};
		ssize_t n = poll(&fd, 1, T_PATIENCE_MS) == 1
		                    ? read(errors, said + len, sizeof(said) - 1 - len)
		                    : 0;
		if (n <= 0)
			return false;
		said[len + (size_t)n] = 0;
	}
	return true;
}

/* Its exit status; -1: a signal. */
static int status(void)
{
	int how;

	waitpid(pid, &how, 0);
	close(errors);
	return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

/* The other signal, that of terminals, is none of its business. */
T_CASE(an_interrupt_ends_it_in_order)
{
	change = NULL;
	begin("[report]\ncontrol =\nhttp =\n");
	start();
	T_CHECK(says("freedmr: ready\n"));
	kill(pid, SIGWINCH);
	kill(pid, SIGHUP);
	T_CHECK(says("freedmr: reload done applied=0 "));
	kill(pid, SIGINT);
	T_EQUAL(status(), STATUS_OK);
	int fd = udp_open(&bound, false); /* it is free */
	T_CHECK(fd >= 0);
	close(fd);
	end();
}

static void may_not_bind(void)
{
	t_refuse(SYS_bind, EACCES);
}

static void has_no_file_in_memory(void)
{
	t_refuse(SYS_memfd_create, ENOMEM);
}

static void has_no_pipe(void)
{
	t_refuse(SYS_fcntl, ENOMEM);
#ifdef SYS_fcntl64
	t_refuse(SYS_fcntl64, ENOMEM);
#endif
}

static void keeps_no_rights(void)
{
	t_refuse(SYS_capset, EINVAL);
}

T_CASE(a_start_that_fails_has_its_reason_and_status)
{
	static const struct {
		void (*change)(void);
		enum status status;
		const char *words; /* before what the system says */
		int error;
	} rows[] = {
		{may_not_bind, STATUS_PERMISSION, "cannot bind 127.0.0.1:", EACCES},
		{has_no_file_in_memory, STATUS_SYSTEM, "cannot allocate memory: ", ENOMEM},
		{has_no_pipe, STATUS_SYSTEM, "cannot create pipes: ", ENOMEM},
		{keeps_no_rights, STATUS_SYSTEM, "cannot drop rights: ", EINVAL},
	};

	begin("[report]\ncontrol =\nhttp =\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		change = rows[i].change;
		start();
		T_CHECK(says(rows[i].words));
		T_CHECK(says(strerror(rows[i].error)));
		T_EQUAL(status(), rows[i].status);
	}
	end();
}

T_MAIN()
