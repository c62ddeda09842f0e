#include "wire/options.h"

#include <string.h>

#include "base/text.h"
#include "harness/t.h"

static struct options o;
static struct bad_tokens bad;

/* Reads a string that ends at a guard page. */
static void read_octets(const void *text, size_t len)
{
	options_parse((const char *)t_guarded(text, len), len, &o, &bad);
}

static void read_text(const char *text)
{
	read_octets(text, strlen(text));
}

/* Everything that was set, in one line: "1:91,92 2: dial=0 timer=600 single=1 voice=0 ident=9
 * lang=en key=x bad=0". */
static const char *told(void)
{
	static char line[1024];
	struct text t = text_make(line, sizeof(line));

	for (int slot = 0; slot < 2; slot++) {
		if (!session_is_given(&o.own, SESSION_STATIC_1 + (unsigned)slot))
			continue;
		text_format(&t, "%d:", slot + 1);
		for (uint32_t i = 0; i < o.own.value.statics[slot].count; i++)
			text_format(&t, "%s%u", i ? "," : "", o.own.value.statics[slot].tg[i]);
		text_char(&t, ' ');
	}
	if (session_is_given(&o.own, SESSION_DIAL))
		text_format(&t, "dial=%u ", o.own.value.dial);
	if (session_is_given(&o.own, SESSION_TIMER))
		text_format(&t, "timer=%u ", o.own.value.timer_ms / 1000);
	if (session_is_given(&o.own, SESSION_SINGLE))
		text_format(&t, "single=%d ", o.own.value.single);
	if (session_is_given(&o.own, SESSION_IDENT))
		text_format(&t, "voice=%d ", o.own.value.ident);
	if (o.has_ident_tg)
		text_format(&t, "ident=%u ", o.ident_tg);
	if (o.has_language)
		text_format(&t, "lang=%s ", o.language);
	if (o.has_key)
		text_format(&t, "key=%s ", o.key);
	text_format(&t, "bad=%u", bad.total);
	return line;
}

struct row {
	const char *text;
	const char *expected;
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		read_text(rows[i].text);
		if (strcmp(told(), rows[i].expected) != 0)
			t_fail(__FILE__, __LINE__, "%s gives %s, not %s", rows[i].text, told(),
			       rows[i].expected);
	}
}

