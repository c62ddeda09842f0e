#include "report/http/metrics.h"

#include <string.h>

#include "base/histogram.h"
#include "report/http/help.h"
#include "wire/prometheus.h"

#define METRIC_NAME_MAX 96

/* Gauges that do not belong to a table. */
static bool tell_gauges(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                        struct text *t)
{
	struct record r;
	bool known = row_cursor_next(at, s->model, RECORD_SERVER, &r);
	const struct {
		const char *name, *help;
		uint64_t value;
	} gauges[] = {
		{"freedmr_sessions", "Clients that are logged in.",
	         model_count(s->model, RECORD_SESSION)},
		{"freedmr_subscriptions", "Subscriptions, over all clients and slots.",
	         model_count(s->model, RECORD_SUBSCRIPTION)},
		{"freedmr_calls_active", "Calls in progress.", model_count(s->model, RECORD_CALL)},
		{"freedmr_report_queue_octets", "Octets waiting in the pipe to the reporter.",
	         s->link->queue},
		{"freedmr_report_queue_max_octets",
	         "Peak of octets waiting in the pipe to the reporter.", s->link->queue_max},
	};

	for (size_t i = 0; i < ARRAY_LEN(gauges); i++) {
		prometheus_family(t, gauges[i].name, METRIC_GAUGE, gauges[i].help);
		prometheus_sample(t, gauges[i].name, NULL, NULL, gauges[i].value);
	}
	if (!known)
		return false;
	tick_t up = clock->now > r.server.started ? clock->now - r.server.started : 0;
	prometheus_family(t, "freedmr_uptime_seconds", METRIC_GAUGE,
	                  "Seconds since the server started.");
	prometheus_sample(t, "freedmr_uptime_seconds", NULL, NULL, (uint64_t)up / 1000);
	prometheus_family(t, "freedmr_server_id", METRIC_GAUGE, "Server ID.");
	prometheus_sample(t, "freedmr_server_id", NULL, NULL, r.server.id);
	prometheus_family(t, "freedmr_build_info", METRIC_GAUGE,
	                  "Always 1; the version is a label.");
	prometheus_sample(t, "freedmr_build_info", "version", r.server.version, 1);
	return false;
}

/* One family with a sample for each table. */
static bool tell_tables(struct row_cursor *at, const struct sources *s, struct text *t,
                        const char *name, const char *help, const char *field)
{
	struct record r;

	if (!at->entered)
		prometheus_family(t, name, METRIC_GAUGE, help);
	if (!sources_next(s, at, RECORD_TABLE, &r))
		return false;
	prometheus_sample(t, name, "table", r.table.name,
	                  record_number(&r, record_field_find(RECORD_TABLE, field)));
	return true;
}

static bool tell_used(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                      struct text *t)
{
	(void)clock;
	return tell_tables(at, s, t, "freedmr_table_used", "Rows of the table in use.", "used");
}

static bool tell_high(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                      struct text *t)
{
	(void)clock;
	return tell_tables(at, s, t, "freedmr_table_high_water", "Peak of rows in use.",
	                   "high_water");
}

static bool tell_capacity(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                          struct text *t)
{
	(void)clock;
	return tell_tables(at, s, t, "freedmr_table_capacity", "Rows that fit in the table.",
	                   "capacity");
}

/* A label's value can be twice as long once it is escaped. `second`: another label, or "". */
static void put_labels(struct text *t, const char *name, const char *first, const char *value,
                       const char *second)
{
	text_format(t, "%s{%s=\"", name, first);
	prometheus_escaped(t, value);
	text_format(t, *second ? "\",%s} " : "\"%s} ", second);
}

/* One family with a sample for each link that has the figure. */
static void tell_link(struct text *t, size_t family, const struct peer_row *p, tick_t now)
{
	bool unproven = p->state == LINK_UNHEARD || p->state == LINK_QUIET;

	switch (family) {
	case 0: /* the state of OpenBridge is unknown until it is heard */
		prometheus_sample(t, "freedmr_link_up", "link", p->name,
		                  p->up && !(unproven && strcmp(p->protocol, "obp") == 0));
		break;
	case 1:
		if (p->heard != TICK_LONG_AGO)
			prometheus_sample(t, "freedmr_link_heard_seconds", "link", p->name,
			                  now > p->heard ? (uint64_t)(now - p->heard) / 1000 : 0);
		break;
	case 2:
		if (strcmp(p->protocol, "fbp") != 0 || p->heard == TICK_LONG_AGO)
			break;
		put_labels(t, "freedmr_link_delay_seconds", "link", p->name, "");
		prometheus_seconds(t, (uint64_t)p->behind_ms * 1000);
		text_char(t, '\n');
		break;
	case 3:
		prometheus_sample(t, "freedmr_link_lost_total", "link", p->name, p->lost_total);
		break;
	case 4:
		prometheus_sample(t, "freedmr_link_frames_in_total", "link", p->name,
		                  p->frames_in_total);
		break;
	case 5:
		prometheus_sample(t, "freedmr_link_frames_out_total", "link", p->name,
		                  p->frames_out_total);
		break;
	}
}

