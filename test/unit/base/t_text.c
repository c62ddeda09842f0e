#include "base/text.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/t.h"

T_CASE(pieces_are_joined_and_terminated)
{
	char buf[32];
	struct text t = text_make(buf, sizeof(buf));

	T_TEXT(buf, "");
	text_put(&t, "id=");
	text_format(&t, "%d%s", 2345, ",");
	text_char(&t, 'x');
	text_bytes(&t, "yz!", 2);
	text_bytes(&t, NULL, 0);
	text_hex(&t, "\x00\x9f\xff", 3);
	T_TEXT(buf, "id=2345,xyz009fff");
	T_EQUAL(t.len, 17);
	T_CHECK(!t.cut);
}

/* The libc is the judge. */
PRINTF_LIKE(1, 2) static void as_the_libc(const char *format, ...)
{
	char ours[128], theirs[128];
	struct text t = text_make(ours, sizeof(ours));
	va_list args;

	va_start(args, format);
	text_vformat(&t, format, args);
	va_end(args);
	va_start(args, format);
	vsnprintf(theirs, sizeof(theirs), format, args);
	va_end(args);
	T_TEXT(ours, theirs);
	T_EQUAL(t.len, strlen(theirs));
	T_CHECK(!t.cut);
}

T_CASE(numbers_of_every_length_are_formatted_as_printf_does)
{
	static const int ints[] = {0, 1, -1, 9, 10, -10, 65535, INT_MAX, INT_MIN};
	static const long long wide[] = {0, -1, 4294967295, 4294967296, LLONG_MAX, LLONG_MIN};

	for (size_t i = 0; i < ARRAY_LEN(ints); i++) {
		unsigned u = (unsigned)ints[i];
		as_the_libc("%d %u %x", ints[i], u, u);
		as_the_libc("[%3d][%-3d][%03d][%12d][%-12d][%012d]", ints[i], ints[i], ints[i],
		            ints[i], ints[i], ints[i]);
		as_the_libc("[%5u][%-5u][%05u][%08x][%8x]", u, u, u, u, u);
		as_the_libc("[%*d][%-*d][%0*d]", 4, ints[i], 4, ints[i], 4, ints[i]);
		as_the_libc("%" PRId32 " %" PRIu32 " %08" PRIx32, (int32_t)ints[i], (uint32_t)u,
		            (uint32_t)u);
	}
	for (size_t i = 0; i < ARRAY_LEN(wide); i++) {
		long l = (long)wide[i];
		unsigned long long u = (unsigned long long)wide[i];
		as_the_libc("%lld %llu %llx", wide[i], u, u);
		as_the_libc("%ld %lu %05lu %zu %10zu %d", l, (unsigned long)l, (unsigned long)l,
		            (size_t)u, (size_t)u, 7);
		as_the_libc("%" PRId64 " %" PRIu64 " %016" PRIx64 " %06" PRIu64, (int64_t)wide[i],
		            (uint64_t)u, (uint64_t)u, (uint64_t)u);
	}
}

T_CASE(zeros_fill_no_more_than_a_number_has_room_for)
{
	char out[64];
	struct text t = text_make(out, sizeof(out));

	text_format(&t, "%040d", 7);
	T_TEXT(out, "         0000000000000000000000000000007");
}

T_CASE(strings_are_filled_and_cut_as_printf_does)
{
	static const char *const strings[] = {"", "a", "abcdefgh", "caf\xc3\xa9"};

	for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
		const char *s = strings[i];
		as_the_libc("%s", s);
		as_the_libc("[%3s][%-3s][%12s][%-12s]|%%|%c", s, s, s, s, 'x');
		as_the_libc("[%.0s][%.3s][%.20s][%.*s][%-6.2s][%6.2s]", s, s, s, 2, s, s, s);
		as_the_libc("[%*s][%-*s][%*s]", 5, s, 5, s, 0, s);
	}
	as_the_libc("[%3c][%-3c]", 'a', 'b');
	const char *unterminated = (const char *)t_guarded("abc", 3);
	as_the_libc("%.3s%.*s", unterminated, 2, unterminated);
}

