#include "report/history/history.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "harness/t.h"
#include "report/control/history_ask.h"
#include "report/history/history_file.h"
#include "report/history/history_inside.h"

#define HOUR HISTORY_HOUR_MS
#define DAY HISTORY_DAY_MS
#define NOON (INT64_C(20000) * DAY + 12 * HOUR) /* of 2024-10-04 */

/* A history with its file in a directory of its own. */
static struct {
	char root[64], path[96], said[512];
	struct conf conf;
	struct clock clock;
	struct history *h;
} w;

static void hear(void *context, enum log_level level, const char *line)
{
	(void)context, (void)level;
	text_copy(w.said, sizeof(w.said), line);
}

static void reopen(void)
{
	if (w.h)
		history_close(w.h, &w.clock);
	w.h = history_open(&w.conf, &w.clock);
	if (!w.h)
		abort();
}

static void begin(void)
{
	memset(&w, 0, sizeof(w));
	snprintf(w.root, sizeof(w.root), "/tmp/freedmr.XXXXXX");
	if (!mkdtemp(w.root))
		abort();
	snprintf(w.path, sizeof(w.path), "%s/history", w.root);
	text_copy(w.conf.report.history, sizeof(w.conf.report.history), w.path);
	w.conf.server.id = 2345;
	w.conf.report.history_top = 10;
	w.conf.report.last_heard = 12;
	w.clock = (struct clock){.now = 1000000, .epoch_ms = NOON - 1000000};
	log_set_sink(hear, NULL);
	reopen();
}

static void end(void)
{
	char command[128];

	if (w.h)
		history_close(w.h, &w.clock);
	snprintf(command, sizeof(command), "rm -r %s", w.root);
	if (system(command) != 0)
		abort();
	log_set_sink(NULL, NULL);
}

static void pass(int64_t ms)
{
	w.clock.now += ms;
}

/* A call that ends now. */
static struct record call_of(uint32_t client, uint32_t radio, uint32_t tg, tick_t ms)
{
	return (struct record){.kind = RECORD_CALL,
	                       .change = CHANGE_END,
	                       .cause = CAUSE_TERMINATOR,
	                       .at = w.clock.now,
	                       .call = {.origin = source_from_number(client),
	                                .stream = 0xabc,
	                                .generation = 7,
	                                .started = w.clock.now - ms,
	                                .slot = 2,
	                                .src = radio,
	                                .dst = tg,
	                                .conference = tg,
	                                .frames = 90,
	                                .lost = 10,
	                                .ber_errors = 141}};
}

static void take(struct record r)
{
	history_take(w.h, &r, &w.clock);
}

static void call(uint32_t client, uint32_t radio, uint32_t tg, tick_t ms)
{
	take(call_of(client, radio, tg, ms));
}

/* The answer to a question as "ID calls/seconds/refusals|... rest=calls total=calls/seconds". */
static const char *asked(const char *question)
{
	static char out[8192];
	struct text t = text_make(out, sizeof(out));
	struct history_question q;
	bool csv;
	const char *wrong = history_read(w.h, question, w.clock.now + w.clock.epoch_ms, &q, &csv);

	if (wrong)
		return wrong;
	const struct history_view *v = history_view(w.h, history_ask(w.h, &q));
	for (uint32_t i = 0; i < v->count; i++)
		text_format(&t, "%u %u/%d/%u|", (unsigned)v->row[i].id,
		            (unsigned)v->row[i].of.calls, (int)(v->row[i].of.ms / 1000),
		            (unsigned)v->row[i].of.refusals);
	text_format(&t, " rest=%u total=%u/%d", (unsigned)v->rest.calls, (unsigned)v->total.calls,
	            (int)(v->total.ms / 1000));
	return out;
}

T_CASE(a_call_counts_for_its_talkgroup_client_radio_and_link)
{
	begin();
	call(2300101, 2300001, 91, 10000);
	call(2300101, 2300002, 92, 20000);
	struct record r =
		call_of(source_number((struct source){SOURCE_PEER, 1}), 2300003, 91, 5000);
	text_copy(r.call.peer, sizeof(r.call.peer), "uk");
	take(r);
	T_TEXT(asked("talkgroups"), "92 1/20/0|91 2/15/0| rest=0 total=3/35");
	T_TEXT(asked("clients"), "2300101 2/30/0| rest=0 total=2/30");
	T_TEXT(asked("radios"), "2300002 1/20/0|2300001 1/10/0|2300003 1/5/0| rest=0 total=3/35");
	T_TEXT(asked("links"), "1 1/5/0| rest=0 total=1/5");
	T_TEXT(history_link_name(w.h, 1), "uk");
	end();
}

