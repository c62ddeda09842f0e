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
		{0, 0},     {0, 100},  {59999, 200}, {0, 400},     {0, 800},
		{0, 1600},  {0, 3200}, {0, 6400},    {0, 10000},   {0, 10000},
		{60000, 0}, {10, 100}, {61000, 0},   {3600000, 0}, {5, 100},
	};
	struct child c = child_make("x");
	tick_t now = 1000;

	T_CHECK(c.again <= now);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		child_started(&c, now, 77, 5);
		T_CHECK(c.again == TICK_NEVER);
		T_EQUAL(c.pid, 77);
		T_EQUAL(c.lives, i + 1);
		now += rows[i].lived;
		T_EQUAL(child_ended(&c, now), rows[i].wait);
		T_EQUAL(c.again, now + rows[i].wait);
		T_EQUAL(c.pid, 0);
		T_EQUAL(c.link, -1);
		now = c.again;
	}
}

/* Beats are counted, not timed: a parent that slept has no dead children. */
T_CASE(who_does_not_answer_is_given_up)
{
	struct child c = child_make("x");

	T_CHECK(child_beat(&c, 0)); /* it does not even run */
	child_started(&c, 1000, 77, 5);
	for (tick_t now = 1000; now < 1000 + CHILD_START; now += CHILD_BEAT)
		T_CHECK(child_beat(&c, now)); /* it is still starting */
	T_CHECK(!child_beat(&c, 1000 + CHILD_START));
	c.running = true;
	T_CHECK(child_beat(&c, 100000));
	T_CHECK(child_beat(&c, 900000));
	c.missed = 0; /* it has answered */
	T_CHECK(child_beat(&c, 900000 + CHILD_BEAT));
	T_CHECK(child_beat(&c, 900000 + 2 * CHILD_BEAT));
	T_CHECK(!child_beat(&c, 900000 + 3 * CHILD_BEAT));
	T_EQUAL(CHILD_BEATS_MISSED * CHILD_BEAT, 5000);
	child_ended(&c, 1000000);
	child_started(&c, 1000100, 78, 5);
	T_CHECK(!c.running && c.missed == 0);
}

T_CASE(a_start_that_fails_counts_as_a_death)
{
	struct child c = child_make("x");

	T_EQUAL(child_ended(&c, 0), 0);
	T_EQUAL(child_ended(&c, 100), 100);
	T_EQUAL(child_ended(&c, 100000), 200);
	T_CHECK(child_is_trusted(&c)); /* no child has died */
}

T_CASE(what_two_in_a_row_leave_is_not_handed_on)
{
	struct child c = child_make("x");

	child_started(&c, 0, 77, 5);
	child_ended(&c, 100);
	T_CHECK(child_is_trusted(&c));
	child_started(&c, 100, 78, 5);
	child_ended(&c, 60099);
	T_CHECK(!child_is_trusted(&c));
	child_started(&c, 60100, 79, 5);
	child_ended(&c, 120100);
	T_CHECK(child_is_trusted(&c));
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
	T_TEXT(how, "was killed by signal 9 (Killed)");
}

T_MAIN()
