/*
 * What the reporter makes of any octets: frames of records go into the mirror and become events,
 * what follows them is read as requests. Every answer ends, with one last line, and is made of
 * whole lines.
 */
#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "report/control/answer.h"
#include "report/event/events.h"
#include "report/model/model.h"
#include "report/model/view.h"

#define ROWS_MAX 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

static void publish(struct events *events, const struct record *r)
{
	enum event_kind kind = event_kind_of(r, NULL);

	if (kind == EVENT_NONE)
		return;
	events_publish(events, kind, &clock_of_test)->record = *r;
	const char *json = events_line(events, events->ring.last, FORM_JSON);
	const char *text = events_line(events, events->ring.last, FORM_TEXT);
	assert(json && *json && text && !strchr(json, '\n') && !strchr(text, '\n'));
}

static void answer(const struct sources *s, const char *line, size_t len)
{
	struct answer a;
	char lines[VIEW_LINE_MAX];

	(void)answer_begin(&a, line, len, &clock_of_test);
	a.who = "somebody";
	a.checked = true; /* there is no core to answer with a snapshot */
	for (int i = 0; i < ROWS_MAX && a.verb; i++) {
		struct text t = text_make(lines, sizeof(lines));
		enum answer_step step = answer_next(&a, s, &clock_of_test, &t);
		if (step == ANSWER_WAIT)
			break;
		check_lines(&t);
		assert((step == ANSWER_DONE) == !a.verb);
	}
	assert(!a.verb || answer_follows(&a));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct conf_limits limits = {
		.sessions = 20, .subscriptions = 20, .streams = 20};
	static struct events events;
	static struct voice_pipe link = {.record_pipe = -1, .command_pipe = -1, .parent = -1};
	struct model *model = model_open(&limits);
	static const struct conf conf = {.report = {.history_top = 10, .last_heard = 10}};
	static struct history *history;
	if (!history)
		history = history_open(&conf, &clock_of_test);
	const struct sources s = {
		.model = model, .events = &events, .link = &link, .history = history};
	struct rd stream = rd_make(data, size), frame;

	if (!model || !history)
		return 0;
	log_set_sink(ignore_log, NULL);
	while (record_frame_take(&stream, &frame) == PARSE_OK) {
		struct record r;
		const char *reason;
		if (record_parse(frame.at, rd_left(&frame), &r, &reason) != PARSE_OK)
			continue;
		model_take(model, &r, 0);
		history_take(history, &r, &clock_of_test);
		publish(&events, &r);
	}
	char line[REQUEST_MAX];
	while (rd_more(&stream)) {
		size_t len = 0;
		for (uint8_t c;
		     rd_more(&stream) && (c = rd_u8(&stream)) != '\n' && len < sizeof(line);)
			line[len++] = (char)c;
		answer(&s, line, len);
	}
	ring_close(&events.ring);
	model_close(model);
	return 0;
}
