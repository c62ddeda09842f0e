/*
 * The Prometheus text format, version 0.0.4: families of samples.
 */
#ifndef WIRE_PROMETHEUS_H
#define WIRE_PROMETHEUS_H

#include <stdint.h>

#include "base/text.h"

#define PROMETHEUS_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum metric {
	METRIC_COUNTER,
	METRIC_GAUGE,
	METRIC_HISTOGRAM,
};

const char *metric_name(enum metric metric);

/* The two lines before the samples of a family. */
void prometheus_family(struct text *t, const char *name, enum metric metric, const char *help);

/* name{label="value"} number; without the label if NULL. */
void prometheus_sample(struct text *t, const char *name, const char *label, const char *value,
                       uint64_t number);

/* The value of a label: backslash, newline and quote are escaped with a backslash. */
void prometheus_escaped(struct text *t, const char *s);

/* A number of microseconds as seconds. */
void prometheus_seconds(struct text *t, uint64_t us);

#endif
