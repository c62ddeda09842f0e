/*
 * What leaves the reporter, octet by octet as in test/data/golden: whoever changes a line there
 * changes what other people's programs read. What old dashboards are sent is in t_legacy.
 */
#include <stdio.h>
#include <string.h>

#include "harness/t.h"
#include "report/event.h"
#include "report/metrics.h"
#include "report/view.h"

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
	.client = 234000101, .listener = "hotspots", .at = {.port = 62031},
	.state = SESSION_CONNECTED, .since = 1000, .last_ping = 99000, .callsign = "G0ABC",
	.rx_hz = 433000000, .tx_hz = 438000000, .cc = 1, .simplex = true,
	.location = "Z\303\274rich\"<b>\\", .software = "20240101", .package = "MMDVM",
	.options = "TS2=91;PASS=***", .options_bad = 1, .frames_in_total = 62,
	.frames_out_total = UINT64_MAX, .owner = {"G0ABC", "Zoe", "Wales"},
};

static const struct call_row talk = {
	.origin = 234000101, .stream = 0x0000abcd, .started = 90000, .slot = 2, .src = 2340001,
	.dst = 9, .conference = 91, .state = CALL_RUNNING, .frames = 99, .lost = 1, .late = 2,
	.ber_errors = 141, .rssi = 73, .listeners = 3, .talker = "Zoe", .position = "51.5,-0.1",
	.caller = {"G0ABC", "Zoe", "Wales"}, .topic = {.name = "World"},
};

static const struct peer_row link_up = {
	.name = "uk", .protocol = "fbp", .up = true, .since = 2000, .heard = 99000,
	.stunned_until = TICK_LONG_AGO, .remote = 2340, .version = 5,
};

static void put_event(struct text *t, const struct ring *ring, struct record r)
{
	r.at = 95000;
	event_json(t, &r, NULL, ring, &noon);
	text_char(t, '\n');
}

/* What a neighbour's row says next, from one change to another; each has a name of its own. */
static void put_changes(struct text *t, const struct ring *ring)
{
	struct record before = {
		.kind = RECORD_PEER, .change = CHANGE_UPDATE, .at = 95000, .peer = link_up};
	struct record r = before;

	for (int change = 0; change < 10; change++) {
		switch (change) {
		case 0:
			r.peer.frames_in_total = 9;
			break;
		case 1:
			r.peer.lost_total = 1;
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
			break;
		case 8:
			r.peer.stunned = false;
			break;
		case 9:
			r.peer.up = false;
			break;
		}
		event_json(t, &r, &before, ring, &noon);
		text_char(t, '\n');
		before = r;
	}
}

T_CASE(events_are_as_they_were)
{
	struct ring ring = {.last = 41, .boot = 0x0123456789abcdef};
	struct text t = text_make(made, sizeof(made));
	struct call_row data = talk;
	const struct record all[] = {
		{.kind = RECORD_SERVER, .change = CHANGE_BEGIN,
	         .server = {2345, "one", "GB7XX", "1.0", 500}},
		{.kind = RECORD_LISTENER, .change = CHANGE_BEGIN,
	         .listener = {.name = "hotspots", .sessions = 1}},
		{.kind = RECORD_SESSION, .change = CHANGE_BEGIN, .session = rig},
		{.kind = RECORD_SESSION, .change = CHANGE_END, .cause = CAUSE_KICKED,
	         .session = rig},
		{.kind = RECORD_SUBSCRIPTION, .change = CHANGE_BEGIN,
	         .subscription = {234000101, 2, 9, 91, SUBSCRIPTION_DIAL, true, 160000,
	                          {.name = "World"}}},
		{.kind = RECORD_SUBSCRIPTION, .change = CHANGE_END, .cause = CAUSE_TIMER,
	         .subscription = {234000101, 2, 9, 91, SUBSCRIPTION_USER, true, TICK_NEVER,
	                          {.name = "World"}}},
		{.kind = RECORD_CALL, .change = CHANGE_BEGIN, .call = talk},
		{.kind = RECORD_CALL, .change = CHANGE_END, .cause = CAUSE_TERMINATOR,
	         .call = talk},
		{.kind = RECORD_CALL, .change = CHANGE_END, .cause = CAUSE_TIMEOUT, .call = talk},
		{.kind = RECORD_PEER, .change = CHANGE_BEGIN, .peer = link_up},
		{.kind = RECORD_BLOCK, .change = CHANGE_END, .cause = CAUSE_OPERATOR,
	         .block = {"2340001", "", TICK_NEVER}},
		{.kind = RECORD_LEGS,
	         .legs = {234000101, 0x0000abcd, 90000, 2340001, 91, true,
	                  {2, {{234000102, 91, 2}, {234000103, 9, 1}}}}},
		{.kind = RECORD_LOG, .log = {LOG_REMOTE, "refused client=1 reason=\"x\""}},
		{.kind = RECORD_DROPPED, .dropped = {5, 50}},
		{.kind = RECORD_REFUSAL,
	         .refusal = {234000101, "hotspots", {.port = 62031}, "RPTK", "wrong passphrase"}},
		{.kind = RECORD_RELOAD, .reload = {7, RELOAD_DEFERRED, "[limits] peers"}},
		{.kind = RECORD_LOOP, .loop = {"uk", "de", 0x0000abcd, 2340001, 91, false}},
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		put_event(&t, &ring, all[i]);
	data.data = data.unit = true;
	put_event(&t, &ring,
	          (struct record){.kind = RECORD_CALL, .change = CHANGE_BEGIN, .call = data});
	put_changes(&t, &ring);
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
	struct ring ring = {.last = 41};
	static struct link link = {.queue = 100, .queue_max = 4000, .records_total = 12};
	const struct callers_figures web = {.connections = 2, .connections_high = 5,
	                                    .connections_max = 64, .requests_total = 9,
	                                    .slow_total = 1};
	const struct alias_index names = {.count = {300000, 2000, 30}};
	struct model *m = model_open(&limits);
	const struct sources s = {.model = m, .ring = &ring, .link = &link,
	                          .figures = {[OUTLET_HTTP] = &web}, .aliases = &names};
	struct text t = text_make(made, sizeof(made));
	struct telling at = {.section = 0};

	take(m, (struct record){.kind = RECORD_SERVER,
	                        .server = {2345, "one", "GB7XX", "1.0 \"x\"", 40000}});
	take(m, (struct record){.kind = RECORD_SESSION, .session = rig});
	take(m, (struct record){.kind = RECORD_CALL, .call = talk});
	take(m, (struct record){.kind = RECORD_TABLE, .table = {"sessions", 1, 2, 4}});
	take(m, (struct record){.kind = RECORD_COUNTER, .counter = {"calls_total", UINT64_MAX}});
	take(m, (struct record){.kind = RECORD_COUNTER, .counter = {"memory_peak_bytes", 4096}});
	take(m,
	     (struct record){.kind = RECORD_HISTOGRAM,
	                     .histogram = {"forwarding", {5, 4, 3, 2, 1, 0, 0, 0, 0, 1}, 61234}});
	while (metrics_next(&at, &s, &noon, &t))
		continue;
	model_close(m);
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

T_MAIN(T_ENTRY(events_are_as_they_were), T_ENTRY(metrics_are_as_they_were))
