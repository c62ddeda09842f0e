#include "conf/tglist.h"

#include <string.h>

#include "base/util.h"
#include "harness/t.h"

static struct tg_list list;
static struct bad_tokens bad;

/* Reads a whole text that ends at a guard page. */
static void read_text(const char *text)
{
	size_t len = strlen(text);

	bad = (struct bad_tokens){.total = 0};
	tg_list_parse((const char *)t_guarded(text, len), 0, len, &list, &bad);
}

T_CASE(good_tokens_count_beside_bad_ones)
{
	read_text(" 91 ,A92,\t2350, 9, ,23526,9 1,");
	T_EQUAL(list.count, 3);
	T_EQUAL(list.tg[0], 91);
	T_EQUAL(list.tg[1], 2350);
	T_EQUAL(list.tg[2], 23526);
	T_EQUAL(bad.total, 3);
	T_EQUAL(bad.first[0].at, 5);
	T_EQUAL(bad.first[0].len, 3);
	T_TEXT(bad.first[0].reason, "not a talkgroup number");
	T_EQUAL(bad.first[1].at, 16);
	T_TEXT(bad.first[1].reason, "cannot be a static talkgroup");
	T_EQUAL(bad.first[2].at, 26);
	T_EQUAL(bad.first[2].len, 3);
}

T_CASE(an_empty_list_is_none)
{
	static const char *const texts[] = {"", " ", ",", " , ,"};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		list.count = 7;
		read_text(texts[i]);
		T_EQUAL(list.count, 0);
		T_EQUAL(bad.total, 0);
	}
}

T_CASE(a_talkgroup_twice_is_one)
{
	read_text("91,92,91,091");
	T_EQUAL(list.count, 2);
	T_EQUAL(bad.total, 0);
	T_CHECK(tg_list_has(&list, 91) && tg_list_has(&list, 92) && !tg_list_has(&list, 93));
}

T_CASE(positions_count_from_the_start_of_the_text)
{
	bad = (struct bad_tokens){.total = 0};
	tg_list_parse("TS1=91,x;TS2=92", 4, 4, &list, &bad);
	T_EQUAL(list.count, 1);
	T_EQUAL(bad.total, 1);
	T_EQUAL(bad.first[0].at, 7);
}

T_CASE(prohibited_numbers)
{
	static const uint32_t no[] = {0,    1,    2,    3,    4,        5,        9,         4000,
	                              5000, 9990, 9991, 9999, 16777215, 16777216, UINT32_MAX};
	static const uint32_t yes[] = {6,    7,    8,    10,   91,    3999,
	                               4001, 4999, 5001, 9989, 10000, 16777214};

	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		T_CHECK(tg_is_prohibited(no[i]));
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		T_CHECK(!tg_is_prohibited(yes[i]));
}

T_CASE(numbers_beyond_32_bits_are_no_talkgroups)
{
	read_text("4294967387,18446744073709551707,91");
	T_EQUAL(list.count, 1);
	T_EQUAL(list.tg[0], 91);
	T_EQUAL(bad.total, 2);
}

T_CASE(full_list_refuses_newest)
{
	char text[TGLIST_MAX * 4 + 9];

	for (size_t i = 0; i < TGLIST_MAX + 2; i++) {
		char token[] = {(char)('1' + i / 10), (char)('0' + i % 10), '7', ','};
		memcpy(text + 4 * i, token, sizeof(token));
	}
	text[sizeof(text) - 1] = 0;
	read_text(text);
	T_EQUAL(list.count, TGLIST_MAX);
	T_EQUAL(list.tg[TGLIST_MAX - 1], 597);
	T_EQUAL(bad.total, 2);
	T_TEXT(bad.first[0].reason, "too many talkgroups");
}

T_CASE(more_bad_tokens_than_rows_are_counted)
{
	read_text("a,b,c,d,e,f");
	T_EQUAL(bad.total, 6);
	T_EQUAL(bad.first[TGLIST_BAD_MAX - 1].at, 6);
}

T_MAIN()
