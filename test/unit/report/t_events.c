/*
 * Events in the ring: kept as structs, their lines made when somebody reads them; and the table of
 * their kinds against what is published about them.
 */
#include "report/event/events.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "harness/t.h"
#include "unit/report/publish.h"

#define FILE_MAX 65536

static struct events events;

static void publish_client(struct clock *clock, const char *callsign)
{
	struct record r = {.kind = RECORD_SESSION,
	                   .change = CHANGE_BEGIN,
	                   .at = clock->now,
	                   .session = {.client = 5, .since = clock->now}};

	text_copy(r.session.callsign, sizeof(r.session.callsign), callsign);
	events_publish(&events, event_kind_of(&r, NULL), clock)->record = r;
}

T_CASE(a_line_says_later_what_it_would_have_said_at_once)
{
	struct clock clock = {.now = 100000, .epoch_ms = INT64_C(1767225600000)};
	static char at_once[2 * FORM_FORMS][1024];

	events = (struct events){.ring.boot = 0xab};
	for (int read_late = 0; read_late < 2; read_late++) {
		clock.now = 100000;
		publish_client(&clock, "G0ABC");
		struct event *e = events_publish(&events, EVENT_CALL_UPDATE, &clock);
		e->record = (struct record){.kind = RECORD_CALL,
		                            .change = CHANGE_UPDATE,
		                            .at = clock.now,
		                            .call = {.stream = 7, .started = 99000}};
		if (read_late) { /* the world goes on, the clock is set */
			clock = (struct clock){.now = 900000, .epoch_ms = 5};
			for (unsigned i = 2; i < RING_LINES; i++)
				publish_client(&clock, "M0XYZ");
		}
		for (size_t i = 0; i < ARRAY_LEN(at_once); i++) {
			uint64_t number = (read_late ? 3 : 1) + i / FORM_FORMS;
			const char *line = events_line(&events, number, i % FORM_FORMS);
			const char *ev = strstr(line, ",\"boot\"");
			line = ev ? ev : line; /* behind its number */
			if (read_late)
				T_TEXT(line, at_once[i]);
			else
				text_copy(at_once[i], sizeof(at_once[i]), line);
		}
		clock.epoch_ms = INT64_C(1767225600000);
	}
	T_CHECK(strstr(at_once[0], "\"callsign\":\"G0ABC\"") &&
	        strstr(at_once[2], "\"dur\":1.000"));
	ring_close(&events.ring);
}

T_CASE(a_form_is_made_when_it_is_asked_for)
{
	const struct clock clock = {.now = 1000};

	events = (struct events){.ring.boot = 0xab};
	publish_log(&events, &clock, "one");
	T_CHECK(!ring_line(&events.ring, 1, FORM_JSON) && !ring_line(&events.ring, 1, FORM_TEXT));
	const char *json = events_line(&events, 1, FORM_JSON);
	T_CHECK(strstr(json, "\"line\":\"one\"}"));
	T_CHECK(events_line(&events, 1, FORM_JSON) == json); /* made once */
	T_CHECK(!ring_line(&events.ring, 1, FORM_TEXT));
	T_CHECK(strstr(events_line(&events, 1, FORM_TEXT), "log info: one"));
	events_publish(&events, EVENT_PING, &clock)->pings = (struct pings){1000, 1, {{5, 0}}};
	T_TEXT(events_line(&events, 2, FORM_TEXT), "");
	T_CHECK(!events_line(&events, 0, FORM_JSON) && !events_line(&events, 3, FORM_JSON));
	for (unsigned i = 0; i < RING_LINES; i++)
		publish_log(&events, &clock, "two");
	T_CHECK(!events_at(&events, 2) && !events_line(&events, 2, FORM_JSON));
	T_CHECK(strstr(events_line(&events, 3, FORM_JSON), "\"seq\":3,"));
	T_CHECK(strstr(events_line(&events, RING_LINES + 1, FORM_JSON), "\"line\":\"two\"}"));
	ring_close(&events.ring);
}

static void publish_leg(const struct clock *clock)
{
	struct event *e = events_publish(&events, EVENT_LEG_START, clock);

	e->record = (struct record){.kind = RECORD_LEGS,
	                            .at = clock->now,
	                            .legs = {.open = true, .list = {1, {{{SOURCE_PEER, 0}, 91}}}}};
}

T_CASE(a_link_keeps_the_name_it_had)
{
	const struct clock clock = {.now = 1000};
	struct conf_peer peer = {.name = "uk"};
	const struct conf conf = {.peer = &peer, .peer_count = 1};

	events = (struct events){.conf = &conf};
	events_settle(&events); /* nothing yet */
	for (unsigned i = 0; i < RING_LINES + 2; i++)
		publish_leg(&clock);
	events_settle(&events);
	text_copy(peer.name, sizeof(peer.name), "de");
	publish_leg(&clock);
	for (uint64_t number = 4; number <= RING_LINES + 3; number++) {
		const char *line = events_line(&events, number, FORM_TEXT);
		bool is_new = number == RING_LINES + 3;
		T_CHECK(strstr(line, is_new ? "legs=de/91" : "legs=uk/91"));
	}
	ring_close(&events.ring);
}