/* One link of each family in turn. */
static bool tell_links(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                       struct text *t)
{
	static const struct {
		const char *name;
		enum metric metric;
		const char *help;
	} families[] = {
		{"freedmr_link_up", METRIC_GAUGE, "1 while the server link is up, else 0."},
		{"freedmr_link_heard_seconds", METRIC_GAUGE,
	         "Seconds since the neighbour was last heard."},
		{"freedmr_link_delay_seconds", METRIC_GAUGE,
	         "Age of the last frame by its time stamp: network delay plus clock difference."},
		{"freedmr_link_lost_total", METRIC_COUNTER, "Frames lost on the way here."},
		{"freedmr_link_frames_in_total", METRIC_COUNTER, "Frames received over the link."},
		{"freedmr_link_frames_out_total", METRIC_COUNTER, "Frames sent over the link."},
	};
	struct record r;

	if (at->nth == ARRAY_LEN(families))
		return false;
	if (!at->entered)
		prometheus_family(t, families[at->nth].name, families[at->nth].metric,
		                  families[at->nth].help);
	if (row_cursor_next(at, s->model, RECORD_PEER, &r)) {
		tell_link(t, (size_t)at->nth, &r.peer, clock->now);
		return true;
	}
	at->nth++;
	at->entered = false;
	return true;
}

/* Counters have names in _total; the other figures are gauges. */
static bool is_total(const char *name)
{
	size_t len = strlen(name), end = strlen("_total");

	return len > end && strcmp(name + len - end, "_total") == 0;
}

static bool tell_counters(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                          struct text *t)
{
	char buf[METRIC_NAME_MAX];
	struct text name = text_make(buf, sizeof(buf));
	struct record r;

	(void)clock;
	if (!sources_next(s, at, RECORD_COUNTER, &r))
		return false;
	text_format(&name, "freedmr_%s", r.counter.name);
	prometheus_family(t, buf, is_total(r.counter.name) ? METRIC_COUNTER : METRIC_GAUGE,
	                  help_of(s->help, r.counter.name));
	prometheus_sample(t, buf, NULL, NULL, r.counter.value);
	return true;
}

/* Buckets are cumulative here, and the last contains all. */
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

static bool tell_histograms(struct row_cursor *at, const struct sources *s,
                            const struct clock *clock, struct text *t)
{
	char buf[METRIC_NAME_MAX];
	struct text name = text_make(buf, sizeof(buf));
	struct record r;

	(void)clock;
	if (!row_cursor_next(at, s->model, RECORD_HISTOGRAM, &r))
		return false;
	text_format(&name, "freedmr_%s_seconds", r.histogram.name);
	prometheus_family(t, buf, METRIC_HISTOGRAM, help_of(s->help, buf + strlen("freedmr_")));
	put_buckets(&r.histogram, buf, t);
	return true;
}

/* Sessions of one listener by kind: a repeater has an ID of six digits. */
static void count_clients(const struct model *m, const char *listener, uint32_t count[static 2])
{
	struct model_walk walk = model_walk_kind(RECORD_SESSION);
	struct record r;

	while (model_next(m, &walk, &r))
		if (strcmp(r.session.listener, listener) == 0)
			count[r.session.client > 999999]++;
}

static bool tell_clients(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                         struct text *t)
{
	static const char *const kinds[] = {"kind=\"repeater\"", "kind=\"hotspot\""};
	uint32_t count[2] = {0, 0};
	struct record r;

	(void)clock;
	if (!at->entered)
		prometheus_family(t, "freedmr_clients", METRIC_GAUGE,
		                  "Clients that are logged in, by listener and kind.");
	if (!row_cursor_next(at, s->model, RECORD_LISTENER, &r))
		return false;
	count_clients(s->model, r.listener.name, count);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		put_labels(t, "freedmr_clients", "listener", r.listener.name, kinds[i]);
		text_format(t, "%u\n", (unsigned)count[i]);
	}
	return true;
}

