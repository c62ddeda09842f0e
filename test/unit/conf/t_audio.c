#include "conf/audio.h"

#include <stdio.h>
#include <string.h>

#include "harness/t.h"

#define WORDS_MAX 16

static uint8_t block[WORDS_MAX * 27];

/* A set of these "language name" pairs; the n-th word's frames are the n-th burst of the block. */
static struct audio make(struct audio_word words[static WORDS_MAX], const char *const *pairs)
{
	struct audio audio = {.words = words};

	for (; pairs[audio.count]; audio.count++) {
		struct audio_word *word = &words[audio.count];
		memset(word, 0, sizeof(*word));
		sscanf(pairs[audio.count], "%15s %31s", word->language, word->name);
		word->clip = (struct clip){.frames = &block[audio.count * 27], .count = 3};
	}
	audio.count = audio_sort(words, audio.count);
	return audio;
}

/* Which of the pairs was found; -1 for none. */
static int burst_of(struct clip clip)
{
	return clip.count ? (int)((clip.frames - block) / 27) : -1;
}

T_CASE(words_are_found_by_language_and_name)
{
	static const char *const pairs[] = {"en_GB busy", "de_DE busy", "en_GB 2", "en_GB this-is",
	                                    "de_DE 2",    "en busy",    NULL};
	struct audio_word words[WORDS_MAX];
	struct audio audio = make(words, pairs);

	T_EQUAL(audio.count, 6);
	for (int i = 0; pairs[i]; i++) {
		char language[16], name[32];
		sscanf(pairs[i], "%15s %31s", language, name);
		T_EQUAL(burst_of(audio_clip(&audio, language, name)), i);
		T_EQUAL(audio_clip(&audio, language, name).count, 3);
	}
	T_EQUAL(burst_of(audio_clip(&audio, "en", "2")), -1);
	T_EQUAL(burst_of(audio_clip(&audio, "en_G", "busy")), -1);
	T_EQUAL(burst_of(audio_clip(&audio, "en_GB_2", "busy")), -1);
	T_EQUAL(burst_of(audio_clip(&audio, "en_GB", "bus")), -1);
	T_EQUAL(burst_of(audio_clip(&audio, "en_GB", "busyy")), -1);
	T_EQUAL(burst_of(audio_clip(&audio, "", "")), -1);
}

T_CASE(capitals_do_not_matter)
{
	static const char *const pairs[] = {"en_GB Busy", NULL};
	struct audio_word words[WORDS_MAX];
	struct audio audio = make(words, pairs);

	T_EQUAL(burst_of(audio_clip(&audio, "EN_gb", "bUSY")), 0);
}

T_CASE(an_empty_set_has_nothing)
{
	struct audio audio = {.count = 0};
	struct clip clip = audio_clip(&audio, "en_GB", "silence");

	T_CHECK(clip.frames == NULL);
	T_EQUAL(clip.count, 0);
	T_EQUAL(audio_recording(&audio, "en_GB", 9991).count, 0);
	T_EQUAL(audio_sort(NULL, 0), 0);
	audio_release(&audio);
}

T_CASE(a_set_given_back_is_empty)
{
	static const char *const pairs[] = {"xx busy", NULL};
	struct audio_word words[WORDS_MAX];
	struct audio audio = make(words, pairs);

	for (int again = 0; again < 2; again++) {
		audio_release(&audio);
		T_EQUAL(burst_of(audio_clip(&audio, "xx", "busy")), -1);
	}
}

/* Asked for by each name, a set that has any of the others answers. */
T_CASE(words_go_by_all_their_names)
{
	static const char *const rows[] = {
		"0 zero",
		"1 one",
		"2 two",
		"3 three",
		"4 four",
		"5 five",
		"6 six",
		"7 seven",
		"8 eight",
		"9 nine",
		"A alpha",
		"A alfa",
		"B bravo",
		"C charlie",
		"D delta",
		"E echo",
		"F foxtrot",
		"G golf",
		"H hotel",
		"I india",
		"J juliet",
		"J juliett",
		"K kilo",
		"L lima",
		"M mike",
		"N november",
		"O oscar",
		"P papa",
		"Q quebec",
		"R romeo",
		"S sierra",
		"S siera",
		"T tango",
		"U uniform",
		"V victor",
		"W whiskey",
		"W whisky",
		"X x-ray",
		"X xray",
		"Y yankee",
		"Z zulu",
		"alfa alpha",
		"freedmr adn",
		"notlinked not-linked",
		"linkedto linked-to",
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char name[2][32], pair[40 + 32];
		sscanf(rows[i], "%31s %31s", name[0], name[1]);
		for (int has = 0; has < 2; has++) {
			const char *pairs[] = {pair, "xx other", NULL};
			struct audio_word words[WORDS_MAX];
			snprintf(pair, sizeof(pair), "xx %s", name[has]);
			struct audio audio = make(words, pairs);
			T_EQUAL(burst_of(audio_clip(&audio, "xx", name[!has])), 0);
			T_EQUAL(burst_of(audio_clip(&audio, "xy", name[!has])), -1);
			T_EQUAL(burst_of(audio_clip(&audio, "xx", "elephant")), -1);
		}
	}
}

