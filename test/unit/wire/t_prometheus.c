#include "wire/prometheus.h"

#include <string.h>

#include "harness/t.h"

T_CASE(families_and_samples_are_lines_of_the_text_format)
{
	char buf[512];
	struct text t = text_make(buf, sizeof(buf));

	prometheus_family(&t, "dmr_calls_total", METRIC_COUNTER, "Calls.");
	prometheus_sample(&t, "dmr_calls_total", NULL, NULL, 0);
	prometheus_family(&t, "dmr_rows", METRIC_GAUGE, "Rows.");
	prometheus_sample(&t, "dmr_rows", "table", "sessions", UINT64_MAX);
	prometheus_family(&t, "dmr_delay", METRIC_HISTOGRAM, "Delay.");
	T_TEXT(buf, "# HELP dmr_calls_total Calls.\n# TYPE dmr_calls_total counter\n"
	            "dmr_calls_total 0\n"
	            "# HELP dmr_rows Rows.\n# TYPE dmr_rows gauge\n"
	            "dmr_rows{table=\"sessions\"} 18446744073709551615\n"
	            "# HELP dmr_delay Delay.\n# TYPE dmr_delay histogram\n");
}

T_CASE(values_of_labels_are_escaped)
{
	char buf[128];
	struct text t = text_make(buf, sizeof(buf));

	prometheus_sample(&t, "m", "name", "a\\b\"c\nd {}\xc3\xab", 7);
	T_TEXT(buf, "m{name=\"a\\\\b\\\"c\\nd {}\xc3\xab\"} 7\n");
}

T_CASE(seconds_have_six_places)
{
	static const struct {
		uint64_t us;
		const char *text;
	} rows[] = {
		{0, "0.000000"}, {1, "0.000001"}, {999999, "0.999999"}, {61000010, "61.000010"}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char buf[32];
		struct text t = text_make(buf, sizeof(buf));
		prometheus_seconds(&t, rows[i].us);
		T_TEXT(buf, rows[i].text);
	}
}

T_MAIN()