T_CASE(a_filter_with_anything_in_it_is_for_events_of_records)
{
	const struct event_filter all = {.kinds = 0}, client = {.client = 5}, other = {.client = 6};
	const struct event_filter sessions = {.kinds = 1u << RECORD_SESSION};
	const struct clock clock = {.now = 1000};

	events = (struct events){.ring.boot = 0xab};
	struct event *health = events_publish(&events, EVENT_HEALTH, &clock);
	memset(health->health, 0, sizeof(health->health));
	T_CHECK(events_pass(&all, health));
	T_CHECK(!events_pass(&client, health) && !events_pass(&sessions, health));
	publish_client(&(struct clock){.now = 1000}, "G0ABC");
	const struct event *e = events_at(&events, 2);
	T_CHECK(events_pass(&all, e) && events_pass(&client, e) && events_pass(&sessions, e));
	T_CHECK(!events_pass(&other, e));
	ring_close(&events.ring);
}

static void read_file(const char *path, char out[static FILE_MAX])
{
	FILE *f = fopen(path, "r");
	size_t len = f ? fread(out, 1, FILE_MAX - 1, f) : 0;

	T_CHECK(f && len > 0);
	if (f)
		fclose(f);
	out[len] = 0;
}

/* The next pattern of the schema, as a regular expression; NULL: there is none. */
static const char *next_pattern(const char **at)
{
	static const char key[] = "\"pattern\": \"";
	static char out[256];
	const char *from = strstr(*at, key);
	size_t len = 0;

	if (!from)
		return NULL;
	for (from += strlen(key); *from != '"' && len < sizeof(out) - 1; from++) {
		if (from[0] == '\\' && from[1] == '\\') /* as JSON has it */
			from++;
		out[len++] = *from;
	}
	out[len] = 0;
	*at = from;
	return out;
}

T_CASE(the_schema_has_each_kind_and_no_other)
{
	static char file[FILE_MAX];
	unsigned matched[EVENT_KINDS] = {0};
	const char *pattern;

	read_file("man/freedmr-events.schema.json", file);
	char *from = strstr(file, "\"ev\": {"), *end = from ? strstr(from, "\"reason\"") : NULL;
	T_CHECK(end);
	if (!end)
		return;
	*end = 0;
	for (const char *at = from; (pattern = next_pattern(&at));) {
		regex_t regex;
		unsigned of_pattern = 0;
		T_EQUAL(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
		for (enum event_kind k = EVENT_NONE + 1; k < EVENT_KINDS; k++) {
			bool is = regexec(&regex, event_info(k)->name, 0, NULL, 0) == 0;
			matched[k] += is;
			of_pattern += is;
		}
		regfree(&regex);
		T_CHECK(of_pattern > 0);
	}
	for (enum event_kind k = EVENT_NONE + 1; k < EVENT_KINDS; k++)
		T_EQUAL(matched[k], 1);
}

/* Does the line with this begin an item of a list? */
static bool is_item(const char *file, const char *at)
{
	while (at > file && at[-1] != '\n')
		at--;
	return strncmp(at, ".It Cm ", 7) == 0;
}

T_CASE(the_manual_has_each_kind)
{
	static char file[FILE_MAX];

	read_file("man/freedmr-events.7", file);
	for (enum event_kind k = EVENT_NONE + 1; k < EVENT_KINDS; k++) {
		const char *name = event_info(k)->name;
		size_t len = strlen(name);
		bool found = false;
		for (const char *at = file; !found && (at = strstr(at, name)); at += len)
			found = at[-1] == ' ' && (at[len] == ' ' || at[len] == '\n') &&
			        is_item(file, at);
		T_TEXT(found ? name : "", name);
	}
}

T_CASE(a_kind_goes_to_the_topic_of_its_family)
{
	for (enum event_kind k = EVENT_NONE + 1; k < EVENT_KINDS; k++) {
		const struct event_info *info = event_info(k);
		bool inside = k == EVENT_LOG_LINE || k == EVENT_PING || k == EVENT_HELLO;
		char topic[32];
		bool is_gap = strcmp(info->name, "gap") == 0;
		snprintf(topic, sizeof(topic), "ev/%.*s",
		         (int)strcspn(is_gap ? "health" : info->name, "."),
		         is_gap ? "health" : info->name);
		T_TEXT(info->topic ? info->topic : "", inside ? "" : topic);
		bool last = k == EVENT_CALL_END || k == EVENT_CALL_LOST;
		T_TEXT(info->retained ? info->retained : "", last ? "call/last" : "");
		bool hidden = inside || k == EVENT_GAP || k == EVENT_MISSED || k == EVENT_HEALTH ||
		              k == EVENT_LOOP_SUPPRESSED;
		T_EQUAL(info->changes_state, !hidden);
	}
}

T_MAIN()
