#include "base/histogram.h"

#include "harness/t.h"

T_CASE(a_bound_belongs_to_the_bucket_below_it)
{
	struct histogram h = {.sum_us = 0};

	histogram_add(&h, 0);
	histogram_add(&h, 50);
	histogram_add(&h, 51);
	histogram_add(&h, 25000);
	histogram_add(&h, 25001);
	histogram_add(&h, UINT32_MAX);
	T_EQUAL(h.bucket[0], 2);
	T_EQUAL(h.bucket[1], 1);
	T_EQUAL(h.bucket[8], 1);
	T_EQUAL(h.bucket[9], 2);
	T_EQUAL(h.sum_us, 50 + 51 + 25000 + 25001 + (uint64_t)UINT32_MAX);
}

T_MAIN()
