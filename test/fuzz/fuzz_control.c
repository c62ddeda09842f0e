/*
 * What the reporter makes of any octets: frames of records go into a mirror that has a row of every
 * kind, and become events; what follows them is read as requests. Every answer ends, with one last
 * line, and is made of whole lines; commands are answered as the voice process does.
 *
 * Decoder: report/control/request.c report/control/resolve.c report/control/verbs.c
 * report/control/answer.c report/control/history_ask.c report/control/history_tell.c
 * report/control/tell_command.c report/control/tell_events.c report/control/tell_rows.c
 * report/event/event.c report/event/event_kind.c report/model/view.c without
 * answer_refuse history_tell_next json_range
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "io/pipe.h"
#include "report/control/answer.h"
#include "report/event/events.h"
#include "report/event/refusals.h"
#include "report/model/model.h"
#include "report/model/view.h"

#define ROWS_MAX 2000
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int fuzz_no_datagrams = 1;

static struct {
	struct model *model;
	struct events events;
	struct refusals refusals;
	struct happened happened;
	struct voice_pipe link;
	int commands[2];
} d;

static const struct clock clock_of_test = {.now = 100000, .epoch_ms = 1700000000000};

static void ignore_log(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

/* Whole lines: the last octet, and nothing else that is not for the eye. */
static void check_lines(const struct text *t)
{
	assert(!t->cut && t->len > 0 && t->at[t->len - 1] == '\n');
	for (size_t i = 0; i < t->len; i++)
		assert((unsigned char)t->at[i] >= ' ' || t->at[i] == '\n');
}

static void publish(struct events *events, enum event_kind kind, const struct record *r)
{
	struct event *e = events_publish(events, kind, &clock_of_test);
	if (event_info(kind)->of != RECORD_KINDS)
		e->record = *r;
	const char *json = events_line(events, events->ring.last, FORM_JSON);
	const char *text = events_line(events, events->ring.last, FORM_TEXT);
	assert(json && *json && text && !strchr(json, '\n') && !strchr(text, '\n'));
}

/* The voice process answers a command: false if none has come. */
static bool reply(struct answer *a)
{
	uint8_t octets[COMMAND_LEN];
	struct command c;
	const char *reason = "";

	if (pipe_take(d.commands[0], octets, sizeof(octets)) != COMMAND_LEN)
		return false;
	if (command_parse(octets, sizeof(octets), &c, &reason) != PARSE_OK)
		abort();
	if (c.kind == COMMAND_WHY)
		answer_reply(a, &(struct record){.kind = RECORD_DECISION});
	struct record r = {.kind = RECORD_REPLY,
	                   .reply = {.number = c.number, .done = c.number & 1}};
	answer_reply(a, &r);
	return true;
}

/* Nobody answers: is there a time when it goes on without? */
static bool be_patient(const struct answer *a, struct clock *clock)
{
	if (answer_deadline(a) == TICK_NEVER || answer_deadline(a) <= clock->now)
		return false;
	clock->now = answer_deadline(a);
	return true;
}

static void answer(const struct sources *s, const char *line, size_t len)
{
	struct clock clock = clock_of_test;
	struct answer a;
	char lines[VIEW_LINE_MAX];

	(void)answer_begin(&a, line, len, &clock);
	a.who = "somebody";
	for (int i = 0; i < ROWS_MAX && a.verb; i++) {
		struct text t = text_make(lines, sizeof(lines));
		enum answer_step step = answer_next(&a, s, &clock, &t);
		assert(*answer_step_name(step) != '?');
		if (step == ANSWER_WAIT && !reply(&a) && !be_patient(&a, &clock))
			break;
		if (step == ANSWER_WAIT)
			continue;
		check_lines(&t);
		assert((step == ANSWER_DONE) == !a.verb);
	}
	assert(!a.verb || answer_follows(&a));
	while (reply(&a))
		continue;
}

