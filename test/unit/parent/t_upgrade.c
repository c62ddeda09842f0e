#include "parent/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "harness/t.h"
#include "io/shared.h"
#include "parent/load.h"

static char directory[32], conf[64], binary[64];
static struct upgrade u;
static int state;

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0 || chmod(path, 0700) != 0)
		abort();
}

/* The other binary is a script. */
static void begin(const char *script)
{
	char all[400];

	text_copy(directory, sizeof(directory), "/tmp/t_upgrade.XXXXXX");
	if (!mkdtemp(directory))
		abort();
	snprintf(conf, sizeof(conf), "%s/conf", directory);
	snprintf(binary, sizeof(binary), "%s/freedmr", directory);
	snprintf(all, sizeof(all), "#!/bin/sh\n%s\n", script);
	write_file(conf, "the configuration");
	write_file(binary, all);
	u = upgrade_make(conf);
	text_copy(u.path, sizeof(u.path), binary);
	state = shared_file(64);
	if (state < 0 || pwrite(state, "the state\n", 10, 0) != 10)
		abort();
}

static void end(void)
{
	close(state);
	if (u.text >= 0)
		close(u.text);
	if (u.answers >= 0)
		close(u.answers);
	unlink(conf);
	unlink(binary);
	rmdir(directory);
}

/* What comes of it. */
static enum upgrade_verdict judge(void)
{
	enum upgrade_verdict verdict = UPGRADE_WAITS;

	if (!upgrade_try(&u, state, 7, 1000))
		return UPGRADE_REFUSED;
	while (verdict == UPGRADE_WAITS &&
	       poll(&(struct pollfd){.fd = u.answers, .events = POLLIN}, 1, T_PATIENCE_MS) == 1)
		verdict = upgrade_take(&u, 2000);
	(void)waitpid(-1, NULL, 0);
	return verdict;
}

T_CASE(the_other_reads_both_and_says_it_can)
{
	begin("read what && test \"$what\" = 'the state' && test $1 = handover && test -e $2 &&\n"
	      "printf 'handover whole' && cat /dev/fd/${FREEDMR_HANDOVER%% *} >$2.seen &&\n"
	      "echo ' freedmr 2.1'");
	T_EQUAL(judge(), UPGRADE_GOES);
	T_TEXT(u.said, "changing to freedmr 2.1; sessions and calls continue");
	T_CHECK(u.whole && !u.failed && upgrade_is_on(&u));
	T_EQUAL(u.go_at, 2000 + UPGRADE_PAUSE);
	T_EQUAL(u.number, 7);
	T_EQUAL(u.text_len, 17);
	char seen[80], text[32] = "";
	snprintf(seen, sizeof(seen), "%s.seen", conf);
	FILE *f = fopen(seen, "r");
	T_CHECK(f && fgets(text, sizeof(text), f));
	T_TEXT(text, "the configuration");
	fclose(f);
	unlink(seen);
	int held = u.text;
	upgrade_fail(&u, "has failed");
	T_EQUAL(fcntl(held, F_GETFD), -1); /* nobody needs it any more */
	T_CHECK(u.failed && strstr(u.said, "/freedmr has failed"));
	end();
}

T_CASE(what_it_says_decides)
{
	static const struct {
		const char *script;
		enum upgrade_verdict verdict;
		const char *said; /* behind the path of one that is refused */
	} rows[] = {
		{"echo handover clean freedmr 2.1", UPGRADE_GOES,
	         "changing to freedmr 2.1; clients log in again"},
		{"printf 'handover whole freedmr 2.1'", UPGRADE_REFUSED,
	         " cannot take over: handover whole freedmr 2.1"},
		{"echo it has faults; echo more", UPGRADE_REFUSED,
	         " cannot take over: it has faults"},
		{"exit 3", UPGRADE_REFUSED, " cannot take over: no output"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		begin(rows[i].script);
		T_EQUAL(judge(), rows[i].verdict);
		T_EQUAL(u.failed, rows[i].verdict == UPGRADE_REFUSED);
		T_EQUAL(u.text >= 0, rows[i].verdict == UPGRADE_GOES);
		T_TEXT(u.said + (u.failed ? strlen(binary) : 0), rows[i].said);
		end();
	}
}

/* More than anybody wants to read. */
T_CASE(only_the_beginning_counts)
{
	begin("yes 0123456789 | tr -d '\\n' | head -c 1000; sleep 0.05; echo more");
	T_EQUAL(judge(), UPGRADE_REFUSED);
	T_EQUAL(u.said_len, UPGRADE_SAID_MAX - 1);
	T_EQUAL(strlen(u.said), UPGRADE_SAID_MAX - 1);
	T_CHECK(strstr("01234567890123", u.said + strlen(u.said) - 3));
	end();
}

T_CASE(one_that_does_not_end_is_killed)
{
	int status;

	begin("exec sleep 600");
	T_CHECK(upgrade_try(&u, state, 7, 1000));
	T_EQUAL(u.until, 1000 + UPGRADE_PATIENCE);
	T_CHECK(upgrade_is_on(&u));
	pid_t pid = u.pid;
	upgrade_give_up(&u, "does not end");
	T_EQUAL(waitpid(pid, &status, 0), pid);
	T_CHECK(WIFSIGNALED(status));
	T_EQUAL(u.pid, 0);
	T_EQUAL(u.text, -1);
	T_CHECK(u.failed && strstr(u.said, " does not end"));
	end();
}

T_CASE(without_a_binary_or_a_configuration_there_is_no_trial)
{
	char longer[UPGRADE_PATH_MAX + 1];

	begin("");
	unlink(conf);
	T_CHECK(!upgrade_try(&u, state, 7, 1000));
	T_EQUAL(u.answers, -1);
	memset(longer, 'x', UPGRADE_PATH_MAX);
	longer[UPGRADE_PATH_MAX] = 0;
	struct upgrade unknown = upgrade_make(longer);
	T_TEXT(unknown.path, "");
	T_CHECK(!upgrade_try(&unknown, state, 7, 1000));
	T_EQUAL(errno, ENOENT);
	end();
}

/* Nothing of the change is left. */
T_CASE(a_binary_that_cannot_be_executed_changes_nothing)
{
	char line[32];
	int ends[2];

	begin("");
	T_EQUAL(pipe(ends), 0);
	T_EQUAL(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
	snprintf(line, sizeof(line), "%d udp\n", ends[0]);
	unlink(binary);
	upgrade_become(&u, line);
	T_EQUAL(errno, ENOENT);
	T_EQUAL(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
	T_CHECK(!getenv("FREEDMR_HANDOVER"));
	close(ends[0]);
	close(ends[1]);
	end();
}

T_MAIN()