T_CASE(data_is_no_call_and_a_private_call_has_no_talkgroup)
{
	begin();
	struct record r = call_of(1, 2, 3, 1000);
	r.call.data = true;
	take(r);
	r.call.data = false;
	r.call.unit = true;
	take(r);
	T_TEXT(asked("talkgroups"), " rest=0 total=0/0");
	T_TEXT(asked("radios"), "2 1/1/0| rest=0 total=1/1");
	struct record heard;
	T_CHECK(history_heard(w.h, 1, &w.clock, &heard) && heard.call.data);
	end();
}

T_CASE(what_was_refused_counts_as_refusals)
{
	begin();
	struct record r = call_of(5, 6, 91, 1000);
	r.call.state = CALL_WAITING;
	take(r);
	take((struct record){.kind = RECORD_REFUSAL, .at = w.clock.now, .refusal = {.client = 9}});
	T_TEXT(asked("talkgroups"), "91 0/0/1| rest=0 total=0/0");
	T_TEXT(asked("clients"), "5 0/0/1|9 0/0/1| rest=0 total=0/0");
	struct record p = {.kind = RECORD_PEER, .at = w.clock.now, .peer = {.name = "uk"}};
	p.peer.refused_total = 100;
	take(p); /* as it stood when we came */
	p.peer.refused_total = 103;
	take(p);
	p.peer.refused_total = 2; /* a voice process that restarted */
	take(p);
	p.peer.refused_total = 4;
	take(p);
	T_TEXT(asked("links"), "1 0/0/5| rest=0 total=0/0");
	end();
}

T_CASE(hours_are_kept_for_8_days_and_days_for_400)
{
	begin();
	call(1, 2, 91, 1000);
	pass(23 * HOUR);
	T_TEXT(asked("talkgroups day"), "91 1/1/0| rest=0 total=1/1");
	pass(HOUR);
	T_TEXT(asked("talkgroups day"), " rest=0 total=0/0");
	T_TEXT(asked("talkgroups week"), "91 1/1/0| rest=0 total=1/1");
	pass(6 * DAY);
	T_TEXT(asked("talkgroups week"), " rest=0 total=0/0");
	T_TEXT(asked("talkgroups 2024-10-04"), "91 1/1/0| rest=0 total=1/1");
	T_TEXT(asked("talkgroups 2024-10-05"), " rest=0 total=0/0");
	pass(392 * DAY);
	call(1, 2, 92, 1000);
	T_TEXT(asked("talkgroups all"), "91 1/1/0|92 1/1/0| rest=0 total=2/2");
	pass(DAY);
	T_TEXT(asked("talkgroups all"), "92 1/1/0| rest=0 total=1/1");
	end();
}

T_CASE(a_full_year_of_hours_is_summed_as_it_was)
{
	uint32_t calls = 0;

	begin();
	for (int hour = 0; hour < 24 * 420; hour++) {
		for (int i = 0; i <= hour % 5; i++, calls++)
			call(1, 100 + (uint32_t)(hour % 7), 91 + (uint32_t)i, 1000);
		pass(HOUR);
	}
	pass(-HOUR);
	struct history_question q;
	bool csv;
	T_CHECK(!history_read(w.h, "talkgroups all", w.clock.now + w.clock.epoch_ms, &q, &csv));
	const struct history_view *v = history_view(w.h, history_ask(w.h, &q));
	/* 400 days up to 11:00: 399 whole ones and 12 hours, of 3 calls an hour on average */
	uint32_t expected = 0;
	for (int hour = 24 * 420 - (399 * 24 + 12); hour < 24 * 420; hour++)
		expected += (uint32_t)(hour % 5) + 1;
	T_EQUAL(v->total.calls, expected);
	T_EQUAL(v->row[0].id, 91);
	T_EQUAL(v->row[0].of.calls, 399 * 24 + 12);
	T_CHECK(calls > expected);
	end();
}

