#include "command/top_list.h"

#include <stdio.h>
#include <string.h>

#include "harness/t.h"
#include "base/text.h"

static const struct top_column columns[] = {
	{"ID", "id", NULL, 3, TOP_NUMBER},
	{"NAME", "name", "call", 4, TOP_TEXT},
	{"AGE", "since", NULL, 5, TOP_AGE},
};
static const struct top_table table = {"w", "T", "id", columns, ARRAY_LEN(columns), 0, false};

T_CASE(fields_are_found_by_their_whole_name)
{
	static const struct {
		const char *json, *name, *value;
	} rows[] = {
		{"{\"a\":1,\"b\":\"x\"}", "a", "1"},
		{"{\"a\":1,\"b\":\"x\"}", "b", "x"},
		{"{\"aa\":1,\"a\":2}", "a", "2"},
		{"{\"x\":\",\\\"a\\\":5\",\"a\":6}", "a", "6"},
		{"{\"x\":\"a\",\"a\":7}", "a", "7"},
		{"{\"x\":[\"b\",\"a\"],\"a\":8}", "a", "8"},
		{"{\"a\":\"q\\\"\\\\\\u0007z\"}", "a", "q\"\\?z"},
		{"{\"a\":null}", "a", ""},
		{"{\"a\":\"\"}", "a", ""},
		{"{\"b\":1}", "a", ""},
		{"{\"a\":\"\\u00", "a", "????"},
		{"{\"a\":\"\\", "a", ""},
		{"{\"a\":", "a", ""},
		{"a", "a", ""},
		{"", "a", ""},
	};
	char out[32];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *json = (const char *)t_guarded(rows[i].json, strlen(rows[i].json) + 1);
		bool found = top_field(json, rows[i].name, out, sizeof(out));
		if (strcmp(rows[i].value, "????") != 0)
			T_TEXT(out, rows[i].value);
		T_EQUAL(found, *out != 0);
	}
}

T_CASE(rows_are_laid_out_sorted_and_filtered)
{
	struct top_list l = {.row = NULL};
	struct text t;
	char line[100];

	top_list_add(&l, &table, 0, "{\"id\":9,\"name\":\"Zo\xc3\xab longer\",\"since\":40.5}", "",
	             100000);
	top_list_add(&l, &table, 0, "{\"id\":10,\"name\":\"\",\"call\":\"G0A\",\"since\":null}", "",
	             100000);
	top_list_add(&l, &table, 0, "{\"id\":8,\"name\":\"x\",\"since\":1}", "ZO\xc3\xab", 100000);
	T_EQUAL(l.count, 2);
	T_TEXT(l.row[0].shown, "  9  Zo\xc3\xab     59s  ");
	T_TEXT(l.row[1].shown, " 10  G0A       -  ");
	T_TEXT(l.row[1].id, "10");
	top_list_sort(&l, true, false);
	T_TEXT(l.row[0].id, "9");
	top_list_sort(&l, true, true);
	T_TEXT(l.row[0].id, "10");
	top_list_sort(&l, false, false);
	T_TEXT(l.row[0].id, "10");
	t = text_make(line, sizeof(line));
	top_heading(&t, &table, 1, true);
	T_TEXT(line, " ID  NAME    AGE  ");
	t = text_make(line, sizeof(line));
	top_heading(&t, &table, 0, false);
	T_TEXT(line, "ID^  NAME    AGE  ");
	top_list_release(&l);
}

T_CASE(equal_rows_are_in_the_order_of_their_ids)
{
	static const char *const json[] = {"{\"id\":3,\"name\":\"b\"}", "{\"id\":1,\"name\":\"b\"}",
	                                   "{\"id\":2,\"name\":\"a\"}",
	                                   "{\"id\":1,\"name\":\"b\",\"since\":1}"};
	static const struct {
		int sort;
		bool numbers;
		const char *ids;
	} rows[] = {{1, false, "2113"}, {2, true, "1231"}, {0, true, "1123"}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct top_list l = {.row = NULL};
		char ids[8] = "";
		for (size_t n = 0; n < ARRAY_LEN(json); n++)
			top_list_add(&l, &table, rows[i].sort, json[n], "", 2000);
		top_list_sort(&l, rows[i].numbers, false);
		for (size_t n = 0; n < l.count; n++) {
			const char *before = strcmp(l.row[n].id, n ? l.row[n - 1].id : "") == 0
			                             ? l.row[n - 1].shown
			                             : "";
			strcat(ids, l.row[n].id);
			T_CHECK(strcmp(before, l.row[n].shown) < 0);
		}
		T_TEXT(ids, rows[i].ids);
		top_list_release(&l);
	}
}

