#include "report/sources.h"

#include "base/text.h"
#include "io/process.h"

#define ROW_NAME_MAX 48

static struct record table_row(const char *name, const struct callers_figures *f)
{
	struct record r = {
		.kind = RECORD_TABLE,
		.table = {.used = f->connections,
	                  .high_water = f->connections_high,
	                  .capacity = f->connections_max},
	};

	text_copy(r.table.name, sizeof(r.table.name), name);
	return r;
}

static struct record counter_row(const char *name, uint64_t value)
{
	struct record r = {.kind = RECORD_COUNTER, .counter = {.value = value}};

	text_copy(r.counter.name, sizeof(r.counter.name), name);
	return r;
}

/* Counts down to the row asked for; true when this is it. */
static bool is_nth(uint64_t *nth)
{
	return (*nth)-- == 0;
}

static bool outlet_table(const struct sources *s, uint64_t *nth, struct record *out)
{
	for (enum outlet o = 0; o < OUTLET_OUTLETS; o++) {
		char name[ROW_NAME_MAX];
		struct text t = text_make(name, sizeof(name));
		if (!s->figures[o] || !is_nth(nth))
			continue;
		text_format(&t, "report_%s", outlet_name(o));
		*out = table_row(name, s->figures[o]);
		return true;
	}
	return false;
}

static bool own_counter(const struct sources *s, uint64_t *nth, struct record *out)
{
	const struct {
		const char *name;
		uint64_t value;
	} own[] = {
		{"report_records_total", s->link->records_total},
		{"report_records_bad_total", s->link->bad_total},
		{"report_lost_step_total", s->link->lost_step_total},
		{"report_snapshots_total", s->link->snapshots_total},
		{"report_commands_full_total", s->link->commands_full_total},
		{"report_rows_refused_total", model_refused_total(s->model)},
		{"report_events_total", s->ring->last},
		{"report_memory_peak_bytes", process_peak_bytes()},
	};

	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		if (!is_nth(nth))
			continue;
		*out = counter_row(own[i].name, own[i].value);
		return true;
	}
	return false;
}

static bool counter_of(enum outlet outlet, const struct callers_figures *f, uint64_t *nth,
                       struct record *out)
{
	const struct {
		const char *name;
		uint64_t value;
	} of[] = {
		{"callers_refused", f->refused_total},   {"requests", f->requests_total},
		{"requests_bad", f->bad_requests_total}, {"slow_followers", f->slow_total},
		{"idle_callers", f->idle_total},
	};

	for (size_t i = 0; i < ARRAY_LEN(of); i++) {
		char name[ROW_NAME_MAX];
		struct text t = text_make(name, sizeof(name));
		if (!is_nth(nth))
			continue;
		text_format(&t, "report_%s_%s_total", outlet_name(outlet), of[i].name);
		*out = counter_row(name, of[i].value);
		return true;
	}
	return false;
}

static bool outlet_counter(const struct sources *s, uint64_t *nth, struct record *out)
{
	for (enum outlet o = 0; o < OUTLET_OUTLETS; o++) {
		if (s->figures[o] && counter_of(o, s->figures[o], nth, out))
			return true;
	}
	return false;
}

/* Is the broker there, and how much of the ring has it still to be told? */
static bool mqtt_table(const struct sources *s, uint64_t *nth, struct record *out)
{
	const struct mqtt_figures *f = s->mqtt;

	if (!f)
		return false;
	const struct callers_figures rows[] = {
		{.connections = f->online, .connections_high = f->calls_total > 0,
	         .connections_max = 1},
		{.connections = f->behind, .connections_high = f->behind_high,
	         .connections_max = RING_LINES},
	};
	static const char *const names[] = {"report_mqtt", "report_mqtt_queue"};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!is_nth(nth))
			continue;
		*out = table_row(names[i], &rows[i]);
		return true;
	}
	return false;
}

static bool mqtt_counter(const struct sources *s, uint64_t *nth, struct record *out)
{
	const struct mqtt_figures *f = s->mqtt;

	if (!f)
		return false;
	const struct {
		const char *name;
		uint64_t value;
	} of[] = {
		{"report_mqtt_calls_total", f->calls_total},
		{"report_mqtt_failures_total", f->failures_total},
		{"report_mqtt_published_total", f->published_total},
		{"report_mqtt_lost_total", f->lost_total},
	};

	for (size_t i = 0; i < ARRAY_LEN(of); i++) {
		if (!is_nth(nth))
			continue;
		*out = counter_row(of[i].name, of[i].value);
		return true;
	}
	return false;
}

/* How many names are known: no counters, as a new index may know fewer. */
static bool alias_gauge(const struct sources *s, uint64_t *nth, struct record *out)
{
	for (enum alias_kind k = 0; s->aliases && k < ALIAS_KINDS; k++) {
		char name[ROW_NAME_MAX];
		struct text t = text_make(name, sizeof(name));
		if (!is_nth(nth))
			continue;
		text_format(&t, "report_alias_%s", alias_kind_name(k));
		*out = counter_row(name, s->aliases->count[k]);
		return true;
	}
	return false;
}

bool sources_row(const struct sources *s, uint64_t nth, struct record *out)
{
	return outlet_table(s, &nth, out) || mqtt_table(s, &nth, out) ||
	       own_counter(s, &nth, out) || outlet_counter(s, &nth, out) ||
	       mqtt_counter(s, &nth, out) || alias_gauge(s, &nth, out);
}
