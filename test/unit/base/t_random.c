#include "base/random.h"

#include <stdint.h>
#include <string.h>

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

T_CASE(a_large_fill_reaches_its_end)
{
	static uint8_t big[1 << 20];

	T_CHECK(random_fill(big, sizeof(big)));
	for (size_t i = 0; i < sizeof(big); i += 1 << 16) {
		int set = 0;
		for (size_t j = 0; j < 1 << 16; j++)
			set += big[i + j] != 0;
		T_CHECK(set > (1 << 16) * 9 / 10);
	}
}

T_CASE(nothing_is_filled_with_nothing)
{
	T_CHECK(random_fill(NULL, 0));
}

T_MAIN(T_ENTRY(two_fills_differ_and_stay_in_their_place), T_ENTRY(a_large_fill_reaches_its_end),
       T_ENTRY(nothing_is_filled_with_nothing))
