#include "wire/prometheus.h"

#include <inttypes.h>

const char *metric_name(enum metric metric)
{
	switch (metric) {
	case METRIC_COUNTER:
		return "counter";
	case METRIC_GAUGE:
		return "gauge";
	case METRIC_HISTOGRAM:
		return "histogram";
	}
	return "?";
}

void prometheus_escaped(struct text *t, const char *s)
{
	for (; *s; s++) {
		if (*s == '\n')
			text_put(t, "\\n");
		else if (*s == '\\' || *s == '"')
			text_format(t, "\\%c", *s);
		else
			text_char(t, *s);
	}
}

void prometheus_family(struct text *t, const char *name, enum metric metric, const char *help)
{
	text_format(t, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, metric_name(metric));
}

void prometheus_sample(struct text *t, const char *name, const char *label, const char *value,
                       uint64_t number)
{
	text_put(t, name);
	if (label) {
		text_format(t, "{%s=\"", label);
		prometheus_escaped(t, value);
		text_put(t, "\"}");
	}
	text_format(t, " %" PRIu64 "\n", number);
}

void prometheus_seconds(struct text *t, uint64_t us)
{
	text_format(t, "%" PRIu64 ".%06" PRIu64, us / 1000000, us % 1000000);
}
