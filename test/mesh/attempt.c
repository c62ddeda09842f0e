#include "mesh/attempt.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"

#define HANGS_AFTER_S 4 /* of the processor, in one step that takes microseconds */

static struct progress *watched;
static uint64_t steps_before;
static int seconds_in_step;

void *attempt_share(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		abort();
	return at;
}

/* Each second of the processor. */
static void look(int number)
{
	seconds_in_step = watched->steps == steps_before ? seconds_in_step + 1 : 0;
	steps_before = watched->steps;
	if (seconds_in_step < HANGS_AFTER_S)
		return;
	signal(number, SIG_DFL);
	raise(number);
}

static void watch(struct progress *progress)
{
	struct itimerval each = {{1, 0}, {1, 0}};
	struct sigaction action = {.sa_handler = look, .sa_flags = SA_RESTART | SA_NODEFER};

	watched = progress;
	steps_before = progress->steps;
	seconds_in_step = 0;
	sigaction(SIGVTALRM, &action, NULL);
	setitimer(ITIMER_VIRTUAL, &each, NULL);
}

/* The line of an assertion or a sanitizer, without what differs from run to run. */
static bool is_last_words(char *line)
{
	static const char *const marks[] = {"ssertion", "SUMMARY:", "runtime error:"};
	bool found = false;

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		found |= strstr(line, marks[i]) != NULL;
	line[strcspn(line, "\n")] = 0;
	char *address = strstr(line, "0x");
	if (address)
		*address = 0;
	return found;
}

static void read_words(FILE *complaints, struct death *out)
{
	char line[sizeof(out->words)];

	rewind(complaints);
	while (!out->words[0] && fgets(line, sizeof(line), complaints))
		if (is_last_words(line))
			memcpy(out->words, line, sizeof(line));
}

static void say_status(struct death *out)
{
	int s = out->status;

	if (WIFSIGNALED(s) && WTERMSIG(s) == SIGVTALRM)
		snprintf(out->words, sizeof(out->words), "one step takes for ever");
	else if (WIFSIGNALED(s))
		snprintf(out->words, sizeof(out->words), "%s", strsignal(WTERMSIG(s)));
	else
		snprintf(out->words, sizeof(out->words), "exit status %d", WEXITSTATUS(s));
}

bool attempt_wait(struct progress *progress, bool aside, struct death *out)
{
	FILE *complaints = aside ? tmpfile() : NULL;
	pid_t parent = getpid();

	fflush(stdout);
	pid_t child = fork();
	if (child < 0 || (aside && !complaints))
		abort();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(2);
		if (complaints)
			dup2(fileno(complaints), STDERR_FILENO);
		watch(progress);
		return false;
	}
	*out = (struct death){.status = 0};
	if (waitpid(child, &out->status, 0) != child)
		abort();
	if (complaints) {
		read_words(complaints, out);
		fclose(complaints);
	}
	if (!out->words[0])
		say_status(out);
	return true;
}
