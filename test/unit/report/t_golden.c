/*
 * What leaves the reporter, octet by octet as in test/data/golden: whoever changes a line there
 * changes what other people's programs read. What old dashboards are sent is in t_legacy.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/t.h"
#include "report/event/events.h"
#include "report/http/help.h"
#include "report/http/metrics.h"
#include "report/model/view.h"

#define DOCUMENT_MAX 65536

static const struct clock noon = {.now = 100000, .epoch_ms = INT64_C(1767225600000)};
static const struct conf_limits limits = {.sessions = 4, .subscriptions = 8, .streams = 4};

static char made[DOCUMENT_MAX], golden[DOCUMENT_MAX];

/* The next line of a document, without its end; NULL when there is none. */
static char *cut_line(char **rest)
{
	char *line = *rest, *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = 0;
	*rest = end + 1;
	return line;
}

/* Line by line, so that a difference can be read. */
static void compare(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t len = f ? fread(golden, 1, sizeof(golden) - 1, f) : 0;
	char *ours = made, *theirs = golden, *a, *b;

	if (f)
		fclose(f);
	golden[len] = 0;
	do {
		a = cut_line(&ours);
		b = cut_line(&theirs);
		T_TEXT(a ? a : "(end)", b ? b : "(end)");
	} while (a);
}

static const struct session_row rig = {
	.client = 234000101,
	.listener = "hotspots",
	.at = {.port = 62031},
	.state = SESSION_CONNECTED,
	.since = 1000,
	.last_ping = 99000,
	.callsign = "G0ABC",
	.rx_hz = 433000000,
	.tx_hz = 438000000,
	.cc = 1,
	.simplex = true,
	.location = "Z\303\274rich\"<b>\\",
	.software = "20240101",
	.package = "MMDVM",
	.options = "TS2=91;PASS=***",
	.options_bad = 1,
	.frames_in_total = 62,
	.frames_out_total = UINT64_MAX,
	.owner = {"G0ABC", "Zoe", "Wales"},
};

static const struct call_row protocol = {
	.origin = {SOURCE_CLIENT, 234000101},
	.stream = 0x0000abcd,
	.generation = 7,
	.started = 90000,
	.slot = 2,
	.src = 2340001,
	.dst = 9,
	.conference = 91,
	.state = CALL_RUNNING,
	.frames = 99,
	.lost = 1,
	.late = 2,
	.ber_errors = 141,
	.rssi = 73,
	.listeners = 3,
	.talker = "Zoe",
	.position = "51.5,-0.1",
	.caller = {"G0ABC", "Zoe", "Wales"},
	.conference_alias = {.name = "World"},
};

static const struct peer_row link_up = {
	.name = "uk",
	.protocol = "fbp",
	.up = true,
	.state = LINK_UP,
	.since = 2000,
	.heard = 98000,
	.stunned_until = TICK_LONG_AGO,
	.remote = 2340,
	.version = 5,
	.behind_ms = 17,
	.lost_total = 3,
	.frames_in_total = 97,
};

static const struct peer_row unheard = {
	.name = "bm",
	.protocol = "obp",
	.up = true,
	.state = LINK_UNHEARD,
	.since = 2000,
	.heard = TICK_LONG_AGO,
	.stunned_until = TICK_LONG_AGO,
	.frames_out_total = 7,
};

static void put_own(struct text *t, const struct event *e)
{
	event_json(t, e, 42, UINT64_C(0x0123456789abcdef));
	text_char(t, '\n');
}

static void put_event(struct text *t, const struct record *r, const struct record *before)
{
	struct event e = {.kind = event_kind_of(r, before), .clock = noon, .record = *r};

	put_own(t, &e);
}

/* What a neighbour's row says next, from one change to another; each has a name of its own. */
static void put_changes(struct text *t)
{
	struct record before = {
		.kind = RECORD_PEER, .change = CHANGE_UPDATE, .at = 95000, .peer = link_up};
	struct record r = before;

	for (int change = 0; change < 10; change++) {
		switch (change) {
		case 0:
			r.peer.frames_in_total = 99;
			break;
		case 1:
			r.peer.lost_total = 4;
			break;
		case 2:
			r.peer.quenches_in_total = 1;
			break;
		case 3:
			r.peer.quenches_out_total = 1;
			break;
		case 4:
			r.peer.clock_differs = true;
			break;
		case 5:
			r.peer.at.port = 62044;
			break;
		case 6:
			r.peer.version = 6;
			break;
		case 7:
			r.peer.stunned = true;
			r.peer.stunned_by = ISSUER_OPERATOR;
			break;
		case 8:
			r.peer.stunned = false;
			r.peer.stunned_by = ISSUER_NONE;
			break;
		case 9:
			r.peer.up = false;
			r.peer.state = LINK_DOWN;
			break;
		}
		put_event(t, &r, &before);
		before = r;
	}
}

