/*
 * A call is one call from its begin to its end, whatever the clock of the machine does meanwhile.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/t.h"
#include "report/model/clock.h"
#include "report/event/event.h"
#include "report/model/model.h"
#include "report/event/snapshot.h"
#include "report/model/view.h"

#define CALLS 100u
#define NOON 1767225600000
#define LINE 2048

static const struct conf_limits limits = {.sessions = 4, .subscriptions = 4, .streams = 4};

static struct events events;
static struct model *model;
static struct clock now_is;
static int64_t wall; /* of the machine, minus the tick */

static char on_air[4][LINE]; /* keys of calls, as whoever follows the events keeps them */

/* The fields of the key are adjacent. */
static void key_of(const char *json, char out[static LINE])
{
	const char *from = strstr(json, "\"origin\""), *to = strstr(json, ",\"started\"");
	struct text t = text_make(out, LINE);

	if (from && to)
		text_bytes(&t, from, (size_t)(to - from));
}

static char *place_of(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(on_air); i++)
		if (strcmp(on_air[i], key) == 0)
			return on_air[i];
	return NULL;
}

/* The turn of a reporter, with a millisecond that falls this way or that. */
static void turn(tick_t at)
{
	(void)clock_take(&now_is, at, wall + at + at % 3 - 1, at);
}

static void take(struct record r, char json[static LINE])
{
	char key[LINE];

	r.at = now_is.now;
	model_take(model, &r, now_is.now);
	events_publish(&events, event_kind_of(&r, NULL), &now_is)->record = r;
	text_copy(json, LINE, events_line(&events, events.ring.last, FORM_JSON));
	key_of(json, key);
	char *place = place_of(r.change == CHANGE_BEGIN ? "" : key);
	T_CHECK(place);
	if (place && r.change != CHANGE_UPDATE)
		text_copy(place, LINE, r.change == CHANGE_BEGIN ? key : "");
}

static double started(const char *json)
{
	const char *at = strstr(json, "\"started\":");

	return at ? atof(at + strlen("\"started\":")) : 0;
}

static struct record call(uint32_t n, enum change change)
{
	return (struct record){.kind = RECORD_CALL,
	                       .change = change,
	                       .call = {.origin = source_client(1 + n % 2),
	                                .stream = n % 3,
	                                .generation = n,
	                                .started = (tick_t)n * 1000,
	                                .slot = 2,
	                                .conference = 91}};
}

T_CASE(a_hundred_calls_under_a_clock_that_is_set)
{
	static const int64_t steps[] = {3600000, -3600000, 0, 40000, 0, -40000, 900, -900};
	static char begin[LINE], update[LINE], end[LINE], document[65536];
	struct text t = text_make(document, sizeof(document));
	static struct voice_pipe link;
	const struct alias_index names = {.len = 0};
	const struct sources s = {.model = model = model_open(&limits),
	                          .events = &events,
	                          .link = &link,
	                          .aliases = &names};
	struct row_cursor at = {.section = 0};

	now_is.epoch_ms = wall = NOON;
	for (uint32_t n = 1; n <= CALLS; n++) {
		int64_t step = steps[n % ARRAY_LEN(steps)];
		turn((tick_t)n * 1000);
		take(call(n, CHANGE_BEGIN), begin);
		turn((tick_t)n * 1000 + 301);
		take(call(n, CHANGE_UPDATE), update);
		T_CHECK(started(begin) == started(update));
		wall += step;
		turn((tick_t)n * 1000 + 602);
		take(call(n, CHANGE_END), end);
		double moved = started(end) - started(begin);
		double wrong = moved * 1000 - (double)(step > 1000 || step < -1000 ? step : 0);
		T_CHECK(wrong < 3 && wrong > -3);
		T_CHECK(moved == 0 || step > 1000 || step < -1000);
	}
	for (size_t i = 0; i < ARRAY_LEN(on_air); i++)
		T_TEXT(on_air[i], "");
	T_EQUAL(model_count(model, RECORD_CALL), 0);
	while (snapshot_next(&at, &s, &now_is, &t))
		;
	T_CHECK(strstr(document, "\"calls\":[]"));
	model_close(model);
}

T_MAIN()
