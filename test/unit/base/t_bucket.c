#include "base/bucket.h"

#include "harness/t.h"

T_CASE(a_new_bucket_is_full)
{
	struct bucket b = {0};

	for (int i = 0; i < 50; i++)
		T_CHECK(bucket_take(&b, 1000, 25000, 50));
	T_CHECK(!bucket_take(&b, 1000, 25000, 50));
	T_CHECK(!bucket_is_full(&b, 2999, 25000, 50));
	T_CHECK(bucket_is_full(&b, 3000, 25000, 50));
}

/* As another binary may have left it. */
T_CASE(no_more_is_taken_than_the_depth)
{
	struct bucket b = {0};

	T_CHECK(bucket_take(&b, 1000, 25000, 50));
	for (int i = 0; i < 10; i++)
		T_CHECK(bucket_take(&b, 1000, 25000, 10));
	T_CHECK(!bucket_take(&b, 1000, 25000, 10));
}

/* 25 tokens a second: one each 40 ms, however finely it is asked. */
T_CASE(the_rate_is_kept_over_a_minute)
{
	for (tick_t step = 1; step <= 40; step++) {
		struct bucket b = {0};
		int taken = 0;
		T_CHECK(bucket_take(&b, 0, 25000, 1));
		for (tick_t now = step; now <= TICK_MINUTE; now += step)
			taken += bucket_take(&b, now, 25000, 1);
		int least = (int)(TICK_MINUTE / (40 + step)); /* stock above the depth is lost */
		T_CHECK(taken <= 1500 && taken >= least);
		if (40 % step == 0)
			T_EQUAL(taken, 1500);
	}
}

/* One answer per 5 s: at 0.2 millitokens a millisecond nothing may be lost by asking each one. */
T_CASE(a_slow_rate_loses_nothing)
{
	struct bucket b = {0};

	T_CHECK(bucket_take(&b, 0, 200, 1));
	for (tick_t now = 1; now < 5000; now++)
		T_CHECK(!bucket_take(&b, now, 200, 1));
	T_CHECK(bucket_take(&b, 5000, 200, 1));
	T_CHECK(!bucket_take(&b, 5001, 200, 1));
}

T_CASE(no_more_than_the_depth_is_saved_up)
{
	struct bucket b = {0};

	T_CHECK(bucket_take(&b, 0, 25000, 3));
	for (int i = 0; i < 3; i++)
		T_CHECK(bucket_take(&b, TICK_NEVER - 1, 1000000000, 3));
	T_CHECK(!bucket_take(&b, TICK_NEVER - 1, 1000000000, 3));
}

T_CASE(a_clock_that_goes_back_refills_nothing)
{
	struct bucket b = {0};

	T_CHECK(bucket_take(&b, 10000, 1000, 1));
	T_CHECK(!bucket_take(&b, 2000, 1000, 1));
	T_CHECK(!bucket_take(&b, 2999, 1000, 1));
	T_CHECK(bucket_take(&b, 3000, 1000, 1));
}

T_CASE(without_a_rate_the_depth_is_all)
{
	struct bucket b = {0};

	T_CHECK(bucket_take(&b, 0, 0, 1));
	T_CHECK(!bucket_take(&b, TICK_NEVER, 0, 1));
}

T_MAIN()