T_CASE(a_text_ends_before_a_letter_it_does_not_know)
{
	static const char *const formats[] = {"%d and %f", "%d and %", "%d and %-08.3llq"};

	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		char buf[32];
		struct text t = text_make(buf, sizeof(buf));
		void (*format)(struct text *, const char *, ...) = text_format; /* unchecked */
		format(&t, formats[i], 7);
		T_TEXT(buf, "7 and ");
	}
}

/* Every way to add, into every size of buffer. */
static void add_by(int way, struct text *t)
{
	switch (way) {
	case 0:
		text_put(t, "abcdef");
		break;
	case 1:
		text_format(t, "%s%s", "abc", "def");
		break;
	case 2:
		for (char c = 'a'; c <= 'f'; c++)
			text_char(t, c);
		break;
	default:
		text_hex(t, "\xab\xcd\xef", 3);
	}
}

T_CASE(what_does_not_fit_is_cut_and_nothing_follows)
{
	for (int way = 0; way < 4; way++) {
		for (size_t cap = 1; cap <= 8; cap++) {
			char buf[10] = "#########";
			struct text t = text_make(buf, cap);
			size_t fits = cap - 1 < 6 ? cap - 1 : 6;
			add_by(way, &t);
			T_EQUAL(t.len, fits);
			T_EQUAL(t.cut, cap < 7);
			T_EQUAL(strncmp(buf, "abcdef", fits), 0);
			T_EQUAL(buf[fits], 0);
			for (size_t i = cap; i < 9; i++)
				T_EQUAL(buf[i], '#');
			text_bytes(&t, "", 0);
			text_format(&t, "%s", "");
			T_EQUAL(t.cut, cap < 7);
		}
	}
	char buf[4];
	struct text t = text_make(buf, sizeof(buf));
	text_put(&t, "ab\xe2\x82\xac");
	text_char(&t, 'c'); /* would fit into the hole */
	text_format(&t, "c");
	T_TEXT(buf, "ab");
}

T_CASE(a_cut_leaves_whole_characters)
{
	static const char whole[] =
		"a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"; /* 1, 2, 3, 4, 1 octets */
	static const size_t kept[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11};

	for (size_t room = 0; room < sizeof(whole); room++) {
		char buf[16];
		struct text put = text_make(buf, room + 1);
		text_put(&put, whole);
		T_EQUAL(strlen(buf), kept[room]);
		T_EQUAL(put.len, kept[room]);
		struct text format = text_make(buf, room + 1);
		text_format(&format, "%s", whole);
		T_EQUAL(strlen(buf), kept[room]);
		T_EQUAL(format.len, kept[room]);
		T_EQUAL(format.cut, room < 11);
	}
}

