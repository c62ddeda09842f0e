/*
 * Latency histogram with fixed bucket bounds: two additions per measurement.
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
	uint64_t bucket[HISTOGRAM_BUCKETS]; /* above the previous bound, up to its own */
	uint64_t sum_us;
};

void histogram_add(struct histogram *h, uint64_t us);

#endif