static void take(const struct sources *s, const struct record *r)
{
	struct record before;
	bool known = model_find(d.model, r, &before);
	enum event_kind kind = event_kind_of(r, known ? &before : NULL);

	model_take(d.model, r, 0);
	history_take(s->history, r, &clock_of_test);
	refusals_take(&d.refusals, r);
	if (kind != EVENT_NONE)
		publish(&d.events, kind, r);
}

/* Every kind of event; a client on the air, and zeros of what else there is. */
static void fill(const struct sources *s)
{
	struct record r[] = {
		{.kind = RECORD_SERVER},
		{.kind = RECORD_LISTENER},
		{.kind = RECORD_SESSION, .session = {.client = 7, .callsign = "M0AAA"}},
		{.kind = RECORD_SLOT, .slot = {.client = 7, .slot = 2}},
		{.kind = RECORD_SUBSCRIPTION,
	         .subscription = {.client = 7, .slot = 2, .rf_tg = 91, .conference = 91}},
		{.kind = RECORD_CALL,
	         .call = {.origin = source_client(7), .stream = 1, .src = 7, .conference = 91}},
		{.kind = RECORD_CALL, .call = {.origin = source_client(8), .stream = 2, .src = 7}},
		{.kind = RECORD_PEER, .peer = {.name = "uk"}},
		{.kind = RECORD_BLOCK, .block = {.what = "7"}},
		{.kind = RECORD_TABLE, .table = {.name = "sessions"}},
		{.kind = RECORD_COUNTER, .counter = {.name = "x_total"}},
		{.kind = RECORD_HISTOGRAM},
		{.kind = RECORD_LEGS, .legs.list.count = 2},
		{.kind = RECORD_REFUSAL, .refusal = {.client = 7}},
	};

	for (enum event_kind kind = EVENT_NONE + 1; kind < EVENT_KINDS; kind++)
		publish(&d.events, kind, &(struct record){.kind = event_info(kind)->of});
	for (size_t i = 0; i < ARRAY_LEN(r); i++)
		for (r[i].change = CHANGE_SNAPSHOT; r[i].change < CHANGE_END; r[i].change++)
			take(s, &r[i]);
	r[6].change = CHANGE_END;
	take(s, &r[6]);
}

static void ask(const struct sources *s, struct rd *stream)
{
	char line[REQUEST_MAX];

	while (rd_more(stream)) {
		size_t len = 0;
		for (uint8_t c;
		     rd_more(stream) && (c = rd_u8(stream)) != '\n' && len < sizeof(line);)
			line[len++] = (char)c;
		answer(s, line, len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct conf_limits limits = {
		.sessions = 20, .subscriptions = 20, .streams = 20};
	static const struct conf conf = {.report = {.history_top = 10, .last_heard = 10}};
	struct rd stream = rd_make(data, size), frame;

	log_set_sink(ignore_log, NULL);
	if (!d.link.command_pipe && pipe_open(d.commands) != 0)
		return 0;
	d.link = (struct voice_pipe){.record_pipe = -1,
	                             .command_pipe = d.commands[1],
	                             .parent = d.commands[1],
	                             .asked_at = TICK_LONG_AGO};
	d.model = model_open(&limits);
	const struct sources s = {.model = d.model,
	                          .events = &d.events,
	                          .link = &d.link,
	                          .refusals = &d.refusals,
	                          .happened = &d.happened,
	                          .history = history_open(&conf, &clock_of_test)};
	assert(d.model && s.history);
	fill(&s);
	while (record_frame_take(&stream, &frame) == PARSE_OK) {
		struct record r;
		const char *reason;
		if (record_parse(frame.at, rd_left(&frame), &r, &reason) == PARSE_OK)
			take(&s, &r);
	}
	ask(&s, &stream);
	ring_close(&d.events.ring);
	model_close(d.model);
	history_close(s.history, &clock_of_test);
	memset(&d.events, 0, sizeof(d.events));
	memset(&d.refusals, 0, sizeof(d.refusals));
	return 0;
}
