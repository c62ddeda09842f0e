#include "parent/kept.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/t.h"

#define VARIABLE "FREEDMR_HANDOVER"

/* What the binary before leaves: A and B in these lines are the descriptors. */
static int ends[2];

static bool leave(const char *lines)
{
	char left[200];
	struct text t = text_make(left, sizeof(left));

	if (pipe(ends) != 0)
		return false;
	for (; *lines; lines++)
		if (*lines == 'A' || *lines == 'B')
			text_format(&t, "%d", ends[*lines - 'A']);
		else
			text_bytes(&t, lines, 1);
	return setenv(VARIABLE, left, 1) == 0;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

T_CASE(each_is_taken_once_by_its_name)
{
	struct kept k;

	T_CHECK(leave("A udp one\nB udp other\n"));
	kept_begin(&k);
	T_CHECK(kept_any(&k));
	T_CHECK(!getenv(VARIABLE)); /* no child gets it */
	T_EQUAL(kept_take(&k, "udp"), -1);
	T_EQUAL(kept_take(&k, "udp other"), ends[1]);
	T_EQUAL(kept_take(&k, "udp other"), -1);
	T_CHECK(fcntl(ends[1], F_GETFD) & FD_CLOEXEC);
	kept_end(&k);
	T_CHECK(!is_open(ends[0]) && is_open(ends[1]));
	T_CHECK(!kept_any(&k));
	T_EQUAL(kept_take(&k, "udp one"), -1);
	close(ends[1]);
}

T_CASE(a_number_may_stand_behind_the_name)
{
	static const char *const bad[] = {"A state \nB state x\n", "A stat\nB state -1\n",
	                                  "A state 0\nB state 1 2\n"};
	struct kept k;
	size_t size = 7;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		T_CHECK(leave(bad[i]));
		kept_begin(&k);
		T_EQUAL(kept_take_sized(&k, "state ", &size), -1);
		T_EQUAL(size, 7);
		kept_end(&k);
		T_CHECK(!is_open(ends[0]) && !is_open(ends[1]));
	}
	T_CHECK(leave("A state x\nB state 1234")); /* without the end of the line */
	kept_begin(&k);
	T_EQUAL(kept_take_sized(&k, "state ", &size), ends[1]);
	T_EQUAL(size, 1234);
	kept_end(&k);
	close(ends[1]);
}

/* Standard input and the like are no one's, and the others are taken all the same. */
T_CASE(a_line_that_is_none_is_passed_over)
{
	struct kept k;
	size_t size;

	T_CHECK(leave("1 state 9\nstate 9\n\n-A state 9\nB state 5\n"));
	kept_begin(&k);
	T_EQUAL(kept_take_sized(&k, "state ", &size), ends[1]);
	T_EQUAL(size, 5);
	kept_end(&k);
	T_CHECK(is_open(STDOUT_FILENO) && is_open(ends[0]));
	close(ends[0]);
	close(ends[1]);
	T_EQUAL(setenv(VARIABLE, "", 1), 0);
	kept_begin(&k);
	T_CHECK(kept_any(&k));
	T_EQUAL(kept_take(&k, ""), -1);
	T_EQUAL(kept_take_sized(&k, "", &size), -1);
	kept_end(&k);
	kept_begin(&k);
	T_CHECK(!kept_any(&k));
	kept_end(&k);
}

T_CASE(what_is_passed_on_survives_the_change)
{
	char lines[100];
	struct text t = text_make(lines, sizeof(lines));

	T_EQUAL(pipe(ends), 0);
	kept_add(&t, ends[0], "one");
	kept_add(&t, -1, "nothing");
	kept_add(&t, ends[1], "other");
	T_EQUAL(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
	T_CHECK(kept_pass(lines, true));
	T_EQUAL(fcntl(ends[0], F_GETFD), 0);
	T_TEXT(getenv(VARIABLE), lines);
	T_CHECK(kept_pass(lines, false));
	T_EQUAL(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
	T_EQUAL(fcntl(ends[1], F_GETFD), FD_CLOEXEC);
	T_CHECK(!getenv(VARIABLE));
	T_CHECK(kept_pass("", true) && kept_pass("no descriptor\n", true));
	T_CHECK(kept_pass("", false));
	close(ends[1]);
	T_CHECK(!kept_pass(lines, true)); /* it cannot be had there */
	T_CHECK(!getenv(VARIABLE));
	close(ends[0]);
}

T_MAIN()