T_CASE(json_strings_are_safe_for_any_octets)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"", "\"\""},
		{"G0ABC", "\"G0ABC\""},
		{"a\"b\\c/", "\"a\\\"b\\\\c/\""},
		{"\n\t\r\x01\x1f\x7f", "\"\\n\\t\\u000d\\u0001\\u001f\\u007f\""},
		{"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
	         "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\""},
		{"\xe9", "\"\xef\xbf\xbd\""},                                 /* Latin-1 */
		{"x\xe2\x82", "\"x\xef\xbf\xbd\xef\xbf\xbd\""},               /* cut */
		{"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                 /* overlong / */
		{"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* surrogate */
		{"\xc2\x85", "\"\\u0085\""},                                  /* C1 */
		{"\xe2\x80\xa8\xe2\x80\xae", "\"\\u2028\\u202e\""}, /* line end, override */
		{"</script>", "\"</script>\""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char buf[128];
		struct text t = text_make(buf, sizeof(buf));
		text_json(&t, (const char *)t_guarded(rows[i].in, strlen(rows[i].in) + 1));
		T_TEXT(buf, rows[i].out);
		for (size_t cap = 1; cap <= strlen(rows[i].out); cap++) {
			t = text_make(buf, cap);
			text_json(&t, rows[i].in);
			T_CHECK(t.cut && strlen(buf) < cap);
		}
	}
}

T_CASE(remote_text_is_made_fit_for_people)
{
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} rows[] = {
		{"", 0, ""},
		{"G0ABC   ", 8, "G0ABC"},
		{" \0\t Reading \0\0 ", 15, "Reading"},
		{"    ", 4, ""},
		{"\0\0\0", 3, ""},
		{"a\0b", 3, "a?b"},
		{"a\nb\x1b[31m\x7f.", 10, "a?b?[31m?."},
		{"caf\xc3\xa9", 5, "caf\xc3\xa9"},
		{"caf\xe9", 4, "caf\xc3\xa9"},
		{"M\xfcnchen", 7, "M\xc3\xbcnchen"},
		{"\xa0\xff", 2, "\xc2\xa0\xc3\xbf"},
		{"\x80\x9f", 2, "??"},
		{"\xc2\x80\xc2\x9f", 4, "??"},
		{"\xe2\x82\xac", 3, "\xe2\x82\xac"},
		{"\xe2\x82", 2, "\xc3\xa2?"},                  /* cut: read as Latin-1 */
		{"\xc0\xaf", 2, "\xc3\x80\xc2\xaf"},           /* overlong */
		{"\xe0\x80\xaf", 3, "\xc3\xa0?\xc2\xaf"},      /* overlong */
		{"\xf0\x80\x80\xaf", 4, "\xc3\xb0??\xc2\xaf"}, /* overlong */
		{"\xed\xa0\x80", 3, "\xc3\xad\xc2\xa0?"},      /* surrogate */
		{"\xed\x9f\xbf\xee\x80\x80", 6, "\xed\x9f\xbf\xee\x80\x80"}, /* its neighbours */
		{"\xf4\x8f\xbf\xbf", 4, "\xf4\x8f\xbf\xbf"},
		{"\xf4\x90\x80\x80", 4, "\xc3\xb4???"}, /* above U+10FFFF */
		{"\xf8\x88\x80\x80\x80", 5, "\xc3\xb8????"},
		{"a\xe2\x80\xaez", 5, "a?z"},
		{"\xed\xbf\xbf", 3, "\xc3\xad\xc2\xbf\xc2\xbf"}, /* the last surrogate */
		{"\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\xa9\xe2\x81\xa6\xe2\x81\xa9", 15, "?????"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char buf[64];
		text_clean(buf, sizeof(buf), t_guarded(rows[i].in, rows[i].len), rows[i].len);
		T_TEXT(buf, rows[i].out);
	}
}

T_CASE(clean_text_of_any_octets_is_valid_and_fits)
{
	uint32_t seed = 1;

	for (int round = 0; round < 20000; round++) {
		uint8_t in[12];
		char out[16], again[64];
		for (size_t i = 0; i < sizeof(in); i++) {
			seed = seed * 1664525 + 1013904223;
			in[i] = (uint8_t)(seed >> 24);
		}
		size_t cap = 1 + (seed >> 8) % sizeof(out);
		text_clean(out, cap, t_guarded(in, sizeof(in)), sizeof(in));
		size_t len = strlen(out);
		T_CHECK(len < cap);
		while (len > 0 && out[len - 1] == ' ') /* a cut may bare a blank */
			len--;
		out[len] = 0;
		text_clean(again, sizeof(again), out, len);
		T_TEXT(again, out); /* clean text is clean: all of it was valid */
	}
}

T_CASE(a_copy_tells_when_it_is_cut)
{
	char buf[4];

	T_CHECK(text_copy(buf, sizeof(buf), "abc"));
	T_TEXT(buf, "abc");
	T_CHECK(!text_copy(buf, sizeof(buf), "abcd"));
	T_TEXT(buf, "abc");
	T_CHECK(!text_copy(buf, 1, "a"));
	T_TEXT(buf, "");
	T_CHECK(text_copy(buf, 1, ""));
}

T_CASE(numbers_are_whole_and_in_range)
{
	static const struct {
		const char *text;
		uint64_t min, max, value;
		bool good;
	} rows[] = {
		{"0", 0, 9, 0, true},
		{"0009", 0, 9, 9, true},
		{"10", 0, 9, 0, false},
		{"1", 2, 9, 0, false},
		{"18446744073709551615", 0, UINT64_MAX, UINT64_MAX, true},
		{"18446744073709551616", 0, UINT64_MAX, 0, false},
		{"18446744073709551620", 0, UINT64_MAX, 0, false},
		{"99999999999999999999", 0, UINT64_MAX, 0, false},
		{"", 0, 9, 0, false},
		{"-1", 0, 9, 0, false},
		{"+1", 0, 9, 0, false},
		{" 1", 0, 9, 0, false},
		{"1 ", 0, 9, 0, false},
		{"0x1", 0, 9, 0, false},
		{"1:", 0, 99, 0, false},
		{"1/", 0, 99, 0, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t value = 77;
		size_t len = strlen(rows[i].text);
		const void *text = t_guarded(rows[i].text, len);
		bool good = text_to_u64(text, len, rows[i].min, rows[i].max, &value);
		T_EQUAL(good, rows[i].good);
		T_CHECK(value == (rows[i].good ? rows[i].value : 77));
	}
	uint64_t part;
	T_CHECK(text_to_u64("123;", 3, 0, 999, &part) && part == 123);
}

T_CASE(sameness_is_blind_to_case_in_ascii_only)
{
	T_CHECK(text_same("", "") && text_same("TS1", "ts1") && text_same("az", "AZ"));
	T_CHECK(!text_same("a", "") && !text_same("", "a") && !text_same("ab", "a"));
	T_CHECK(!text_same("@", "`") && !text_same("[", "{") && !text_same("a", "b"));
	T_CHECK(!text_same("\xc3\xa9", "\xc3\x89"));
}

T_CASE(base64_is_that_of_rfc_4648)
{
	static const char *const rows[][2] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
		{"\xfb\xff\xbe", "+/++"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[20];
		struct text t = text_make(out, sizeof(out));
		size_t len = strlen(rows[i][0]);
		uint8_t back[12];
		size_t back_len;
		text_base64(&t, t_guarded(rows[i][0], len), len);
		T_TEXT(out, rows[i][1]);
		T_CHECK(text_from_base64((const char *)t_guarded(out, t.len), t.len, back,
		                         &back_len));
		T_EQUAL(back_len, len);
		T_BYTES(back, rows[i][0], len);
	}
}

T_CASE(what_is_not_base64_is_refused)
{
	static const char *const rows[] = {
		"Z", "Zg", "Zg=", "Zg===", "Z===", "Zm8 ", "Zm-_", "=Zg=", "Zg\n="};
	uint8_t out[12];
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = strlen(rows[i]);
		if (text_from_base64((const char *)t_guarded(rows[i], n), n, out, &len))
			t_fail(__FILE__, __LINE__, "%s was read", rows[i]);
	}
	T_CHECK(!text_from_base64("Zm9\0", 4, out, &len));
}

T_CASE(durations_have_two_units_at_most)
{
	static const struct {
		int64_t s;
		const char *text;
	} cases[] = {{-5, "0s"},         {0, "0s"},         {59, "59s"},         {119, "119s"},
	             {120, "2m00s"},     {3596, "59m56s"},  {7199, "119m59s"},   {7200, "2h00m"},
	             {172799, "47h59m"}, {172800, "2d00h"}, {8640000, "100d00h"}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char buf[20];
		struct text t = text_make(buf, sizeof(buf));
		text_duration(&t, cases[i].s * 1000);
		T_TEXT(buf, cases[i].text);
	}
}

T_MAIN()