T_CASE(only_the_busiest_are_kept_and_the_rest_is_summed)
{
	begin();
	for (uint32_t i = 1; i <= 30; i++)
		call(1, 2, i, (tick_t)i * 1000);
	pass(HOUR); /* the period is over */
	call(1, 2, 500, 1000);
	T_TEXT(asked("talkgroups"),
	       "30 1/30/0|29 1/29/0|28 1/28/0|27 1/27/0|26 1/26/0|25 1/25/0|"
	       "24 1/24/0|23 1/23/0|22 1/22/0|21 1/21/0| rest=21 total=31/466");
	end();
}

T_CASE(strangers_push_out_nobody_who_talks)
{
	struct record r = {.kind = RECORD_REFUSAL};

	begin();
	call(7, 2, 91, 1000);
	for (uint32_t i = 0; i < 3 * HISTORY_OPEN_MAX; i++) {
		r.at = w.clock.now;
		r.refusal.client = 1000 + i;
		take(r);
	}
	call(8, 2, 91, 2000); /* later talkers still find room */
	const char *clients = asked("clients");
	T_CHECK(strncmp(clients, "8 1/2/0|7 1/1/0|", 16) == 0);
	end();
}

T_CASE(one_thing_is_told_by_time)
{
	begin();
	call(1, 2, 91, 1000);
	pass(2 * HOUR);
	call(1, 2, 91, 3000);
	call(1, 2, 92, 3000);
	struct history_question q;
	bool csv;
	T_CHECK(!history_read(w.h, "talkgroups day 91", w.clock.now + w.clock.epoch_ms, &q, &csv));
	const struct history_view *v = history_view(w.h, history_ask(w.h, &q));
	T_EQUAL(v->count, 2);
	T_EQUAL(history_epoch_ms(&q, v->row[0].id), NOON);
	T_EQUAL(history_epoch_ms(&q, v->row[1].id), NOON + 2 * HOUR);
	T_EQUAL(v->row[1].of.ms, 3000);
	T_EQUAL(v->total.calls, 2);
	end();
}

T_CASE(bad_questions_say_why)
{
	begin();
	T_TEXT(asked(""), "expected talkgroups, clients, radios or links");
	T_TEXT(asked("calls"), "expected talkgroups, clients, radios or links");
	T_TEXT(asked("radios month"), "not an ID");
	T_TEXT(asked("radios 2024-02-30"), "expected day, week, all or a date such as 2026-01-31");
	T_TEXT(asked("radios 2023-02-29"), "expected day, week, all or a date such as 2026-01-31");
	T_TEXT(asked("radios 2024-02-29"), " rest=0 total=0/0");
	T_TEXT(asked("radios day 1 2"), "too many arguments");
	T_TEXT(asked("links day nowhere"), "no such server link");
	end();
}

T_CASE(an_answer_is_kept_until_eight_others_were_asked_for)
{
	struct history_question q;
	bool csv;

	begin();
	T_CHECK(!history_read(w.h, "radios", NOON, &q, &csv));
	uint64_t first = history_ask(w.h, &q);
	for (unsigned i = 1; i < HISTORY_VIEWS; i++)
		T_CHECK(history_ask(w.h, &q) != first);
	T_CHECK(history_view(w.h, first));
	T_CHECK(history_ask(w.h, &q));
	T_CHECK(!history_view(w.h, first));
	end();
}

T_CASE(answers_take_no_more_memory_than_was_told)
{
	const struct history_view *v;
	struct history_question q;
	bool csv;
	size_t kept = 0;

	begin();
	w.conf.report.history_top = 1000;
	reopen();
	for (uint32_t day = 0; day < 20; day++, pass(DAY))
		for (uint32_t i = 1; i <= 1000; i++)
			call(1, day * 1000 + i, 91, 1000);
	T_CHECK(!history_read(w.h, "radios all", NOON + 20 * DAY, &q, &csv));
	for (unsigned i = 0; i < HISTORY_VIEWS; i++) {
		T_CHECK((v = history_view(w.h, history_ask(w.h, &q))));
		T_EQUAL(v->count, 1000);
		kept += malloc_usable_size(v->row);
	}
	T_CHECK(kept < HISTORY_VIEWS * (1000 * sizeof(v->row[0]) + 16384));
	end();
}

/* The clock. */

T_CASE(before_the_clock_is_set_calls_wait_for_their_hour)
{
	begin();
	w.clock.epoch_ms = -900000; /* 1970 */
	call(1, 2, 91, 1000);
	T_TEXT(asked("talkgroups all"), " rest=0 total=0/0");
	w.clock.epoch_ms = NOON - w.clock.now;
	call(1, 2, 91, 2000);
	T_TEXT(asked("talkgroups"), "91 2/3/0| rest=0 total=2/3");
	end();
}

