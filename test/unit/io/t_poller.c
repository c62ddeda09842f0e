#include "harness/t.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io/pipe.h"
#include "io/poller.h"

static struct arena arena;

static struct poller *open_poller(uint32_t capacity)
{
	struct arena measure;

	arena_measure(&measure);
	if (poller_open(&measure, capacity) || !arena_claim(&arena, measure.used))
		t_fail(__FILE__, __LINE__, "cannot claim");
	struct poller *p = poller_open(&arena, capacity);
	if (!p || arena.used != measure.used)
		t_fail(__FILE__, __LINE__, "cannot open");
	return p;
}

static void finish(struct poller *p)
{
	poller_close(p);
	arena_release(&arena);
}

static void close_both(const int ends[static 2])
{
	close(ends[0]);
	close(ends[1]);
}

T_CASE(tells_a_descriptor_until_it_is_read)
{
	struct poller *p = open_poller(4);
	struct poller_event e;
	int ends[2];
	char octet;

	T_EQUAL(pipe_open(ends), 0);
	T_EQUAL(poller_watch(p, ends[0], POLLER_READ, 0xfedcba9876543210), 0);
	T_EQUAL(poller_wait(p, &e, 1, 0), 0);
	T_CHECK(pipe_put(ends[1], "x", 1));
	static const tick_t waits[] = {TICK_NEVER, (tick_t)INT32_MAX + 1, 1};
	for (size_t i = 0; i < ARRAY_LEN(waits); i++) {
		T_EQUAL(poller_wait(p, &e, 1, waits[i]), 1);
		T_CHECK(e.tag == 0xfedcba9876543210);
		T_EQUAL(e.ready, POLLER_READ);
	}
	T_EQUAL(pipe_take(ends[0], &octet, 1), 1);
	T_EQUAL(poller_wait(p, &e, 1, 0), 0);
	close_both(ends);
	finish(p);
}

T_CASE(watching_again_changes_interest_and_tag)
{
	struct poller *p = open_poller(1);
	struct poller_event e;
	int ends[2];

	T_EQUAL(pipe_pair(ends), 0);
	T_EQUAL(poller_watch(p, ends[0], POLLER_READ, 1), 0);
	T_EQUAL(poller_wait(p, &e, 1, 0), 0);
	T_EQUAL(poller_watch(p, ends[0], POLLER_READ | POLLER_WRITE, 2), 0);
	T_EQUAL(poller_wait(p, &e, 1, 0), 1);
	T_EQUAL(e.tag, 2);
	T_EQUAL(e.ready, POLLER_WRITE);
	T_CHECK(pipe_put(ends[1], "x", 1));
	T_EQUAL(poller_wait(p, &e, 1, 0), 1);
	T_EQUAL(e.ready, POLLER_READ | POLLER_WRITE);
	T_EQUAL(poller_watch(p, ends[0], 0, 3), 0);
	T_EQUAL(poller_wait(p, &e, 1, 0), 0);
	close_both(ends);
	finish(p);
}

T_CASE(a_hang_up_is_told_unasked)
{
	struct poller *p = open_poller(2);
	struct poller_event e;
	int ends[2];

	T_EQUAL(pipe_open(ends), 0);
	T_EQUAL(poller_watch(p, ends[0], 0, 7), 0);
	T_CHECK(pipe_put(ends[1], "x", 1));
	T_EQUAL(poller_wait(p, &e, 1, 0), 0);
	close(ends[1]);
	T_EQUAL(poller_wait(p, &e, 1, 0), 1);
	T_EQUAL(e.tag, 7);
	T_EQUAL(e.ready, POLLER_END);
	T_EQUAL(poller_watch(p, ends[0], POLLER_READ, 8), 0);
	T_EQUAL(poller_wait(p, &e, 1, 0), 1);
	T_EQUAL(e.ready, POLLER_READ | POLLER_END);
	poller_drop(p, ends[0]);
	close(ends[0]);
	T_EQUAL(poller_wait(p, &e, 1, 0), 0);
	finish(p);
}

