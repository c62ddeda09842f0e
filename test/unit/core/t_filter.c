#include "core/step/filter.h"

#include <string.h>

#include "base/util.h"
#include "core/step/counter.h"
#include "harness/t.h"

/* Taken from v5 of our own server, of our country, of elsewhere; from v1; sent on v5, on v1. */
static const struct {
	uint32_t tg;
	const char *crosses;
} rows[] = {
	{0, "......"},      {1, "......"},        {9, "......"},        {79, "......"},
	{80, "yy.yy."},     {89, "yy.yy."},       {90, "yyyyyy"},       {91, "yyyyyy"},
	{92, "y...y."},     {150, "y...y."},      {199, "y...y."},      {200, "yyyyyy"},
	{799, "yyyyyy"},    {800, "yy.yy."},      {899, "yy.yy."},      {900, "yyyyyy"},
	{3999, "yyyyyy"},   {4000, "......"},     {4001, "yyyyyy"},     {5000, "......"},
	{9989, "yyyyyy"},   {9990, "......"},     {9999, "......"},     {10000, "yyyyyy"},
	{900999, "......"}, {16777214, "yyyyyy"}, {16777215, "......"}, {UINT32_MAX, "......"},
};

T_CASE(numbers_cross_as_the_table_says)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t tg = rows[i].tg;
		const bool is[] = {
			filter_takes(PEER_FBP, tg, 23459, 23451, 92),
			filter_takes(PEER_FBP, tg, 2346, 23451, 92),
			filter_takes(PEER_FBP, tg, 3102, 23451, 92),
			filter_takes(PEER_OBP, tg, 23451, 23451, 92),
			filter_sends(PEER_FBP, tg),
			filter_sends(PEER_OBP, tg),
		};
		char got[ARRAY_LEN(is) + 1] = "";
		for (size_t k = 0; k < ARRAY_LEN(is); k++)
			got[k] = is[k] ? 'y' : '.';
		if (!t_same_text(got, rows[i].crosses))
			t_fail(__FILE__, __LINE__, "%lu crosses %s, not %s", (unsigned long)tg, got,
			       rows[i].crosses);
	}
}

/* A server is of the country of its first three digits, also the first one of a country. */
T_CASE(the_first_server_of_a_country_is_of_it)
{
	T_CHECK(filter_takes(PEER_FBP, 80, 1000, 1001, 92));
	T_CHECK(filter_takes(PEER_FBP, 80, 10000, 1001, 92));
	T_CHECK(filter_takes(PEER_FBP, 80, 1001, 1000, 92));
	T_CHECK(!filter_takes(PEER_FBP, 80, 1010, 1000, 92));
}

T_CASE(home_may_begin_at_100)
{
	T_CHECK(filter_takes(PEER_FBP, 92, 3102, 2345, 100));
	T_CHECK(filter_takes(PEER_FBP, 99, 3102, 2345, 100));
	T_CHECK(!filter_takes(PEER_FBP, 100, 3102, 2345, 100));
	T_CHECK(filter_takes(PEER_OBP, 99, 2345, 2345, 100));
}

static struct access listed(const char *text)
{
	struct access list = {.deny = false};
	const char *reason;

	if (!access_parse(text, &list, &reason))
		t_fail(__FILE__, __LINE__, "%s: %s", text, reason);
	return list;
}

T_CASE(servers_have_four_to_seven_digits)
{
	struct access all = listed("all");

	T_CHECK(!filter_is_server(999, &all));
	T_CHECK(filter_is_server(1000, &all));
	T_CHECK(filter_is_server(9999999, &all));
	T_CHECK(!filter_is_server(10000000, &all));
}

T_CASE(a_server_of_five_digits_is_listed_by_its_first_four)
{
	struct access few = listed("1000, 2345-2346, 9999, 234567"), not = listed("deny 2345");

	T_CHECK(filter_is_server(2345, &few) && !filter_is_server(2347, &few));
	T_CHECK(filter_is_server(10000, &few) && filter_is_server(99999, &few));
	T_CHECK(filter_is_server(23459, &few) && !filter_is_server(23470, &few));
	T_CHECK(filter_is_server(234567, &few) && !filter_is_server(234568, &few));
	T_CHECK(!filter_is_server(234500, &few) && !filter_is_server(100000, &few));
	T_CHECK(!filter_is_server(23450, &not ) && filter_is_server(2345000, &not ));
}

T_CASE(every_counter_has_a_name)
{
	for (unsigned i = 0; i < COUNT_COUNTERS; i++)
		T_CHECK(strlen(counter_name((enum counter)i)) > 6);
	T_TEXT(counter_name(COUNT_COUNTERS), "?");
}

T_MAIN()
