/*
 * How long something took, counted in buckets with fixed bounds: two additions a measurement.
 *
 * Plain.
 */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS 10u

/* The upper bounds in microseconds; the last bucket has none. */
extern const uint32_t histogram_bound_us[HISTOGRAM_BUCKETS - 1];

struct histogram {
	uint64_t bucket[HISTOGRAM_BUCKETS]; /* those above the bound before and up to their own */
	uint64_t sum_us;
};

void histogram_add(struct histogram *h, uint64_t us);

#endif