T_CASE(events_are_as_they_were)
{
	struct text t = text_make(made, sizeof(made));
	struct call_row data = protocol;
	const struct record all[] = {
		{.kind = RECORD_SERVER,
	         .change = CHANGE_BEGIN,
	         .server = {2345, "one", "GB7XX", "1.0", 500}},
		{.kind = RECORD_LISTENER,
	         .change = CHANGE_BEGIN,
	         .listener = {.name = "hotspots", .sessions = 1}},
		{.kind = RECORD_SESSION, .change = CHANGE_BEGIN, .session = rig},
		{.kind = RECORD_SESSION,
	         .change = CHANGE_END,
	         .cause = CAUSE_KICKED,
	         .session = rig},
		{.kind = RECORD_SUBSCRIPTION,
	         .change = CHANGE_BEGIN,
	         .subscription =
	                 {234000101, 2, 9, 91, SUBSCRIPTION_DIAL, true, 160000, {.name = "World"}}},
		{.kind = RECORD_SUBSCRIPTION,
	         .change = CHANGE_END,
	         .cause = CAUSE_TIMER,
	         .subscription = {234000101,
	                          2,
	                          9,
	                          91,
	                          SUBSCRIPTION_USER,
	                          true,
	                          TICK_NEVER,
	                          {.name = "World"}}},
		{.kind = RECORD_CALL, .change = CHANGE_BEGIN, .call = protocol},
		{.kind = RECORD_CALL,
	         .change = CHANGE_END,
	         .cause = CAUSE_TERMINATOR,
	         .call = protocol},
		{.kind = RECORD_CALL,
	         .change = CHANGE_END,
	         .cause = CAUSE_TIMEOUT,
	         .call = protocol},
		{.kind = RECORD_PEER, .change = CHANGE_BEGIN, .peer = link_up},
		{.kind = RECORD_BLOCK,
	         .change = CHANGE_END,
	         .cause = CAUSE_OPERATOR,
	         .block = {"2340001", "", TICK_NEVER, TICK_LONG_AGO}},
		{.kind = RECORD_LEGS,
	         .legs = {{SOURCE_CLIENT, 234000101},
	                  0x0000abcd,
	                  7,
	                  90000,
	                  2340001,
	                  91,
	                  true,
	                  {2,
	                   {{{SOURCE_CLIENT, 234000102}, 91, 2},
	                    {{SOURCE_CLIENT, 234000103}, 9, 1}}}}},
		{.kind = RECORD_LOG, .log = {LOG_REMOTE, "refused client=1 reason=\"x\""}},
		{.kind = RECORD_DROPPED, .dropped = {5, 50}},
		{.kind = RECORD_REFUSAL,
	         .refusal = {234000101, "hotspots", {.port = 62031}, "RPTK", "wrong passphrase"}},
		{.kind = RECORD_RELOAD, .reload = {7, RELOAD_DEFERRED, "[limits] peers"}},
		{.kind = RECORD_LOOP, .loop = {"uk", "de", 0x0000abcd, 2340001, 91, false}},
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct record r = all[i];
		r.at = 95000;
		put_event(&t, &r, NULL);
	}
	data.data = data.unit = true;
	const struct record begun = {
		.kind = RECORD_CALL, .change = CHANGE_BEGIN, .at = 95000, .call = data};
	put_event(&t, &begun, NULL);
	put_changes(&t);
	put_own(&t, &(struct event){.kind = EVENT_PING,
	                            .clock = noon,
	                            .pings = {94000, 2, {{234000101, 0}, {234000102, 500}}}});
	put_own(&t,
	        &(struct event){.kind = EVENT_SERVER_CLOCK, .clock = noon, .set_by_ms = -3600000});
	T_EQUAL(t.cut, false);
	compare("test/data/golden/events.jsonl");
}

static void take(struct model *m, struct record r)
{
	r.change = CHANGE_BEGIN;
	model_take(m, &r, noon.now);
}