/* "b" and "k" come after rows that are full. */
T_CASE(names_of_other_words_do_not_serve)
{
	static const char *const pairs[] = {"xx b", "xx k", "xx silence", NULL};
	struct audio_word words[WORDS_MAX];
	struct audio audio = make(words, pairs);

	T_EQUAL(burst_of(audio_clip(&audio, "xx", "alfa")), -1);
	T_EQUAL(burst_of(audio_clip(&audio, "xx", "juliett")), -1);
	T_EQUAL(burst_of(audio_clip(&audio, "xx", "freedmr")), -1);
}

T_CASE(the_name_asked_for_comes_first)
{
	static const char *const pairs[] = {"xx alfa", "xx alpha", "xx a", NULL};
	struct audio_word words[WORDS_MAX];
	struct audio audio = make(words, pairs);

	T_EQUAL(burst_of(audio_clip(&audio, "xx", "alfa")), 0);
	T_EQUAL(burst_of(audio_clip(&audio, "xx", "alpha")), 1);
	T_EQUAL(burst_of(audio_clip(&audio, "xx", "A")), 2);
}

T_CASE(to_is_silence_where_a_language_does_without)
{
	static const char *const pairs[] = {"de_DE silence", "en_GB silence", "en_GB to", NULL};
	struct audio_word words[WORDS_MAX];
	struct audio audio = make(words, pairs);

	T_EQUAL(burst_of(audio_clip(&audio, "de_DE", "to")), 0);
	T_EQUAL(burst_of(audio_clip(&audio, "en_GB", "to")), 2);
	T_EQUAL(burst_of(audio_clip(&audio, "en_GB", "silence")), 1);
}

T_CASE(recordings_have_numbers)
{
	static const char *const pairs[] = {"xx 9991",  "xx 9999", "xx 9990",
	                                    "xx 10000", "yy 9995", NULL};
	struct audio_word words[WORDS_MAX];
	struct audio audio = make(words, pairs);

	T_EQUAL(burst_of(audio_recording(&audio, "xx", 9991)), 0);
	T_EQUAL(burst_of(audio_recording(&audio, "xx", 9999)), 1);
	T_EQUAL(burst_of(audio_recording(&audio, "yy", 9995)), 4);
	T_EQUAL(burst_of(audio_recording(&audio, "xx", 9995)), -1);
	T_EQUAL(burst_of(audio_recording(&audio, "xx", 9990)), -1);
	T_EQUAL(burst_of(audio_recording(&audio, "xx", 10000)), -1);
	T_EQUAL(burst_of(audio_recording(&audio, "xx", UINT32_MAX)), -1);
}

T_CASE(of_two_with_one_name_the_later_stays)
{
	static const char *const pairs[] = {"xx busy", "xx BUSY", "yy busy",
	                                    "XX busy", "xx 1",    NULL};
	struct audio_word words[WORDS_MAX];
	struct audio audio = make(words, pairs);

	T_EQUAL(audio.count, 3);
	T_EQUAL(burst_of(audio_clip(&audio, "xx", "busy")), 3);
	T_EQUAL(burst_of(audio_clip(&audio, "yy", "busy")), 2);
	T_EQUAL(burst_of(audio_clip(&audio, "xx", "1")), 4);
}

static const char *read_line(const char *line, size_t len, struct audio_index *out)
{
	return audio_index_read((const char *)t_guarded(line, len), len, 100, out);
}

T_CASE(index_lines_have_three_fields)
{
	static const struct {
		const char *line, *name;
		uint32_t first, count;
	} rows[] = {
		{"alpha 0 100", "alpha", 0, 100},
		{"alpha 99 1", "alpha", 99, 1},
		{"  alpha\t 7   12 \t\r", "alpha", 7, 12},
		{"9991 007 012", "9991", 7, 12},
		{"n\xC3\xBAmero 1 2", "n\xC3\xBAmero", 1, 2},
		{"; 1 2", ";", 1, 2},
		{"name-of-thirty-one-octets-xxxxx 1 2", "name-of-thirty-one-octets-xxxxx", 1, 2},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct audio_index index;
		T_CHECK(read_line(rows[i].line, strlen(rows[i].line), &index) == NULL);
		T_TEXT(index.name, rows[i].name);
		T_EQUAL(index.first, rows[i].first);
		T_EQUAL(index.count, rows[i].count);
	}
}

