#include "io/process.h"

#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"

#define YIELD 10

/* The strings of argv are contiguous; the first gap ends the room. */
struct process_title process_title_of(int argc, char **argv)
{
	struct process_title title = {.start = NULL};

	if (argc < 1)
		return title;
	title.start = argv[0];
	for (int i = 0; i < argc && argv[i] == title.start + title.room; i++)
		title.room += strlen(argv[i]) + 1;
	return title;
}

bool process_path(char *out, size_t cap)
{
	ssize_t len = readlink("/proc/self/exe", out, cap - 1);

	out[len > 0 ? len : 0] = 0;
	return len > 0 && (size_t)len < cap - 1;
}

void process_rename(const struct process_title *title, const char *name)
{
	prctl(PR_SET_NAME, name);
	if (!title->room)
		return;
	memset(title->start, 0, title->room);
	text_copy(title->start, title->room, name);
}

void process_hide(void)
{
	prctl(PR_SET_DUMPABLE, 0);
}

bool process_die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	return getppid() == parent;
}

void process_yield(void)
{
	(void)!nice(YIELD);
}

/* A dynamic binary has an interpreter, whose address the kernel passes. */
bool process_is_static(void)
{
	return getauxval(AT_BASE) == 0;
}

uint64_t process_peak_bytes(void)
{
	struct rusage use;

	return getrusage(RUSAGE_SELF, &use) == 0 ? (uint64_t)use.ru_maxrss * 1024 : 0;
}