T_CASE(bars_are_relative_to_the_highest)
{
	static const struct top_column spark[] = {{"DAY", "day", NULL, 34, TOP_SPARK},
	                                          {"TG", "tg", NULL, 4, TOP_ID}};
	static const struct top_table day = {"w", "T", NULL, spark, ARRAY_LEN(spark), -1, false};
	static const struct {
		const char *json, *shown;
	} rows[] = {
		{"{\"day\":[0,1,4,8],\"tg\":91}", " \u2581\u2584\u2588"},
		{"{\"day\":[5],\"tg\":91}", "\u2588"},
		{"{\"day\":[1,x,1],\"tg\":91}", "\u2588"},
		{"{\"day\":[],\"tg\":91}", ""},
		{"{\"day\":7,\"tg\":91}", ""},
		{"{\"tg\":91}", ""},
		{"{\"day\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"
	         "\"tg\":91}",
	         "\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588"
	         "\u2588\u2588\u2588"
	         "\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588"
	         "\u2588\u2588\u2588"},
	};
	struct top_list l = {.row = NULL};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char wanted[256];
		top_list_add(&l, &day, -1, rows[i].json, "", 0);
		int bars = 0;
		for (const char *c = rows[i].shown; *c; c++)
			bars += (*c & 0xc0) != 0x80;
		snprintf(wanted, sizeof(wanted), "%s%*s  91  ", rows[i].shown, 36 - bars, "");
		T_TEXT(l.row[l.count - 1].shown, wanted);
	}
	top_list_add(&l, &day, -1, "{\"tg\":0}", "", 0);
	T_CHECK(strstr(l.row[l.count - 1].shown, "   -  "));
	top_list_release(&l);
}

T_CASE(a_crowd_is_sorted)
{
	struct top_list l = {.row = NULL};
	char json[60];

	for (unsigned i = 0; i < 1000; i++) {
		struct text t = text_make(json, sizeof(json));
		text_format(&t, "{\"id\":%u}", i * 7919 % 1000);
		top_list_add(&l, &table, 0, json, "", 0);
	}
	top_list_sort(&l, true, false);
	for (unsigned i = 0; i < 1000; i++)
		T_EQUAL(l.row[i].number, 1000 * i);
	top_list_release(&l);
}

T_CASE(numbers_are_thousandths)
{
	static const struct {
		const char *text;
		int64_t thousandths;
	} rows[] = {
		{"0", 0},
		{"7", 7000},
		{"-7", -7000},
		{"1.5", 1500},
		{"-1.5", -1500},
		{"1.23456", 1234},
		{".25", 250},
		{"1.2.3", 1200},
		{"1763654400.123", 1763654400123},
		{"4294967295", 4294967295000},
		{"", 0},
		{"-", 0},
		{"G0ABC", 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		T_EQUAL(top_thousandths(rows[i].text), rows[i].thousandths);
	T_CHECK(top_thousandths("99999999999999999999999999999999") > 0);
	T_CHECK(top_thousandths("-99999999999999999999999999.999999") < 0);
}

T_CASE(durations_have_two_units)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{-1, "0s"},
		{999, "0s"},
		{119999, "119s"},
		{120000, "2m00s"},
		{7199999, "119m59s"},
		{7200000, "2h00m"},
		{172799999, "47h59m"},
		{172800000, "2d00h"},
		{-TICK_LONG_AGO, "-"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char buf[32];
		struct text t = text_make(buf, sizeof(buf));
		text_duration(&t, rows[i].ms);
		T_TEXT(buf, rows[i].text);
	}
}

T_MAIN()