T_CASE(metrics_are_as_they_were)
{
	static struct events events = {.ring.last = 41};
	static struct voice_pipe link = {.queue = 100, .queue_max = 4000, .records_total = 12};
	const struct connections_figures web = {.connections = 2,
	                                        .connections_high = 5,
	                                        .connections_max = 64,
	                                        .requests_total = 9,
	                                        .slow_total = 1};
	const struct alias_index names = {.count = {300000, 2000, 30}};
	struct model *m = model_open(&limits);
	static const struct conf conf = {.report = {.history_top = 10, .last_heard = 10}};
	struct history *history = history_open(&conf, &noon);
	const struct sources s = {.help = help_open(),
	                          .model = m,
	                          .events = &events,
	                          .link = &link,
	                          .figures = {[SERVICE_HTTP] = &web},
	                          .aliases = &names,
	                          .history = history};
	struct text t = text_make(made, sizeof(made));
	struct row_cursor at = {.section = 0};
	struct peer_row quoted = link_up;

	text_copy(quoted.name, sizeof(quoted.name), "u\"k");
	take(m, (struct record){.kind = RECORD_SERVER,
	                        .server = {2345, "one", "GB7XX", "1.0 \"x\"", 40000}});
	take(m, (struct record){.kind = RECORD_SESSION, .session = rig});
	take(m, (struct record){.kind = RECORD_CALL, .call = protocol});
	take(m, (struct record){.kind = RECORD_PEER, .peer = quoted});
	take(m, (struct record){.kind = RECORD_PEER, .peer = unheard});
	take(m, (struct record){.kind = RECORD_LISTENER, .listener = {.name = "hot\"spots"}});
	take(m, (struct record){.kind = RECORD_TABLE, .table = {"sessions", 1, 2, 4}});
	take(m, (struct record){.kind = RECORD_COUNTER, .counter = {"calls_total", UINT64_MAX}});
	take(m, (struct record){.kind = RECORD_COUNTER, .counter = {"memory_peak_bytes", 4096}});
	take(m, (struct record){.kind = RECORD_COUNTER,
	                        .counter = {"login_refused_passphrase_total", 7}});
	history_take(
		history,
		&(struct record){
			.kind = RECORD_CALL, .change = CHANGE_END, .at = 99000, .call = protocol},
		&noon);
	take(m,
	     (struct record){.kind = RECORD_HISTOGRAM,
	                     .histogram = {"forwarding", {5, 4, 3, 2, 1, 0, 0, 0, 0, 1}, 61234}});
	while (metrics_next(&at, &s, &noon, &t))
		continue;
	model_close(m);
	history_close(history, &noon);
	free(s.help);
	T_EQUAL(t.cut, false);
	/* the one figure that differs from run to run */
	char *peak = strstr(made, "\nfreedmr_report_memory_peak_bytes ");
	T_EQUAL(peak != NULL, true);
	char *number = strchr(peak, ' ') + 1;
	size_t digits = strspn(number, "0123456789");
	T_EQUAL(digits > 0, true);
	memmove(number, number + digits, strlen(number + digits) + 1);
	compare("test/data/golden/metrics.txt");
}

/* As in the schema, after the name of the definition. */
static void put_key(struct text *t, enum record_kind kind)
{
	const struct record_info *info = record_info(kind);
	const char *before = "\"x-key\": [";

	for (size_t i = 0; i < info->field_count; i++) {
		if (!info->fields[i].key)
			continue;
		text_format(t, "%s\"%s\"", before, info->fields[i].name);
		before = ", ";
	}
	text_put(t, "],\n");
}

T_CASE(the_schema_says_which_fields_are_the_key)
{
	static const struct {
		enum record_kind kind;
		const char *name;
	} rows[] = {{RECORD_LISTENER, "listener"}, {RECORD_SESSION, "client"},
	            {RECORD_SLOT, "slot"},         {RECORD_SUBSCRIPTION, "subscription"},
	            {RECORD_CALL, "call"},         {RECORD_CALL, "legs"},
	            {RECORD_PEER, "mesh"},         {RECORD_BLOCK, "block"},
	            {RECORD_TABLE, "table"},       {RECORD_COUNTER, "counter"}};
	FILE *f = fopen("man/freedmr-events.schema.json", "r");
	size_t len = f ? fread(golden, 1, sizeof(golden) - 1, f) : 0;

	golden[len] = 0;
	if (f)
		fclose(f);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct text t = text_make(made, sizeof(made));
		text_format(&t, "\n\t\t\"%s\": {\n", rows[i].name);
		const char *at = strstr(golden, made);
		T_CHECK(at);
		t = text_make(made, sizeof(made));
		put_key(&t, rows[i].kind);
		const char *key = at ? strstr(at, "\"x-key\"") : NULL;
		T_CHECK(key && strncmp(key, made, strlen(made)) == 0);
	}
}

T_MAIN()