T_CASE(what_is_kept_survives_a_boot_without_a_clock)
{
	begin();
	call(1, 2, 91, 1000);
	pass(HOUR);
	reopen();
	w.clock = (struct clock){.now = 5000, .epoch_ms = 0};
	reopen();
	call(1, 2, 91, 2000);
	reopen();
	w.clock.epoch_ms = NOON + 2 * HOUR - w.clock.now;
	call(1, 2, 91, 4000);
	T_TEXT(asked("talkgroups"), "91 3/7/0| rest=0 total=3/7");
	end();
}

T_CASE(a_clock_put_back_goes_on_with_the_hour_that_was_over)
{
	begin();
	call(1, 2, 91, 1000);
	w.clock.epoch_ms += HOUR;
	call(1, 2, 91, 2000);
	w.clock.epoch_ms -= HOUR;
	call(1, 2, 91, 4000);
	T_TEXT(asked("talkgroups"), "91 2/5/0| rest=0 total=2/5"); /* the later hour is to come */
	pass(HOUR);
	T_TEXT(asked("talkgroups"), "91 3/7/0| rest=0 total=3/7");
	end();
}

T_CASE(a_wrong_year_costs_the_hours_it_lasts)
{
	begin();
	call(1, 2, 91, 1000);
	pass(HOUR);
	call(1, 2, 91, 2000);
	w.clock.epoch_ms += 4000 * DAY + 5 * HOUR;
	call(1, 2, 91, 4000);
	w.clock.epoch_ms -= 4000 * DAY + 5 * HOUR;
	pass(HOUR);
	call(1, 2, 91, 8000);
	T_TEXT(asked("talkgroups"), "91 3/11/0| rest=0 total=3/11");
	end();
}

T_CASE(calls_heard_keep_their_time_when_the_clock_is_set)
{
	struct record r;

	begin();
	call(1, 2, 91, 1000);
	reopen();
	w.clock.epoch_ms -= 7 * DAY; /* a boot with an old clock */
	call(1, 3, 91, 1000);
	w.clock.epoch_ms += 7 * DAY;
	T_CHECK(history_heard(w.h, 0, &w.clock, &r));
	T_EQUAL(r.at + w.clock.epoch_ms, NOON);
	T_CHECK(history_heard(w.h, 1, &w.clock, &r));
	T_EQUAL(r.at + w.clock.epoch_ms, NOON);
	T_EQUAL(r.at - r.call.started, 1000);
	T_CHECK(!history_heard(w.h, 2, &w.clock, &r));
	end();
}

/* The calls heard last. */

T_CASE(the_last_calls_are_kept_newest_first)
{
	struct record r;

	begin();
	T_CHECK(!history_heard(w.h, 0, &w.clock, &r));
	for (uint32_t i = 0; i < 12 + 5; i++)
		call(1, i, 91, 1000);
	T_CHECK(history_heard(w.h, 0, &w.clock, &r));
	T_EQUAL(r.call.src, 16);
	T_EQUAL(r.call.generation, 7);
	T_CHECK(history_heard(w.h, 11, &w.clock, &r));
	T_EQUAL(r.call.src, 5);
	T_CHECK(!history_heard(w.h, 12, &w.clock, &r));
	end();
}

/* The file. */

T_CASE(everything_survives_a_restart)
{
	char before[4][2048];
	static const char *const questions[] = {"talkgroups all", "clients all", "radios week",
	                                        "links all"};
	struct record r = {.kind = RECORD_CALL}, heard;

	begin();
	for (uint32_t hour = 0; hour < 60; hour++) {
		for (uint32_t i = 0; i < 15; i++)
			call(100 + i, 200 + i * hour, 90 + i, (tick_t)(i + hour) * 100);
		r = call_of(source_number((struct source){SOURCE_PEER, 0}), 3, 91, 1000);
		text_copy(r.call.peer, sizeof(r.call.peer), hour % 2 ? "uk" : "a peer");
		text_copy(r.call.talker, sizeof(r.call.talker), "G0ABC Zo\xc3\xab\n");
		text_copy(r.call.position, sizeof(r.call.position), "51.5,0.1");
		take(r);
		pass(HOUR);
	}
	for (size_t i = 0; i < ARRAY_LEN(questions); i++)
		text_copy(before[i], sizeof(before[i]), asked(questions[i]));
	reopen();
	for (size_t i = 0; i < ARRAY_LEN(questions); i++)
		T_TEXT(asked(questions[i]), before[i]);
	T_CHECK(history_heard(w.h, 0, &w.clock, &heard));
	T_TEXT(heard.call.talker, "G0ABC Zo\xc3\xab\n");
	T_TEXT(heard.call.peer, "uk");
	T_TEXT(heard.call.position, ""); /* not kept afterwards */
	T_EQUAL(heard.call.generation, 7);
	T_EQUAL(heard.at, r.at);
	T_EQUAL(heard.call.started, r.call.started);
	T_EQUAL(heard.cause, CAUSE_TERMINATOR);
	reopen(); /* nothing new: it is not written */
	T_TEXT(asked("talkgroups all"), before[0]);
	end();
}