T_CASE(empty_index_lines_are_good_and_have_no_word)
{
	static const char *const rows[] = {"", " ", "\r", "\t \r"};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct audio_index index = {.name = "x", .count = 7};
		T_CHECK(read_line(rows[i], strlen(rows[i]), &index) == NULL);
		T_EQUAL(index.count, 0);
	}
}

T_CASE(bad_index_lines_say_why)
{
	static const struct {
		const char *line, *reason;
	} rows[] = {
		{"alpha", "expected: name first-frame frame-count"},
		{"alpha 1", "expected: name first-frame frame-count"},
		{"alpha 1 ", "expected: name first-frame frame-count"},
		{"alpha 1 2 3", "expected: name first-frame frame-count"},
		{"alpha 1 2 ; x", "expected: name first-frame frame-count"},
		{"name-of-thirty-two-octets-xxxxxx 1 2", "name longer than 31 octets"},
		{"al\x01pha 1 2", "control character in the name"},
		{"\x1f 1 2", "control character in the name"},
		{"\x7f 1 2", "control character in the name"},
		{"alpha x 2", "first-frame: expected a number from 0"},
		{"alpha -1 2", "first-frame: expected a number from 0"},
		{"alpha +1 2", "first-frame: expected a number from 0"},
		{"alpha 0x1 2", "first-frame: expected a number from 0"},
		{"alpha 1.0 2", "first-frame: expected a number from 0"},
		{"alpha 4294967296 2", "first-frame: expected a number from 0"},
		{"alpha 18446744073709551617 2", "first-frame: expected a number from 0"},
		{"alpha 1 0", "frame-count: expected a number from 1"},
		{"alpha 1 -2", "frame-count: expected a number from 1"},
		{"alpha 1 2,", "frame-count: expected a number from 1"},
		{"alpha 1 4294967296", "frame-count: expected a number from 1"},
		{"alpha 0 101", "ends after the last frame"},
		{"alpha 100 1", "ends after the last frame"},
		{"alpha 1 4294967295", "ends after the last frame"},
		{"alpha 4294967295 1", "ends after the last frame"},
		{"alpha 4294967295 4294967295", "ends after the last frame"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct audio_index index = {.name = "before", .first = 5, .count = 6};
		const char *reason = read_line(rows[i].line, strlen(rows[i].line), &index);
		T_CHECK(reason != NULL);
		T_TEXT(reason, rows[i].reason);
		T_TEXT(index.name, "before");
		T_EQUAL(index.first, 5);
		T_EQUAL(index.count, 6);
	}
	struct audio_index index;
	const char *reason = read_line("al\0pha 1 2", 10, &index);
	T_TEXT(reason ? reason : "", "control character in the name");
}

T_CASE(every_prefix_and_every_octet_is_read_safely)
{
	static const char line[] = "alpha 12 34\r";

	for (size_t len = 0; len < sizeof(line); len++) {
		for (size_t at = 0; at < len; at++) {
			for (int octet = 0; octet < 256; octet++) {
				char bent[sizeof(line)];
				struct audio_index index = {.count = 0};
				memcpy(bent, line, sizeof(line));
				bent[at] = (char)octet;
				const char *reason = audio_index_read(bent, len, 100, &index);
				T_CHECK(!reason || index.count == 0);
				T_CHECK(index.first + index.count <= 100);
			}
		}
		struct audio_index index;
		T_EQUAL(read_line(line, len, &index) == NULL, len == 0 || len >= 10);
	}
}

T_CASE(a_language_that_is_not_there_gives_way)
{
	static struct audio_word words[] = {{.language = "de_DE", .name = "busy"},
	                                    {.language = "en_GB", .name = "busy"}};
	const struct audio set = {.words = words, .count = ARRAY_LEN(words)};
	const struct audio empty = {.count = 0};

	T_TEXT(audio_language(&set, "en_gb", "de_DE"), "en_GB");
	T_TEXT(audio_language(&set, "fr_FR", "en_GB"), "en_GB");
	T_TEXT(audio_language(&set, "", ""), "de_DE");
	T_TEXT(audio_language(&empty, "en_GB", ""), "");
}

T_MAIN()
