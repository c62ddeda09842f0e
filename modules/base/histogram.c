#include "base/histogram.h"

#include <stddef.h>

const uint32_t histogram_bound_us[HISTOGRAM_BUCKETS - 1] = {50,   100,  250,   500,  1000,
                                                            2500, 5000, 10000, 25000};

void histogram_add(struct histogram *h, uint64_t us)
{
	size_t i = 0;

	while (i < HISTOGRAM_BUCKETS - 1 && us > histogram_bound_us[i])
		i++;
	h->bucket[i]++;
	h->sum_us += us;
}
