#include "harness/t.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parent/child.h"

/* Each row: how long it lived, and how long the next start is put off then. */
T_CASE(who_dies_young_waits_longer_each_time)
{
	static const struct {
		tick_t lived, wait;
	} rows[] = {
		{0, 100},  {0, 200},     {59999, 400},   {0, 800},   {0, 1600},
		{0, 3200}, {0, 6400},    {0, 10000},     {0, 10000}, {60000, 100},
		{10, 200}, {61000, 100}, {3600000, 100}, {5, 200},
	};
	struct child c = child_make("x");
	tick_t now = 1000;

	T_CHECK(c.again <= now);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		child_started(&c, now, 77, 5);
		T_CHECK(c.again == TICK_NEVER);
		T_EQUAL(c.pid, 77);
		now += rows[i].lived;
		T_EQUAL(child_ended(&c, now), rows[i].wait);
		T_EQUAL(c.again, now + rows[i].wait);
		T_EQUAL(c.pid, 0);
		T_EQUAL(c.link, -1);
		now = c.again;
	}
}

T_CASE(a_start_that_fails_counts_as_a_death)
{
	struct child c = child_make("x");

	T_EQUAL(child_ended(&c, 0), 100);
	T_EQUAL(child_ended(&c, 100), 200);
	T_EQUAL(child_ended(&c, 100000), 400);
}

T_CASE(the_end_is_told_in_words)
{
	int status;
	char how[80], cut[8];
	pid_t pid = fork();

	if (pid == 0)
		_exit(71);
	T_EQUAL(waitpid(pid, &status, 0), pid);
	child_how(status, how, sizeof(how));
	T_TEXT(how, "exited with status 71");
	child_how(status, cut, sizeof(cut));
	T_TEXT(cut, "exited ");
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	kill(pid, SIGKILL);
	T_EQUAL(waitpid(pid, &status, 0), pid);
	child_how(status, how, sizeof(how));
	T_TEXT(how, "was ended by signal 9 (Killed)");
}

T_MAIN(T_ENTRY(who_dies_young_waits_longer_each_time),
       T_ENTRY(a_start_that_fails_counts_as_a_death), T_ENTRY(the_end_is_told_in_words))
