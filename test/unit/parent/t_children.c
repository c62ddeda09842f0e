#include "parent/children.h"

#include <sys/wait.h>

#include "unit/parent/here.h"

/* Statuses as those of waitpid. */
#define EXITED(status) ((status) << 8)
#define KILLED(number) (number)

static void ends(int which, int status)
{
	int again = dup(far[which]); /* its end stays ours */

	p.child[which].pid = 77;
	children_ended(&p, &p.child[which], status);
	close(again);
}

T_CASE(one_that_dies_is_started_again)
{
	here_begin();
	ends(VOICE, KILLED(SIGSEGV));
	T_CHECK(strncmp(logged, "voice was killed by signal 11 (", 31) == 0);
	T_CHECK(strstr(logged, "); restarting it in 0 ms\n"));
	T_CHECK(p.child[VOICE].crashed && !p.stop);
	T_EQUAL(p.child[VOICE].link, -1);
	T_EQUAL(p.child[VOICE].again, p.now);
	ends(REPORT, EXITED(0));
	T_CHECK(!p.child[REPORT].crashed);
	T_CHECK(strstr(logged, "report exited with status 0; restarting it in 0 ms\n"));
	here_end();
}

T_CASE(the_first_start_has_to_succeed)
{
	here_begin();
	p.ready = false;
	ends(VOICE, EXITED(71));
	T_TEXT(logged, "voice exited with status 71 before it was ready\n");
	T_CHECK(p.stop);
	T_EQUAL(p.status, STATUS_SYSTEM);
	here_end();
}

/* There the clients are: it is tried as long as nobody else can serve them. */
T_CASE(after_an_upgrade_it_is_tried_until_the_keeper_does_better)
{
	here_begin();
	p.ready = false;
	p.took_over = true;
	p.child[VOICE].deaths = 10;
	ends(VOICE, KILLED(SIGABRT));
	T_CHECK(!p.stop);
	here_end();
	here_begin();
	p.ready = false;
	p.took_over = true;
	p.keeper = far[VOICE];
	for (int i = 1; i < 3; i++) {
		ends(VOICE, KILLED(SIGABRT));
		T_CHECK(!p.stop);
	}
	ends(VOICE, KILLED(SIGABRT));
	T_CHECK(p.stop);
	T_EQUAL(p.status, STATUS_SYSTEM);
	here_end();
}

T_CASE(one_that_is_renewed_has_not_died)
{
	here_begin();
	p.child[REPORT].renewed = true;
	ends(REPORT, EXITED(0));
	T_TEXT(logged, "report is restarted\n");
	T_EQUAL(p.child[REPORT].deaths, 0);
	*logged = 0;
	p.child[REPORT].renewed = true;
	ends(REPORT, EXITED(1)); /* not as it should */
	T_TEXT(logged, "report exited with status 1; restarting it in 0 ms\n");
	*logged = 0;
	p.stop = p.child[REPORT].renewed = true;
	ends(REPORT, EXITED(0));
	T_TEXT(logged, "");
	here_end();
}

T_CASE(whether_voice_has_left_its_state_is_known_by_its_end)
{
	static const struct {
		int which, status;
		bool left;
		const char *logged;
	} rows[] = {
		{REPORT, EXITED(0), false, ""},
		{VOICE, EXITED(1), false, "voice exited with status 1\n"},
		{VOICE, EXITED(0), true, ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		here_begin();
		p.leaving = true;
		ends(rows[i].which, rows[i].status);
		T_EQUAL(p.left, rows[i].left);
		T_TEXT(logged, rows[i].logged);
		here_end();
	}
}

/* The next beat listens again to one that was ignored, and only one that runs is asked. */
T_CASE(each_that_runs_gets_a_heartbeat)
{
	struct record r;

	here_begin();
	p.child[VOICE].pid = p.child[REPORT].pid = getpid();
	p.child[VOICE].running = p.child[VOICE].muted = true;
	children_beat(&p);
	T_CHECK(!p.child[VOICE].muted);
	T_EQUAL(ipc_take_record(far[VOICE], &r), IPC_MESSAGE);
	T_EQUAL(r.kind, RECORD_BEAT);
	T_EQUAL(r.beat.number, 1);
	T_EQUAL(ipc_take_record(far[REPORT], &r), IPC_NOTHING);
	T_EQUAL(p.child[VOICE].beats, 1);
	p.child[REPORT].pid = 0;
	p.child[REPORT].muted = true; /* but it has died */
	close(p.child[REPORT].link);
	p.child[REPORT].link = -1;
	children_beat(&p);
	T_CHECK(p.child[REPORT].muted);
	T_TEXT(logged, "");
	here_end();
}

/* A process that stands still: its number of missed beats is that of a child that has answered
 * none.
 */
T_CASE(one_that_does_not_answer_is_killed)
{
	int status;

	here_begin();
	pid_t pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	p.child[VOICE].pid = pid;
	p.child[VOICE].running = true;
	p.child[VOICE].missed = CHILD_BEATS_MISSED;
	children_beat(&p);
	T_TEXT(logged, "voice does not respond: killed\n");
	T_EQUAL(waitpid(pid, &status, 0), pid);
	T_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	here_end();
}

T_MAIN()
