#include "report/model/clock.h"

#include "base/text.h"
#include "base/util.h"
#include "harness/t.h"
#include "report/model/view.h"

#define NOON 1767225600000

T_CASE(a_moment_keeps_its_wall_time)
{
	struct clock c = {.epoch_ms = 0};

	T_CHECK(clock_take(&c, 5000, NOON, 5000));
	int64_t offset = c.epoch_ms;
	for (tick_t now = 5000; now < 605000; now += 7) {
		int64_t wobble = now % 3 - 1, slew = now / 1000;
		T_CHECK(!clock_take(&c, now, NOON - 5000 + now + wobble + slew, now + now % 2));
		T_EQUAL(c.now, now + now % 2);
		T_EQUAL(c.epoch_ms, offset);
	}
}

T_CASE(a_clock_that_was_set_is_followed_both_ways)
{
	static const int64_t by[] = {3600000, -86400000, 1001, -1001, 1767225600000};
	struct clock c = {.epoch_ms = NOON};

	for (size_t i = 0; i < ARRAY_LEN(by); i++) {
		int64_t before = c.epoch_ms;
		T_CHECK(clock_take(&c, 100, before + 100 + by[i], 100));
		T_EQUAL(c.epoch_ms, before + by[i]);
		T_CHECK(!clock_take(&c, 101, c.epoch_ms + 101 + CLOCK_SET_MS, 101));
		T_CHECK(!clock_take(&c, 101, c.epoch_ms + 101 - CLOCK_SET_MS, 101));
	}
}

T_CASE(a_pause_between_the_readings_is_no_clock_that_was_set)
{
	struct clock c = {.epoch_ms = NOON};

	T_CHECK(!clock_take(&c, 1000, NOON + 1000, 4000));
	T_EQUAL(c.epoch_ms, NOON);
	T_EQUAL(c.now, 4000);
	T_CHECK(clock_take(&c, 4000, NOON + 1000, 4000 + CLOCK_PAUSE_MS));
}

T_CASE(dates_are_those_of_the_calendar)
{
	static const struct {
		int64_t seconds;
		const char *shown;
	} rows[] = {
		{0, "1970-01-01T00:00:00Z"},
		{951782400, "2000-02-29T00:00:00Z"},
		{951868799, "2000-02-29T23:59:59Z"},
		{1798761599, "2026-12-31T23:59:59Z"},
		{4107542399, "2100-02-28T23:59:59Z"},
		{4107542400, "2100-03-01T00:00:00Z"},
		{INT64_C(253402300799), "9999-12-31T23:59:59Z"},
		{INT64_C(253402300800), "-"},
		{-1, "-"},
	};
	char out[32];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct text t = text_make(out, sizeof(out));
		view_utc(&t, 0, &(struct clock){.epoch_ms = rows[i].seconds * 1000});
		T_TEXT(out, rows[i].shown);
	}
}

T_MAIN()
