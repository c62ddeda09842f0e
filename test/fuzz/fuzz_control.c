/*
 * What the reporter makes of any octets: frames of records go into the mirror and become events,
 * what follows them is read as requests. Every answer ends, with one last line, and is made of
 * whole lines.
 */
#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "report/answer.h"
#include "report/event.h"
#include "report/model.h"
#include "report/ring.h"
#include "report/view.h"

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

static void publish(struct ring *ring, const struct record *r)
{
	char json[VIEW_LINE_MAX], text[VIEW_LINE_MAX];
	struct text j = text_make(json, sizeof(json)), t = text_make(text, sizeof(text));

	if (!event_is_news(r, NULL))
		return;
	event_json(&j, r, NULL, ring, &clock_of_test);
	view_event(&t, r, &clock_of_test);
	assert(!j.cut && !t.cut && !strchr(json, '\n') && !strchr(text, '\n'));
	ring_publish(ring, json, text);
}

static void answer(const struct sources *s, const char *line, size_t len)
{
	struct answer a;
	char lines[VIEW_LINE_MAX];

	(void)answer_begin(&a, line, len, &clock_of_test);
	a.who = "somebody";
	a.checked = true; /* nobody would answer for a snapshot */
	for (int i = 0; i < ROWS_MAX && a.word; i++) {
		struct text t = text_make(lines, sizeof(lines));
		enum answer_step step = answer_next(&a, s, &clock_of_test, &t);
		if (step == ANSWER_WAIT)
			break;
		check_lines(&t);
		assert((step == ANSWER_DONE) == !a.word);
	}
	assert(!a.word || answer_follows(&a));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct conf_limits limits = {
		.sessions = 20, .subscriptions = 20, .streams = 20};
	static struct ring ring;
	static struct link link = {.record_pipe = -1, .command_pipe = -1, .parent = -1};
	struct model *model = model_open(&limits);
	const struct sources s = {.model = model, .ring = &ring, .link = &link};
	struct rd stream = rd_make(data, size), frame;

	if (!model)
		return 0;
	log_set_sink(ignore_log, NULL);
	while (record_frame_take(&stream, &frame) == PARSE_OK) {
		struct record r;
		const char *reason;
		if (record_parse(frame.at, rd_left(&frame), &r, &reason) != PARSE_OK)
			continue;
		model_take(model, &r, 0);
		publish(&ring, &r);
	}
	char line[REQUEST_MAX];
	while (rd_more(&stream)) {
		size_t len = 0;
		for (uint8_t c;
		     rd_more(&stream) && (c = rd_u8(&stream)) != '\n' && len < sizeof(line);)
			line[len++] = (char)c;
		answer(&s, line, len);
	}
	ring_close(&ring);
	model_close(model);
	return 0;
}