/* Counters of refusals, with the reason. */
static const struct {
	const char *counter, *reason;
} refusals[] = {
	{"login_refused_id_total", "login: id not permitted"},
	{"login_refused_full_total", "login: all sessions taken"},
	{"login_refused_address_total", "login: sessions of one address"},
	{"login_refused_takeover_total", "login: takeover"},
	{"login_refused_passphrase_total", "login: passphrase"},
	{"login_refused_state_total", "login: order of messages"},
	{"datagrams_blocked_total", "blocked"},
	{"calls_denied_total", "call: denied by a list"},
	{"streams_refused_full_total", "call: table full"},
	{"subscriptions_refused_full_total", "talkgroup: table full"},
	{"mesh_forged_total", "link: digest"},
	{"mesh_wrong_server_total", "link: server id"},
	{"mesh_address_refused_total", "link: address"},
	{"mesh_stale_total", "link: clock"},
	{"mesh_replayed_total", "link: replayed"},
	{"mesh_filtered_total", "link: talkgroup"},
	{"uplink_refused_total", "uplink: login"},
};

static const char *reason_of(const char *counter)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (strcmp(refusals[i].counter, counter) == 0)
			return refusals[i].reason;
	return NULL;
}

static bool tell_refusals(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                          struct text *t)
{
	struct record r;

	(void)clock;
	if (!at->entered)
		prometheus_family(t, "freedmr_refusals_total", METRIC_COUNTER,
		                  "Refusals by reason.");
	if (!row_cursor_next(at, s->model, RECORD_COUNTER, &r))
		return false;
	const char *reason = reason_of(r.counter.name);
	if (reason)
		prometheus_sample(t, "freedmr_refusals_total", "reason", reason, r.counter.value);
	return true;
}

/* One of the busiest talkgroups; false when there are no more. */
static bool next_talkgroup(struct row_cursor *at, const struct sources *s, char number[static 12],
                           struct history_row *row)
{
	struct text t = text_make(number, 12);

	at->entered = true;
	if (!s->history || !history_busiest(s->history, (uint32_t)at->nth, row))
		return false;
	at->nth++;
	text_format(&t, "%u", (unsigned)row->id);
	return true;
}

static bool tell_calls(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                       struct text *t)
{
	static const char name[] = "freedmr_talkgroup_calls_total";
	char number[12];
	struct history_row row;

	(void)clock;
	if (!at->entered)
		prometheus_family(t, name, METRIC_COUNTER,
		                  "Calls of the busiest talkgroups since the reporter started.");
	if (!next_talkgroup(at, s, number, &row))
		return false;
	prometheus_sample(t, name, "talkgroup", number, row.of.calls);
	return true;
}

static bool tell_airtime(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                         struct text *t)
{
	static const char name[] = "freedmr_talkgroup_seconds_total";
	char number[12];
	struct history_row row;

	(void)clock;
	if (!at->entered)
		prometheus_family(t, name, METRIC_COUNTER,
		                  "Airtime of the busiest talkgroups since the reporter started.");
	if (!next_talkgroup(at, s, number, &row))
		return false;
	text_format(t, "%s{talkgroup=\"%s\"} ", name, number);
	prometheus_seconds(t, row.of.ms * 1000);
	text_char(t, '\n');
	return true;
}

/* Whether the clock is set, and the age of the history file. */
static bool tell_time(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                      struct text *t)
{
	struct history_health f = {.kept = false};

	(void)at;
	prometheus_family(t, "freedmr_clock_set", METRIC_GAUGE,
	                  "0 while the clock shows a time before 2020.");
	prometheus_sample(t, "freedmr_clock_set", NULL, NULL,
	                  clock->now + clock->epoch_ms >= HISTORY_CLOCK_SET_MS);
	if (s->history)
		f = history_health(s->history);
	if (!f.kept)
		return false;
	tick_t age = clock->now > f.written ? clock->now - f.written : 0;
	prometheus_family(t, "freedmr_history_write_age_seconds", METRIC_GAUGE,
	                  "Seconds since the history file was written, or read at startup.");
	prometheus_sample(t, "freedmr_history_write_age_seconds", NULL, NULL, (uint64_t)age / 1000);
	return false;
}

static bool (*const sections[])(struct row_cursor *at, const struct sources *s,
                                const struct clock *clock, struct text *t) = {
	tell_gauges,     tell_links,   tell_used,     tell_high,  tell_capacity, tell_counters,
	tell_histograms, tell_clients, tell_refusals, tell_calls, tell_airtime,  tell_time,
};

bool metrics_next(struct row_cursor *at, const struct sources *s, const struct clock *clock,
                  struct text *t)
{
	if (at->section == ARRAY_LEN(sections))
		return false;
	if (!sections[at->section](at, s, clock, t))
		row_cursor_leave(at);
	return true;
}
