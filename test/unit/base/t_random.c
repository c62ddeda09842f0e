#include "base/random.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>

#include "harness/t.h"

T_CASE(two_fills_differ_and_stay_in_their_place)
{
	uint8_t a[66], b[66];

	memset(a, 0xa5, sizeof(a));
	memset(b, 0xa5, sizeof(b));
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

T_MAIN()
