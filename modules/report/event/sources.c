#include "report/event/sources.h"

#include "base/text.h"
#include "io/process.h"
#include "report/model/alias.h"

#define ROW_NAME_MAX 48

/* The search for one of the reporter's own rows: all are offered in their order. */
struct wanted {
	uint64_t before; /* rows to pass over */
	bool found;
	struct record *out;
};

static bool is_wanted(struct wanted *w)
{
	if (!w->found && w->before-- == 0)
		return w->found = true;
	return false;
}

static void offer_table(struct wanted *w, const char *name, uint32_t used, uint32_t high_water,
                        uint32_t capacity)
{
	if (!is_wanted(w))
		return;
	*w->out = (struct record){
		.kind = RECORD_TABLE,
		.table = {.used = used, .high_water = high_water, .capacity = capacity}};
	text_copy(w->out->table.name, sizeof(w->out->table.name), name);
}

static void offer_counter(struct wanted *w, const char *name, uint64_t value)
{
	if (!is_wanted(w))
		return;
	*w->out = (struct record){.kind = RECORD_COUNTER, .counter = {.value = value}};
	text_copy(w->out->counter.name, sizeof(w->out->counter.name), name);
}

/* Each service has a table of its connections. */
static void offer_service(struct wanted *w, enum service service,
                          const struct connections_figures *f)
{
	char name[ROW_NAME_MAX];
	struct text t = text_make(name, sizeof(name));

	text_format(&t, "report_%s", service_name(service));
	offer_table(w, name, f->connections, f->connections_high, f->connections_max);
}

static void offer_service_counters(struct wanted *w, enum service service,
                                   const struct connections_figures *f)
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
		text_format(&t, "report_%s_%s_total", service_name(service), of[i].name);
		offer_counter(w, name, of[i].value);
	}
}

static void offer_tables(struct wanted *w, const struct sources *s)
{
	const struct mqtt_figures *mqtt = s->mqtt;

	for (enum service o = 0; o < SERVICES; o++)
		if (s->figures[o])
			offer_service(w, o, s->figures[o]);
	if (!mqtt)
		return;
	offer_table(w, "report_mqtt", mqtt->online, mqtt->calls_total > 0, 1);
	offer_table(w, "report_mqtt_queue", mqtt->behind, mqtt->behind_high, RING_LINES);
}

static void offer_counters(struct wanted *w, const struct sources *s)
{
	offer_counter(w, "report_records_total", s->link->records_total);
	offer_counter(w, "report_records_bad_total", s->link->bad_total);
	offer_counter(w, "report_lost_step_total", s->link->lost_step_total);
	offer_counter(w, "report_snapshots_total", s->link->snapshots_total);
	offer_counter(w, "report_commands_full_total", s->link->commands_full_total);
	offer_counter(w, "report_rows_refused_total", model_refused_total(s->model));
	offer_counter(w, "report_events_total", s->events->ring.last);
	offer_counter(w, "report_memory_peak_bytes", process_peak_bytes());
	for (enum service o = 0; o < SERVICES; o++)
		if (s->figures[o])
			offer_service_counters(w, o, s->figures[o]);
}

static void offer_mqtt(struct wanted *w, const struct mqtt_figures *f)
{
	offer_counter(w, "report_mqtt_calls_total", f->calls_total);
	offer_counter(w, "report_mqtt_failures_total", f->failures_total);
	offer_counter(w, "report_mqtt_published_total", f->published_total);
	offer_counter(w, "report_mqtt_lost_total", f->lost_total);
}

static void offer_history(struct wanted *w, const struct history_health *f)
{
	if (!f->kept)
		return;
	offer_counter(w, "report_history_writes_total", f->writes_total);
	offer_counter(w, "report_history_failures_total", f->failures_total);
}

/* Numbers of known names: no counters, because a new index may have fewer. */
static void offer_aliases(struct wanted *w, const struct alias_index *index)
{
	for (enum alias_kind k = 0; k < ALIAS_KINDS; k++) {
		char name[ROW_NAME_MAX];
		struct text t = text_make(name, sizeof(name));
		text_format(&t, "report_alias_%s", alias_kind_name(k));
		offer_counter(w, name, index->count[k]);
	}
}

static bool nth_row(const struct sources *s, uint64_t nth, struct record *out)
{
	struct wanted w = {.before = nth, .out = out};

	offer_tables(&w, s);
	offer_counters(&w, s);
	if (s->mqtt)
		offer_mqtt(&w, s->mqtt);
	if (s->history) {
		struct history_health f = history_health(s->history);
		offer_history(&w, &f);
	}
	if (s->aliases)
		offer_aliases(&w, s->aliases);
	return w.found;
}

bool sources_row(const struct sources *s, uint64_t *nth, enum record_kind kind, struct record *out)
{
	while (nth_row(s, *nth, out)) {
		++*nth;
		if (out->kind == kind)
			return true;
	}
	return false;
}

bool sources_next(const struct sources *s, struct row_cursor *at, enum record_kind kind,
                  struct record *out)
{
	return row_cursor_next(at, s->model, kind, out) || sources_row(s, &at->nth, kind, out);
}

bool sources_heard(const struct sources *s, uint32_t nth, const struct clock *clock,
                   struct record *out)
{
	if (!s->history || !history_heard(s->history, nth, clock, out))
		return false;
	if (s->aliases)
		aliases_fill(s->aliases, out);
	return true;
}