T_CASE(every_key_is_read)
{
	static const struct row rows[] = {
		{"", "bad=0"},
		{"TS1=91,92;TS2=2350,23526;DIAL=0;VOICE=1;LANG=en_GB;SINGLE=1;TIMER=10;",
	         "1:91,92 2:2350,23526 dial=0 timer=600 single=1 voice=1 lang=en_GB bad=0"},
		{"TS1_STATIC=91;TS2_STATIC=92;DEFAULT_REFLECTOR=2350;DEFAULT_UA_TIMER=15",
	         "1:91 2:92 dial=2350 timer=900 bad=0"},
		{"SINGLE=0;VOICE=0;IDENTTG=9;KEY=abc", "single=0 voice=0 ident=9 key=abc bad=0"},
		{"VOICETG=0", "ident=0 bad=0"},
		{"SINGLE=7", "single=1 bad=0"},
		{"SINGLE=yes;VOICE=False", "single=1 voice=0 bad=0"},
		{"SINGLE_MODE=on;VOICE_IDENT=off;OVERRIDE_IDENT_TG=9;ANNOUNCEMENT_LANGUAGE=de_DE",
	         "single=1 voice=0 ident=9 lang=de_DE bad=0"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

T_CASE(absent_is_not_empty)
{
	static const struct row rows[] = {
		{"TS1=", "1: bad=0"},
		{"TS2=;TS1=91", "1:91 2: bad=0"},
		{"TIMER=5", "timer=300 bad=0"},
		{"DIAL=", "dial=0 bad=0"},
		{"KEY=;LANG=", "lang= key= bad=0"},
		{"TS1=9", "1: bad=1"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

/* It names a folder. */
T_CASE(every_letter_of_a_language_counts)
{
	static const struct row rows[] = {
		{"LANG=en_GB", "lang=en_GB bad=0"}, {"LANG=en-1", "lang=en-1 bad=0"},
		{"LANG=.n", "bad=1"},               {"LANG=e.", "bad=1"},
		{"LANG=en/GB", "bad=1"},            {"LANG=en_GB ..", "bad=1"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

T_CASE(dial_none_has_four_spellings)
{
	static const struct row rows[] = {
		{"DIAL=0", "dial=0 bad=0"},     {"DIAL=", "dial=0 bad=0"},
		{"DIAL=false", "dial=0 bad=0"}, {"DIAL=No", "dial=0 bad=0"},
		{"DIAL=0000", "dial=0 bad=0"},  {"DIAL=2350", "dial=2350 bad=0"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

T_CASE(dialects_of_dmr_plus)
{
	static const struct row rows[] = {
		{"StartRef=4013;RelinkTime=15;UserLink=1;TS1_1=262;TS1_2=10;TS1_3=20;",
	         "1:262,10,20 dial=4013 timer=900 bad=0"},
		{"StartRef=4013;RelinkTime=15;UserLink=1;TS1_1=262;TS1_2=1;TS1_3=20;",
	         "1:262,20 dial=4013 timer=900 bad=1"},
		{"TS1_1=262;TS1_9=263;TS1=91", "1:262,263 bad=0"},
		{"TS1=91;TS1_2=262;TS2=92", "1:262 2:92 bad=0"},
		{"TS2_2=262;TS2_1=26;TS2=92;TS1=91", "1:91 2:262,26 bad=0"},
		{"ts1_1=262;ts1_2=262;Ts2_9=10", "1:262 2:10 bad=0"},
		{"TS1_1=;TS1_2=", "1: bad=0"},
		{"TS1_0=91;TS1_10=91;TS3_1=91;TS1_a=91", "bad=4"},
		{"TS1_1=91,92", "1: bad=1"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

T_CASE(the_stronger_spelling_wins_wherever_it_stands)
{
	static const struct row rows[] = {
		{"DIAL=91;StartRef=92", "dial=92 bad=0"},
		{"StartRef=92;DIAL=91", "dial=92 bad=0"},
		{"StartRef=x;DIAL=91", "dial=91 bad=1"},
		{"StartRef=4000;RelinkTime=15;UserLink=1", "dial=0 timer=900 bad=0"},
		{"DIAL=91;StartRef=4000", "dial=0 bad=0"},
		{"startref=4000", "dial=0 bad=0"},
		{"StartRef=5000", "bad=1"},
		{"TIMER=5;RelinkTime=6", "timer=360 bad=0"},
		{"RelinkTime=6;TIMER=5", "timer=360 bad=0"},
		{"IDENT=1;VOICE=0", "voice=1 bad=0"},
		{"VOICE=0;IDENT=1", "voice=1 bad=0"},
		{"IDENTTG=91;VOICETG=92", "ident=91 bad=0"},
		{"VOICETG=92;IDENTTG=91", "ident=91 bad=0"},
		{"TS1=91;TS1=92", "1:92 bad=0"},
		{"DIAL=91;DIAL=92", "dial=92 bad=0"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

T_CASE(what_people_paste_is_tolerated)
{
	static const struct row rows[] = {
		{"ts1=91, 92 ,93;dial=0", "1:91,92,93 dial=0 bad=0"},
		{"TS2 = 91 ; SINGLE = 0 ", "2:91 single=0 bad=0"},
		{"\"TS1=91,92;TS2=93\"", "1:91,92 2:93 bad=0"},
		{"TS1='91','92';LANG=\"en_GB\"", "1:91,92 lang=en_GB bad=0"},
		{";;TS1=91;;;TS2=92;;", "1:91 2:92 bad=0"},
		{"TS1=91\r\n", "1:91 bad=0"},
		{"TS1=91,;TS2=,,92,", "1:91 2:92 bad=0"},
		{"KEY=a=b=c", "key=a=b=c bad=0"},
		{"PASS=secret;TS1=91", "1:91 bad=0"},
		{"Type=HBlink;TS1=91", "1:91 bad=0"},
	};

	check_rows(rows, ARRAY_LEN(rows));
	read_octets("TS1=91;TS2=92\0\0\0", 16);
	T_TEXT(told(), "1:91 2:92 bad=0");
}

T_CASE(a_bad_token_spoils_nothing_else)
{
	static const struct row rows[] = {
		{"TS1=91,A92", "1:91 bad=1"},
		{"TS1=A91,92,-3,93;TS2=94", "1:92,93 2:94 bad=2"},
		{"TS1=91;DIAL=abc;TS2=92", "1:91 2:92 bad=1"},
		{"TS1=91;TIMER=ten;SINGLE=maybe;VOICE=;IDENTTG=x;LANG=<b>;TS2=92",
	         "1:91 2:92 bad=5"},
		{"TS1=91;rubbish;FOO=1;TS2=92", "1:91 2:92 bad=2"},
		{"DIAL=9", "bad=1"},
		{"DIAL=4000", "bad=1"},
		{"DIAL=9990", "bad=1"},
		{"DIAL=4294967297", "bad=1"},
		{"IDENTTG=16777216", "bad=1"},
		{"LANG=abcdefghijklmnopq", "bad=1"},
		{"KEY=123456789012345678901234567890123", "bad=1"},
		{"=91", "bad=1"},
		{"TS1=0,1,2,3,4,5,6,9,4000,5000,9990,9999,16777215,16777214",
	         "1:6,16777214 bad=12"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

T_CASE(bad_tokens_are_told_with_place_and_reason)
{
	read_text("TS1=91, A92;FOO=1;DIAL=9;SINGLE=x;TIMER=y");
	T_EQUAL(bad.total, 5);
	T_EQUAL(bad.first[0].at, 8);
	T_EQUAL(bad.first[0].len, 3);
	T_TEXT(bad.first[0].reason, "not a talkgroup number");
	T_EQUAL(bad.first[1].at, 12);
	T_EQUAL(bad.first[1].len, 3);
	T_TEXT(bad.first[1].reason, "unknown key");
	T_EQUAL(bad.first[2].at, 23);
	T_TEXT(bad.first[2].reason, "cannot be dialled");
	T_TEXT(bad.first[3].reason, "neither 0 nor 1");
}

T_CASE(timer_is_minutes_and_cut_to_a_week)
{
	static const struct row rows[] = {
		{"TIMER=0", "timer=0 bad=0"},          {"TIMER=10", "timer=600 bad=0"},
		{"TIMER=10079", "timer=604740 bad=0"}, {"TIMER=10080", "timer=604800 bad=0"},
		{"TIMER=20000", "timer=604800 bad=0"}, {"TIMER=35791394", "timer=604800 bad=0"},
		{"TIMER=4294967296", "bad=1"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

T_CASE(a_list_holds_fifty)
{
	char text[400] = "TS1=";
	struct text t = text_make(text, sizeof(text));

	text_put(&t, "TS1=");
	for (int tg = 100; tg < 152; tg++)
		text_format(&t, "%d,", tg);
	read_text(text);
	T_EQUAL(o.own.value.statics[0].count, TGLIST_MAX);
	T_EQUAL(o.own.value.statics[0].tg[49], 149);
	T_EQUAL(bad.total, 2);
	T_TEXT(bad.first[0].reason, "too many talkgroups");
}

T_CASE(what_is_too_long_is_cut_and_told)
{
	char text[OPTIONS_TEXT_MAX + 8];

	memset(text, ';', sizeof(text));
	memcpy(text, "TS1=91", 6);
	read_octets(text, OPTIONS_TEXT_MAX);
	T_TEXT(told(), "1:91 bad=0");
	read_octets(text, sizeof(text));
	T_TEXT(told(), "1:91 bad=1");
	T_EQUAL(bad.first[0].at, OPTIONS_TEXT_MAX);
	T_EQUAL(bad.first[0].len, 8);
}

T_CASE(every_prefix_is_read)
{
	static const char text[] =
		"TS1=91,'92';TS2_1=2350;StartRef=x;KEY=\"k\";SINGLE=1;PASS=p;;\n";

	for (size_t len = 0; len < sizeof(text); len++)
		read_octets(text, len);
	T_TEXT(told(), "1:91,92 2:2350 single=1 key=k bad=1");
}

/* The options of an RPTO datagram of the vector file. */
static void read_vector(const char *name)
{
	uint8_t datagram[512];
	size_t len = t_vector("hbp.txt", name, datagram, sizeof(datagram));

	read_octets(datagram + 8, len - 8);
}

T_CASE(vectors_of_the_specification)
{
	read_vector("rpto");
	T_TEXT(told(), "1:91,92 2:2350,23526 dial=0 timer=600 single=1 voice=1 lang=en_GB bad=0");
	read_vector("rpto_dmrplus");
	T_TEXT(told(), "1:262,20 dial=4013 timer=900 bad=1");
}

T_CASE(strings_of_real_clients)
{
	static const struct row rows[] = {
		{"TS1=9;TS2=91;DIAL=0;VOICE=0;", "1: 2:91 dial=0 voice=0 bad=1"},
		{"TS1=92;TS2=91;", "1:92 2:91 bad=0"},
		{"TS2=91;DIAL=0;VOICE=0;SINGLE=0;TIMER=10;",
	         "2:91 dial=0 timer=600 single=0 voice=0 bad=0"},
		{"TS2=;DIAL=91;VOICE=0;SINGLE=0;TIMER=10;",
	         "2: dial=91 timer=600 single=0 voice=0 bad=0"},
	};

	check_rows(rows, ARRAY_LEN(rows));
}

/* What may be the rest of one is not among the words that were not understood. */
T_CASE(a_word_behind_a_password_is_bad_without_its_text)
{
	static const struct {
		const char *text;
		size_t at, len;
	} rows[] = {
		{"TS2=91;word", 7, 4},
		{"PASS=hu;sh", 8, 0},
		{"PASS=hu;TS2=91;word", 15, 4},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct options out;
		options_parse(rows[i].text, strlen(rows[i].text), &out, &bad);
		T_EQUAL(bad.total, 1);
		T_EQUAL(bad.first[0].at, rows[i].at);
		T_EQUAL(bad.first[0].len, rows[i].len);
	}
}

T_CASE(passwords_are_never_shown)
{
	static const struct row rows[] = {
		{"", ""},
		{"TS1=91;TS2=92", "TS1=91;TS2=92"},
		{" 'TS1=91' ;; TS2=92;\n", "TS1=91;TS2=92"},
		{"PASS=hush;TS1=91", "PASS=***;TS1=91"},
		{"TS1=91;key = hush ;DIAL=0", "TS1=91;key =***;DIAL=0"},
		{"\"Pass\"='hush", "Pass =***"},
		{"PASS=hu;sh;TS1=91", "PASS=***;***;TS1=91"},
		{"PASS=hu=sh", "PASS=***"},
		{"KEY", "***"},
		{"FOO=1;bar;TS1=9", "FOO=***;***;TS1=9"}, /* PSAS=hush, perhaps */
		{"mypasswd hush;TS1=9", "***;TS1=9"},
		{"TS2=91,PassWord hush", "TS2=***"},
		{"DIAL=91;bar", "DIAL=91;bar"},
	};
	char out[64];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len = strlen(rows[i].text);
		options_clean((const char *)t_guarded(rows[i].text, len), len, out, sizeof(out));
		T_TEXT(out, rows[i].expected);
	}
	options_clean("TS1=\x1b[2J\xe9", 9, out, sizeof(out));
	T_TEXT(out, "TS1= [2J\xc3\xa9");
	options_clean("TS1=91;TS2=92", 13, out, 8);
	T_TEXT(out, "TS1=91;");
}

T_CASE(what_may_be_a_password_is_hidden)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{"TS2=91;PASS=tapir", "TS2=91;PASS=xxxxx"},
		{"TS2=91;mypassword", "TS2=91;xxxxxxxxxx"},
		{"TS2=91;TS1=92", "TS2=91;TS1=92"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[64];
		text_copy(text, sizeof(text), rows[i].text);
		options_hide(text, strlen(text));
		T_TEXT(text, rows[i].shown);
	}
}

T_MAIN()