T_CASE(an_hour_goes_on_after_a_restart)
{
	begin();
	call(1, 2, 91, 1000);
	reopen();
	call(1, 2, 91, 2000);
	reopen();
	call(1, 2, 92, 9000);
	T_TEXT(asked("talkgroups"), "92 1/9/0|91 2/3/0| rest=0 total=3/12");
	end();
}

T_CASE(it_is_written_every_15_minutes_at_most)
{
	begin();
	T_EQUAL(history_next(w.h), TICK_NEVER);
	call(1, 2, 91, 1000);
	T_EQUAL(history_next(w.h), 1000000 + 15 * TICK_MINUTE);
	pass(15 * TICK_MINUTE - 1);
	history_serve(w.h, &w.clock);
	T_CHECK(access(w.path, F_OK) != 0);
	pass(1);
	history_serve(w.h, &w.clock);
	T_CHECK(access(w.path, F_OK) == 0);
	T_EQUAL(history_next(w.h), TICK_NEVER);
	T_EQUAL(history_health(w.h).writes_total, 1);
	T_EQUAL(history_health(w.h).written, w.clock.now);
	end();
}

T_CASE(without_a_file_it_is_in_memory_alone)
{
	begin();
	*w.conf.report.history = 0;
	reopen();
	call(1, 2, 91, 1000);
	T_EQUAL(history_next(w.h), TICK_NEVER);
	T_CHECK(!history_health(w.h).kept);
	reopen();
	T_TEXT(asked("talkgroups"), " rest=0 total=0/0");
	T_CHECK(access(w.path, F_OK) != 0);
	end();
}

static size_t load(char *octets, size_t cap)
{
	FILE *f = fopen(w.path, "r");
	size_t len = f ? fread(octets, 1, cap, f) : 0;

	if (f)
		fclose(f);
	return len;
}

static void store(const char *octets, size_t len)
{
	FILE *f = fopen(w.path, "w");

	if (!f || fwrite(octets, 1, len, f) != len || fclose(f) != 0)
		abort();
}

T_CASE(a_file_with_any_octet_missing_or_changed_does_not_count)
{
	static char good[16384], bad[16384];

	begin();
	call(1, 2, 91, 1000);
	pass(HOUR);
	call(1, 2, 92, 1000);
	reopen();
	size_t len = load(good, sizeof(good));
	T_CHECK(len > 500 && len < sizeof(good));
	T_CHECK(!history_file_read(w.h, good, len));
	for (size_t cut = 0; cut < len; cut++) {
		T_CHECK(history_file_read(w.h, good, cut));
		T_TEXT(asked("talkgroups all"), " rest=0 total=0/0");
	}
	for (size_t at = 0; at < len; at++) {
		memcpy(bad, good, len);
		bad[at] ^= 1;
		T_CHECK(history_file_read(w.h, bad, len));
	}
	memcpy(bad, good, len);
	memcpy(bad + len, good, len);
	T_CHECK(history_file_read(w.h, bad, 2 * len));
	end();
}

static void check_aside(const char *octets, const char *why, const char *name)
{
	char aside[128], expected[512];

	store(octets, strlen(octets));
	w.h->dirty = false;
	reopen();
	snprintf(aside, sizeof(aside), "%s.%s", w.path, name);
	snprintf(expected, sizeof(expected), "history=%s %s: not used, renamed to %s", w.path, why,
	         aside);
	T_TEXT(w.said, expected);
	T_CHECK(access(aside, F_OK) == 0);
	T_CHECK(access(w.path, F_OK) != 0);
	T_TEXT(asked("talkgroups all"), " rest=0 total=0/0");
}