T_CASE(full_refuses_the_newest_and_takes_it_when_one_is_dropped)
{
	struct poller *p = open_poller(2);
	struct poller_event e;
	int a[2], b[2];

	T_EQUAL(pipe_open(a), 0);
	T_EQUAL(pipe_open(b), 0);
	T_EQUAL(poller_watch(p, a[0], POLLER_READ, 1), 0);
	T_EQUAL(poller_watch(p, a[1], 0, 2), 0);
	T_EQUAL(poller_watch(p, b[1], POLLER_WRITE, 3), -1);
	T_EQUAL(errno, ENOSPC);
	T_EQUAL(poller_wait(p, &e, 1, 0), 0);
	T_EQUAL(poller_watch(p, a[1], 0, 4), 0);
	poller_drop(p, b[1]);
	T_EQUAL(poller_watch(p, b[1], POLLER_WRITE, 3), -1);
	poller_drop(p, a[0]);
	poller_drop(p, a[0]);
	T_EQUAL(poller_watch(p, b[1], POLLER_WRITE, 3), 0);
	T_EQUAL(poller_wait(p, &e, 1, 0), 1);
	T_EQUAL(e.tag, 3);
	T_EQUAL(poller_watch(p, b[0], 0, 5), -1);
	T_EQUAL(poller_watch(p, b[1], 0, 3), 0);
	close(a[0]);
	T_EQUAL(poller_wait(p, &e, 1, 0), 1);
	T_EQUAL(e.tag, 4);
	close(a[1]);
	close_both(b);
	finish(p);
}

T_CASE(a_short_list_starves_nobody)
{
	enum { PIPES = 5 };
	struct poller *p = open_poller(PIPES);
	struct poller_event e[2];
	int ends[PIPES][2];
	unsigned seen = 0;

	for (unsigned i = 0; i < PIPES; i++) {
		T_EQUAL(pipe_open(ends[i]), 0);
		T_EQUAL(poller_watch(p, ends[i][1], POLLER_WRITE, i), 0);
	}
	for (int turn = 0; turn < 2 * PIPES; turn++) {
		T_EQUAL(poller_wait(p, e, 2, 0), 2);
		T_CHECK(e[0].tag != e[1].tag);
		seen |= 1u << e[0].tag | 1u << e[1].tag;
	}
	T_EQUAL(seen, (1u << PIPES) - 1);
	for (unsigned i = 0; i < PIPES; i++)
		close_both(ends[i]);
	finish(p);
}

T_CASE(the_time_is_waited_out)
{
	struct poller *p = open_poller(1);
	struct poller_event e;

	T_EQUAL(poller_wait(p, &e, 1, 5), 0);
	T_EQUAL(poller_wait(p, &e, 1, -5), 0);
	finish(p);
}

T_CASE(a_bad_descriptor_is_an_error)
{
	struct poller *p = open_poller(1);

	T_EQUAL(poller_watch(p, -1, POLLER_READ, 0), -1);
	T_EQUAL(errno, EBADF);
	finish(p);
}

/* The calls by which one libc or the other waits, whichever the body of the poller is. */
static void refuse_waits(int error)
{
	t_refuse(SYS_epoll_pwait, error);
	t_refuse(SYS_ppoll, error);
#ifdef SYS_epoll_wait
	t_refuse(SYS_epoll_wait, error);
	t_refuse(SYS_poll, error);
#endif
}

static struct poller *poller;

static void is_interrupted(void)
{
	struct poller_event e;

	refuse_waits(EINTR);
	T_EQUAL(poller_wait(poller, &e, 1, TICK_NEVER), 0);
}

static void fails(void)
{
	struct poller_event e;

	refuse_waits(ENOMEM);
	T_EQUAL(poller_wait(poller, &e, 1, TICK_NEVER), -1);
	T_EQUAL(errno, ENOMEM);
}

T_CASE(a_wait_that_is_interrupted_ends_and_one_that_fails_is_told)
{
	poller = open_poller(1);
	t_apart(is_interrupted);
	t_apart(fails);
	finish(poller);
}

static struct arena measured;

static void is_not_there(void)
{
	T_CHECK(arena_claim(&arena, measured.used));
	t_refuse(SYS_epoll_create1, EMFILE);
	T_CHECK(!poller_open(&arena, 1));
	T_EQUAL(errno, EMFILE);
}

static void takes_no_more(void)
{
	struct poller *p = open_poller(1);
	const uint32_t add = 1; /* as in sys/epoll.h */
	int ends[2];

	T_EQUAL(pipe_open(ends), 0);
	t_refuse_where(SYS_epoll_ctl, 1, add, ENOMEM);
	T_EQUAL(poller_watch(p, ends[0], POLLER_READ, 0), -1);
	T_EQUAL(errno, ENOMEM);
}

T_CASE(a_poller_of_the_kernel_may_be_refused)
{
	if (strcmp(poller_name(), "epoll") != 0)
		return;
	arena_measure(&measured);
	(void)poller_open(&measured, 1);
	t_apart(is_not_there);
	t_apart(takes_no_more);
}

T_CASE(too_little_memory_makes_no_poller)
{
	struct arena measure, little;

	arena_measure(&measure);
	(void)poller_open(&measure, 8);
	T_CHECK(arena_claim(&arena, measure.used));
	for (size_t size = 0; size < measure.used; size += CACHE_LINE) {
		arena_lay(&little, arena.block, size);
		T_CHECK(!poller_open(&little, 8));
	}
	arena_release(&arena);
}

T_MAIN()
