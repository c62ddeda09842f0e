#include "base/random.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "harness/t.h"

T_CASE(two_fills_differ_and_stay_in_their_place)
{
	uint8_t a[66], b[66];

	memset(a, 0xa5, sizeof(a));
	memset(b, 0xa5, sizeof(b));
	errno = EINTR; /* of an earlier call */
	T_CHECK(random_fill(a + 1, 64) && random_fill(b + 1, 64));
	T_CHECK(memcmp(a + 1, b + 1, 64) != 0);
	T_CHECK(a[0] == 0xa5 && a[65] == 0xa5);
}

static void wake(int number)
{
	(void)number;
}

/* A signal each millisecond makes the system give less than was asked for. */
static bool fill_disturbed(void *out, size_t len)
{
	struct sigaction disturb = {.sa_handler = wake};
	struct itimerval often = {{0, 1000}, {0, 1000}}, off = {{0, 0}, {0, 0}};

	sigaction(SIGALRM, &disturb, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	bool filled = random_fill(out, len);
	setitimer(ITIMER_REAL, &off, NULL);
	return filled;
}

T_CASE(a_fill_disturbed_by_signals_reaches_its_end)
{
	static uint8_t big[(8 << 20) + 1];

	T_CHECK(fill_disturbed(big, sizeof(big) - 1));
	T_EQUAL(big[sizeof(big) - 1], 0);
	for (size_t i = 0; i < sizeof(big) - 1; i += 256) {
		int set = 0;
		for (size_t j = 0; j < 256; j++)
			set += big[i + j] != 0;
		T_CHECK(set > 200);
	}
}

T_CASE(nothing_is_filled_with_nothing)
{
	T_CHECK(random_fill(NULL, 0));
}

/* Fills with no more descriptors than these allowed. */
static bool fill_with_descriptors(rlim_t most, unsigned times)
{
	struct rlimit before, few;
	uint8_t out[8];
	bool filled = true;

	getrlimit(RLIMIT_NOFILE, &before);
	few = before;
	few.rlim_cur = most;
	setrlimit(RLIMIT_NOFILE, &few);
	for (unsigned i = 0; i < times && filled; i++)
		filled = random_fill(out, sizeof(out));
	int cause = errno;
	setrlimit(RLIMIT_NOFILE, &before);
	errno = cause;
	return filled;
}

T_CASE(no_descriptor_is_left_open)
{
	T_CHECK(fill_with_descriptors(64, 200));
}

T_CASE(without_a_descriptor_nothing_is_filled)
{
	T_CHECK(!fill_with_descriptors(0, 1));
	T_EQUAL(errno, EMFILE);
}

T_CASE(room_that_cannot_be_written_is_said)
{
	long page = sysconf(_SC_PAGESIZE);
	uint8_t *room = mmap(NULL, (size_t)page * 2, PROT_READ | PROT_WRITE,
	                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	T_CHECK(room != MAP_FAILED && mprotect(room + page, (size_t)page, PROT_NONE) == 0);
	T_CHECK(random_fill(room, (size_t)page));
	T_CHECK(!random_fill(room, (size_t)page + 1));
	T_EQUAL(errno, EFAULT);
	munmap(room, (size_t)page * 2);
}

T_MAIN()
