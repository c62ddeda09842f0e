#include "conf/access.h"

#include <string.h>

#include "base/text.h"
#include "harness/t.h"

T_CASE(lists_permit_and_deny)
{
	static const struct {
		const char *text;
		uint32_t id;
		bool permitted;
	} rows[] = {
		{"permit all", 0, true},
		{"permit all", UINT32_MAX, true},
		{"deny all", 2345678, false},
		{"all", 1, true},
		{"permit 2340000-2349999, 2300101", 2340000, true},
		{"permit 2340000-2349999, 2300101", 2349999, true},
		{"permit 2340000-2349999, 2300101", 2350000, false},
		{"permit 2340000-2349999, 2300101", 2339999, false},
		{"permit 2340000-2349999, 2300101", 2300101, true},
		{"2300101", 2300101, true},
		{"2300101", 2300102, false},
		{"deny 1, 1000-1999", 1, false},
		{"deny 1, 1000-1999", 1500, false},
		{"deny 1, 1000-1999", 2000, true},
		{"  deny\t1 - 5 ,7 ", 3, false},
		{"  deny\t1 - 5 ,7 ", 6, true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct access list;
		const char *reason;
		if (!access_parse(rows[i].text, &list, &reason))
			t_fail(__FILE__, __LINE__, "%s: %s", rows[i].text, reason);
		else if (access_permits(&list, rows[i].id) != rows[i].permitted)
			t_fail(__FILE__, __LINE__, "%s: %u", rows[i].text, rows[i].id);
	}
}

T_CASE(an_empty_list_permits_nobody)
{
	struct access none = {.count = 0};

	T_CHECK(!access_permits(&none, 0) && !access_permits(&none, 2345678));
}

T_CASE(faults_leave_the_list_alone)
{
	static const char *const texts[] = {
		"",
		"permit",
		"deny ",
		"permit 1,",
		"permit 1,,2",
		"permit 5-1",
		"permit 1-",
		"permit -1",
		"permit a",
		"permit 1 2",
		"allow 1",
		"permit 4294967296",
		"permit 1-4294967296",
		"PERMIT 1",
		"permit 1;2",
		"permitall",
		"permit all-2",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct access list = {.count = 1, .range = {{.first = 7, .last = 7}}};
		const char *reason = NULL;
		if (access_parse(texts[i], &list, &reason) || !reason)
			t_fail(__FILE__, __LINE__, "\"%s\" was read", texts[i]);
		T_CHECK(list.count == 1 && list.range[0].first == 7);
	}
}

T_CASE(sixty_four_ranges_and_no_more)
{
	char text[512], again[2048];
	struct text t = text_make(text, sizeof(text));
	struct access list;
	const char *reason;

	for (unsigned i = 0; i < ACCESS_RANGES_MAX; i++)
		text_format(&t, "%s%u", i ? "," : "", 2 * i);
	T_CHECK(access_parse(text, &list, &reason));
	T_EQUAL(list.count, ACCESS_RANGES_MAX);
	T_CHECK(access_permits(&list, 126) && !access_permits(&list, 127));
	access_format(&list, again, sizeof(again));
	T_CHECK(access_parse(again, &list, &reason));
	text_put(&t, ",200");
	T_CHECK(!access_parse(text, &list, &reason));
	T_TEXT(reason, "expected at most 64 ranges");
}

T_CASE(written_text_reads_the_same)
{
	static const char *const texts[] = {"permit all", "deny all", "permit 1, 5-9",
	                                    "deny 2340000-2349999, 2300101"};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct access list;
		const char *reason;
		char out[64];
		T_CHECK(access_parse(texts[i], &list, &reason));
		access_format(&list, out, sizeof(out));
		T_TEXT(out, texts[i]);
	}
}

T_CASE(a_short_buffer_cuts)
{
	struct access list;
	const char *reason;
	char out[10];

	T_CHECK(access_parse("permit 2340000-2349999", &list, &reason));
	access_format(&list, out, sizeof(out));
	T_TEXT(out, "permit 23");
}

T_MAIN()