T_CASE(a_file_that_is_not_ours_is_set_aside_with_the_reason)
{
	begin();
	check_aside("freedmr-history 2 2345\nnew things\n", "was written by a later version",
	            "aside");
	check_aside("freedmr-history 1 9999\n", "belongs to another server", "aside.1");
	check_aside("%PDF-1.4\n", "is not a freedmr history", "aside.2");
	check_aside("freedmr-history 1 2345\nhour talkg", "is truncated", "aside.3");
	check_aside("freedmr-history 1 2345\nhour tables\n", "is damaged", "aside.4");
	check_aside("", "is not a freedmr history", "aside.5");
	end();
}

T_CASE(a_file_that_cannot_be_read_is_left_alone)
{
	begin();
	history_close(w.h, &w.clock);
	w.h = NULL;
	if (mkdir(w.path, 0700) != 0)
		abort();
	reopen();
	T_CHECK(strstr(w.said, "keeping history in memory only"));
	call(1, 2, 91, 1000);
	T_EQUAL(history_next(w.h), TICK_NEVER);
	reopen();
	T_CHECK(access(w.path, F_OK) == 0);
	end();
}

T_CASE(fewer_rows_than_the_file_has_are_the_busiest)
{
	begin();
	w.conf.report.history_top = 40;
	reopen();
	for (uint32_t i = 1; i <= 30; i++)
		call(1, 2, i, (tick_t)i * 1000);
	pass(2 * DAY);
	call(1, 2, 99, 1000);
	reopen();
	w.conf.report.history_top = 10;
	w.h->dirty = true;
	reopen();
	T_TEXT(asked("talkgroups 2024-10-04"),
	       "30 1/30/0|29 1/29/0|28 1/28/0|27 1/27/0|26 1/26/0|25 1/25/0|24 1/24/0|23 1/23/0|"
	       "22 1/22/0|21 1/21/0| rest=20 total=30/465");
	end();
}

T_CASE(a_full_disk_keeps_the_old_file_and_is_told_once)
{
	static char before[16384], after[16384];
	struct rlimit limit, small;

	begin();
	call(1, 2, 91, 1000);
	reopen();
	size_t len = load(before, sizeof(before));
	call(1, 2, 92, 1000);
	getrlimit(RLIMIT_FSIZE, &limit);
	signal(SIGXFSZ, SIG_IGN);
	small = (struct rlimit){.rlim_cur = 100, .rlim_max = limit.rlim_max};
	setrlimit(RLIMIT_FSIZE, &small);
	pass(HOUR);
	history_serve(w.h, &w.clock);
	setrlimit(RLIMIT_FSIZE, &limit);
	char expected[256], beside[128];
	snprintf(expected, sizeof(expected), "history=%s cannot be written: File too large",
	         w.path);
	T_TEXT(w.said, expected);
	T_EQUAL(history_health(w.h).failures_total, 1);
	T_EQUAL(load(after, sizeof(after)), len);
	T_CHECK(memcmp(before, after, len) == 0);
	snprintf(beside, sizeof(beside), "%s.new", w.path);
	T_CHECK(access(beside, F_OK) != 0);
	T_EQUAL(history_next(w.h), w.clock.now + 15 * TICK_MINUTE);
	pass(HOUR);
	history_serve(w.h, &w.clock);
	T_CHECK(strstr(w.said, "can be written again"));
	T_CHECK(load(after, sizeof(after)) > len);
	end();
}

T_CASE(the_busiest_talkgroups_since_the_start_are_counted)
{
	struct history_row row;

	begin();
	T_CHECK(!history_busiest(w.h, 0, &row));
	for (uint32_t i = 1; i <= 30; i++)
		call(1, 2, i, (tick_t)i * 1000);
	call(1, 2, 1, 100000);
	T_CHECK(history_busiest(w.h, 0, &row));
	T_EQUAL(row.id, 1);
	T_EQUAL(row.of.calls, 2);
	for (uint32_t nth = 1; nth < HISTORY_BUSIEST; nth++) {
		T_CHECK(history_busiest(w.h, nth, &row));
		T_EQUAL(row.id, 31 - nth);
	}
	T_CHECK(!history_busiest(w.h, HISTORY_BUSIEST, &row));
	end();
}

T_CASE(the_default_fits_a_small_computer)
{
	struct conf_report conf = {.history_top = 50, .last_heard = 1000};

	T_CHECK(history_size(&conf) < 7u * 1024u * 1024u);
}

T_MAIN()
