#include "report/metrics.h"

#include <string.h>

#include "base/histogram.h"
#include "report/help.h"
#include "wire/prometheus.h"

#define METRIC_NAME_MAX 96

/* The gauges that are not a table: what the server is and holds. */
static bool tell_gauges(struct telling *at, const struct sources *s, const struct clock *clock,
                        struct text *t)
{
	struct record r;
	bool known = telling_row(at, s->model, RECORD_SERVER, &r);
	const struct {
		const char *name, *help;
		uint64_t value;
	} gauges[] = {
		{"freedmr_sessions", "Clients that are logged in.",
	         model_count(s->model, RECORD_SESSION)},
		{"freedmr_subscriptions", "Talkgroups that are on, over all clients and slots.",
	         model_count(s->model, RECORD_SUBSCRIPTION)},
		{"freedmr_calls_active", "Calls that are running.",
	         model_count(s->model, RECORD_CALL)},
		{"freedmr_report_queue_octets", "What waited in the pipe to the reporter.",
	         s->link->queue},
		{"freedmr_report_queue_max_octets", "The most that ever waited there.",
	         s->link->queue_max},
	};

	for (size_t i = 0; i < ARRAY_LEN(gauges); i++) {
		prometheus_family(t, gauges[i].name, METRIC_GAUGE, gauges[i].help);
		prometheus_sample(t, gauges[i].name, NULL, NULL, gauges[i].value);
	}
	if (!known)
		return false;
	tick_t up = clock->now > r.server.started ? clock->now - r.server.started : 0;
	prometheus_family(t, "freedmr_uptime_seconds", METRIC_GAUGE, "Since the server started.");
	prometheus_sample(t, "freedmr_uptime_seconds", NULL, NULL, (uint64_t)up / 1000);
	prometheus_family(t, "freedmr_server_id", METRIC_GAUGE, "The id of this server.");
	prometheus_sample(t, "freedmr_server_id", NULL, NULL, r.server.id);
	prometheus_family(t, "freedmr_build_info", METRIC_GAUGE,
	                  "Always 1; the version is a label.");
	prometheus_sample(t, "freedmr_build_info", "version", r.server.version, 1);
	return false;
}

/* The rows of a kind, the reporter's own behind those of the voice process. */
static bool next_row(struct telling *at, const struct sources *s, enum record_kind kind,
                     struct record *out)
{
	if (telling_row(at, s->model, kind, out))
		return true;
	while (sources_row(s, at->nth, out)) {
		at->nth++;
		if (out->kind == kind)
			return true;
	}
	return false;
}

/* One family with a sample for each table. */
static bool tell_tables(struct telling *at, const struct sources *s, struct text *t,
                        const char *name, const char *help, const char *field)
{
	struct record r;

	if (!at->entered)
		prometheus_family(t, name, METRIC_GAUGE, help);
	if (!next_row(at, s, RECORD_TABLE, &r))
		return false;
	prometheus_sample(t, name, "table", r.table.name,
	                  record_number(&r, record_field_find(RECORD_TABLE, field)));
	return true;
}

static bool tell_used(struct telling *at, const struct sources *s, const struct clock *clock,
                      struct text *t)
{
	(void)clock;
	return tell_tables(at, s, t, "freedmr_table_used", "Rows of a table in use.", "used");
}

static bool tell_high(struct telling *at, const struct sources *s, const struct clock *clock,
                      struct text *t)
{
	(void)clock;
	return tell_tables(at, s, t, "freedmr_table_high_water", "Rows ever in use at a time.",
	                   "high_water");
}

static bool tell_capacity(struct telling *at, const struct sources *s, const struct clock *clock,
                          struct text *t)
{
	(void)clock;
	return tell_tables(at, s, t, "freedmr_table_capacity", "Rows a table has room for.",
	                   "capacity");
}

/* What is counted only rises, and its name says so; the other figures are gauges. */
static bool is_total(const char *name)
{
	size_t len = strlen(name), end = strlen("_total");

	return len > end && strcmp(name + len - end, "_total") == 0;
}

static bool tell_counters(struct telling *at, const struct sources *s, const struct clock *clock,
                          struct text *t)
{
	char buf[METRIC_NAME_MAX];
	struct text name = text_make(buf, sizeof(buf));
	struct record r;

	(void)clock;
	if (!next_row(at, s, RECORD_COUNTER, &r))
		return false;
	text_format(&name, "freedmr_%s", r.counter.name);
	prometheus_family(t, buf, is_total(r.counter.name) ? METRIC_COUNTER : METRIC_GAUGE,
	                  help_of(r.counter.name));
	prometheus_sample(t, buf, NULL, NULL, r.counter.value);
	return true;
}

/* Buckets are cumulative here, and end with one that holds all. */
static void put_buckets(const struct histogram_row *h, const char *name, struct text *t)
{
	uint64_t count = 0;

	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		count += h->bucket[i];
		text_format(t, "%s_bucket{le=\"", name);
		if (i < HISTOGRAM_BUCKETS - 1)
			prometheus_seconds(t, histogram_bound_us[i]);
		else
			text_put(t, "+Inf");
		text_format(t, "\"} %llu\n", (unsigned long long)count);
	}
	text_format(t, "%s_sum ", name);
	prometheus_seconds(t, h->sum_us);
	text_format(t, "\n%s_count %llu\n", name, (unsigned long long)count);
}

static bool tell_histograms(struct telling *at, const struct sources *s, const struct clock *clock,
                            struct text *t)
{
	char buf[METRIC_NAME_MAX];
	struct text name = text_make(buf, sizeof(buf));
	struct record r;

	(void)clock;
	if (!telling_row(at, s->model, RECORD_HISTOGRAM, &r))
		return false;
	text_format(&name, "freedmr_%s_seconds", r.histogram.name);
	prometheus_family(t, buf, METRIC_HISTOGRAM, help_of(buf + strlen("freedmr_")));
	put_buckets(&r.histogram, buf, t);
	return true;
}

static bool (*const sections[])(struct telling *at, const struct sources *s,
                                const struct clock *clock, struct text *t) = {
	tell_gauges, tell_used, tell_high, tell_capacity, tell_counters, tell_histograms,
};

bool metrics_next(struct telling *at, const struct sources *s, const struct clock *clock,
                  struct text *t)
{
	if (at->section == ARRAY_LEN(sections))
		return false;
	if (!sections[at->section](at, s, clock, t))
		telling_leave(at);
	return true;
}
