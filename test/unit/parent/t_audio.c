#include "parent/audio.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "dmr/ambe.h"
#include "harness/t.h"

#define LOG_CAP 8192

static char logged[LOG_CAP];    /* "level line\n" for each line above LOG_INFO */
static void (*meanwhile)(void); /* what happens when such a line is written; NULL = nothing */

static void keep(void *context, enum log_level level, const char *line)
{
	size_t len = strlen(logged);

	(void)context;
	if (level >= LOG_INFO)
		return;
	snprintf(logged + len, LOG_CAP - len, "%s %s\n", log_level_name(level), line);
	if (meanwhile)
		meanwhile();
}

/* Loads with the log kept; the set of the run before is given back. */
static const struct audio *load(const char *path, bool expected)
{
	static struct audio audio;

	audio_release(&audio);
	*logged = 0;
	log_set_sink(keep, NULL);
	bool done = audio_load(path, NULL, &audio);
	log_set_sink(NULL, NULL);
	if (done != expected)
		t_fail(__FILE__, __LINE__, "%s: %s", path, done ? "loaded" : logged);
	return &audio;
}

/* `count` frames with the values from `first` up, then silence up to a whole burst. */
static void is_clip(int line, struct clip clip, unsigned first, uint32_t count)
{
	uint8_t expected[AMBE_FRAME_LEN];

	if (clip.count != (count + 2) / 3 * 3) {
		t_fail(__FILE__, line, "%u frames, not %u", clip.count, (count + 2) / 3 * 3);
		return;
	}
	for (uint32_t i = 0; i < clip.count; i++) {
		memset(expected, (int)(first + i), sizeof(expected));
		if (!t_same_bytes(__FILE__, line, "frame", clip.frames + i * AMBE_FRAME_LEN,
		                  i < count ? expected : AMBE_SILENCE, AMBE_FRAME_LEN))
			return;
	}
}

#define IS_CLIP(clip, first, count) is_clip(__LINE__, clip, first, count)

/* A fresh directory, gone with forget(). */
static char root[64];

static void fresh(void)
{
	snprintf(root, sizeof(root), "/tmp/freedmr.XXXXXX");
	if (!mkdtemp(root))
		abort();
}

static const char *inside(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	return path;
}

static void put_dir(const char *name)
{
	if (mkdir(inside(name), 0700) != 0)
		abort();
}

static void put_text(const char *name, const char *text)
{
	FILE *f = fopen(inside(name), "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

static void put_frames(const char *name, unsigned first, uint32_t count)
{
	FILE *f = fopen(inside(name), "w");

	for (uint32_t i = 0; f && i < count * AMBE_FRAME_LEN; i++)
		fputc((int)(first + i / AMBE_FRAME_LEN), f);
	if (!f || fclose(f) != 0)
		abort();
}

/* A file of so many octets that takes no room. */
static void put_hole(const char *name, off_t size)
{
	int fd = open(inside(name), O_WRONLY | O_CREAT, 0600);

	if (fd < 0 || ftruncate(fd, size) != 0 || close(fd) != 0)
		abort();
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
	(void)about, (void)kind, (void)place;
	return remove(path);
}

static void forget(void)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

T_CASE(an_index_names_pieces_of_one_file)
{
	const struct audio *audio = load("test/data/audio/both", true);

	T_TEXT(logged, "");
	IS_CLIP(audio_clip(audio, "en_GB", "2"), 0, 3);
	IS_CLIP(audio_clip(audio, "en_GB", "3"), 3, 4);
	IS_CLIP(audio_clip(audio, "en_GB", "alpha"), 7, 1);
	IS_CLIP(audio_clip(audio, "en_GB", "not-linked"), 8, 6);
	IS_CLIP(audio_clip(audio, "en_GB", "linked-to"), 14, 5);
	IS_CLIP(audio_clip(audio, "en_GB", "to"), 19, 1);
	T_EQUAL(audio_clip(audio, "en_GB", "busy").count, 0);
}

T_CASE(a_directory_has_a_file_for_a_word)
{
	const struct audio *audio = load("test/data/audio/both", true);

	IS_CLIP(audio_clip(audio, "es_ES", "1"), 0x40, 3);
	IS_CLIP(audio_clip(audio, "es_ES", "A"), 0x50, 5);
	IS_CLIP(audio_clip(audio, "es_ES", "notlinked"), 0x70, 6);
	T_EQUAL(audio_clip(audio, "es_ES", "2").count, 0);
}

T_CASE(half_a_frame_is_left_out)
{
	IS_CLIP(audio_clip(load("test/data/audio/both", true), "es_ES", "busy"), 0x60, 1);
}

T_CASE(recordings_are_on_demand_or_beside_the_words)
{
	const struct audio *audio = load("test/data/audio/both", true);

	IS_CLIP(audio_recording(audio, "es_ES", 9991), 0x80, 7);
	IS_CLIP(audio_recording(audio, "es_ES", 9992), 0x90, 3);
	T_EQUAL(audio_recording(audio, "es_ES", 9993).count, 0);
	T_EQUAL(audio_recording(audio, "en_GB", 9991).count, 0);
}

static void is_silence(int line, struct clip clip)
{
	if (clip.count != AMBE_BURST_FRAMES)
		t_fail(__FILE__, line, "%u frames of silence", clip.count);
	for (uint32_t i = 0; i < clip.count; i++)
		t_same_bytes(__FILE__, line, "silence", clip.frames + i * AMBE_FRAME_LEN,
		             AMBE_SILENCE, AMBE_FRAME_LEN);
}

#define IS_SILENCE(clip) is_silence(__LINE__, clip)

T_CASE(every_language_with_a_word_has_silence)
{
	const struct audio *audio = load("test/data/audio/both", true);

	IS_SILENCE(audio_clip(audio, "en_GB", "silence"));
	IS_SILENCE(audio_clip(audio, "es_ES", "silence"));
	IS_SILENCE(audio_clip(audio, "es_ES", "to"));
	T_EQUAL(audio->count, 6 + 1 + 6 + 1);
	fresh();
	put_dir("lost+found");
	put_text("README", "no voice");
	audio = load(root, true);
	T_EQUAL(audio->count, 0);
	T_EQUAL(audio_clip(audio, "lost+found", "silence").count, 0);
	forget();
}

T_CASE(silence_is_ours_whatever_a_set_has)
{
	fresh();
	put_frames("en_GB.ambe", 1, 6);
	put_text("en_GB.indx", "silence 0 6\n");
	put_dir("fr_FR");
	put_frames("fr_FR/silence.ambe", 1, 6);
	const struct audio *audio = load(root, true);
	forget();
	IS_SILENCE(audio_clip(audio, "en_GB", "silence"));
	IS_SILENCE(audio_clip(audio, "fr_FR", "silence"));
}

/* Good words of a hostile index count; each other line is reported with its number. */
T_CASE(bad_lines_are_reported_and_skipped)
{
#define INDEX "warning test/data/audio/hostile/en_GB.indx:"
#define FORM "expected: name first-frame frame-count\n"
#define BEHIND "ends after the last frame\n"
#define FIRST "first-frame: expected a number from 0\n"
#define COUNT "frame-count: expected a number from 1\n"
	static const char expected[] = INDEX
		"2: " FORM INDEX "3: " FORM INDEX "4: " FORM INDEX "5: " FORM INDEX
		"6: " BEHIND INDEX "7: " BEHIND INDEX "8: " FIRST INDEX "9: " FIRST INDEX
		"10: " COUNT INDEX "11: " FIRST INDEX "12: " COUNT INDEX "13: " FIRST INDEX
		"15: name longer than 31 octets\n" INDEX "16: control character in the name\n" INDEX
		"17: control character in the name\n" INDEX "18: " FORM INDEX
		"19: name longer than 31 octets\n";
	const struct audio *audio = load("test/data/audio/hostile", true);

	T_CHECK(strncmp(logged, expected, sizeof(expected) - 1) == 0);
	T_CHECK(strstr(logged + sizeof(expected) - 1, INDEX) == NULL);
	IS_CLIP(audio_clip(audio, "en_GB", "good"), 0, 3);
	IS_CLIP(audio_clip(audio, "en_GB", "name-of-thirty-one-octets-xxxxx"), 3, 3);
	IS_CLIP(audio_clip(audio, "en_GB", "last"), 9, 1);
	T_EQUAL(audio->count, 4);
}

T_CASE(bad_files_are_reported_and_skipped)
{
#define AT "warning test/data/audio/hostile/"
	static const char *const expected[] = {
		AT "fr_FR.ambe: No such file or directory\n",
		AT "de_DE/empty.ambe: no AMBE frames in the file\n",
		AT "de_DE/short.ambe: no AMBE frames in the file\n",
		AT "de_DE/name-of-thirty-two-octets-xxxxxx.ambe: name too long\n",
		AT "language-too-long: name too long\n",
	};
	const struct audio *audio = load("test/data/audio/hostile", true);

	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		const char *once = strstr(logged, expected[i]);
		T_CHECK(once != NULL);
		T_CHECK(strstr(once + 1, expected[i]) == NULL);
	}
	T_EQUAL(audio_clip(audio, "de_DE", "silence").count, 0);
}

T_CASE(of_a_word_that_comes_twice_the_later_counts)
{
	fresh();
	put_frames("en_GB.ambe", 0, 12);
	put_text("en_GB.indx", "1 0 3\n2 3 3\n1 6 3\n9991 9 3\n");
	put_dir("en_GB");
	put_frames("en_GB/2.ambe", 0x20, 3);
	put_frames("en_GB/9991.ambe", 0x30, 3);
	put_frames("en_GB/9992.ambe", 0x40, 3);
	put_dir("en_GB/ondemand");
	put_frames("en_GB/ondemand/9992.ambe", 0x50, 3);
	const struct audio *audio = load(root, true);
	forget();
	T_TEXT(logged, "");
	T_EQUAL(audio->count, 5);
	IS_CLIP(audio_clip(audio, "en_GB", "1"), 6, 3);
	IS_CLIP(audio_clip(audio, "en_GB", "2"), 0x20, 3);
	IS_CLIP(audio_recording(audio, "en_GB", 9991), 0x30, 3);
	IS_CLIP(audio_recording(audio, "en_GB", 9992), 0x50, 3);
}

T_CASE(languages_have_up_to_fifteen_octets)
{
	fresh();
	put_dir("fifteen-octets-");
	put_frames("fifteen-octets-/1.ambe", 1, 3);
	put_frames("FIFTEEN_OCTETS_.ambe", 2, 3);
	put_text("FIFTEEN_OCTETS_.indx", "1 0 3");
	put_frames("sixteen-octets--.ambe", 3, 3);
	put_text("sixteen-octets--.indx", "1 0 3");
	const struct audio *audio = load(root, true);
	forget();
	IS_CLIP(audio_clip(audio, "fifteen-octets-", "1"), 1, 3);
	IS_CLIP(audio_clip(audio, "FIFTEEN_OCTETS_", "1"), 2, 3);
	T_EQUAL(audio->count, 4);
	T_CHECK(strstr(logged, "/sixteen-octets--.indx: name too long\n") != NULL);
}

T_CASE(a_language_may_have_recordings_only)
{
	fresh();
	put_dir("xx");
	put_dir("xx/ondemand");
	put_frames("xx/ondemand/9999.ambe", 1, 3);
	const struct audio *audio = load(root, true);
	forget();
	IS_CLIP(audio_recording(audio, "xx", 9999), 1, 3);
	IS_SILENCE(audio_clip(audio, "xx", "silence"));
}

/* A pipe without a writer would block the start for ever. */
T_CASE(only_files_are_opened)
{
	fresh();
	put_dir("xx");
	put_dir("xx/folder.ambe");
	put_frames("xx/1.ambe", 1, 3);
	put_frames("xx/._2.ambe", 1, 3);
	put_frames("xx/3.AMBE", 1, 3);
	put_frames("xx/.ambe", 1, 3);
	put_dir(".hidden");
	put_frames(".hidden/1.ambe", 1, 3);
	T_EQUAL(mkfifo(inside("xx/pipe.ambe"), 0600), 0);
	T_EQUAL(symlink("1.ambe", inside("xx/link.ambe")), 0);
	T_EQUAL(symlink("gone", inside("xx/lost.ambe")), 0);
	T_EQUAL(symlink("xx", inside("yy")), 0);
	const struct audio *audio = load(root, true);
	forget();
	T_EQUAL(audio->count, 2 * 3);
	IS_CLIP(audio_clip(audio, "xx", "link"), 1, 3);
	IS_CLIP(audio_clip(audio, "yy", "1"), 1, 3);
	T_CHECK(strstr(logged, "/xx/pipe.ambe: not a file\n") != NULL);
	T_CHECK(strstr(logged, "/xx/folder.ambe: not a file\n") != NULL);
	T_CHECK(strstr(logged, "/xx/lost.ambe: No such file or directory\n") != NULL);
	T_CHECK(strstr(logged, "_2") == NULL);
}

T_CASE(without_a_directory_there_is_no_set)
{
	const struct audio *audio = load("test/data/audio/nowhere", false);

	T_TEXT(logged, "error test/data/audio/nowhere: No such file or directory\n");
	T_EQUAL(audio->count, 0);
	T_EQUAL(audio_clip(audio, "en_GB", "1").count, 0);
	load("test/data/audio/README", false);
	T_TEXT(logged, "error test/data/audio/README: Not a directory\n");
}

/* The frames of a single word that fill a set up to its last octet. */
static off_t largest_word(void)
{
	off_t left = AUDIO_MAX - 64 - (2 * (off_t)sizeof(struct audio_word) + 63) / 64 * 64;

	return left / AMBE_BURST_LEN * AMBE_BURST_LEN;
}

T_CASE(a_set_may_fill_its_limit)
{
	fresh();
	put_dir("xx");
	put_hole("xx/1.ambe", largest_word());
	const struct audio *audio = load(root, true);
	forget();
	T_EQUAL(audio_clip(audio, "xx", "1").count * AMBE_FRAME_LEN, largest_word());
}

T_CASE(a_set_beyond_its_limit_is_refused)
{
	char expected[200];

	fresh();
	put_dir("xx");
	put_hole("xx/1.ambe", largest_word() + AMBE_BURST_LEN);
	const struct audio *audio = load(root, false);
	snprintf(expected, sizeof(expected),
	         "error %s: voice files need %u octets, at most %u are allowed\n", root,
	         AUDIO_MAX + 64, AUDIO_MAX);
	T_TEXT(logged, expected);
	T_EQUAL(audio->count, 0);
	T_EQUAL(audio->arena.used, 0);
	T_EQUAL(audio_clip(audio, "xx", "silence").count, 0);
	put_hole("xx/1.ambe", (((off_t)1 << 32) + 3) * AMBE_FRAME_LEN);
	load(root, false);
	T_CHECK(strstr(logged, ", at most 67108864 are allowed\n") != NULL);
	forget();
}

/* A small index over a small file can ask for much. */
T_CASE(overlapping_words_count_each)
{
	fresh();
	put_hole("xx.ambe", 900000);
	FILE *f = fopen(inside("xx.indx"), "w");
	T_CHECK(f != NULL);
	for (int i = 0; i < 80; i++)
		fprintf(f, "word%d 0 100000\n", i);
	fclose(f);
	load(root, false);
	forget();
	T_CHECK(strstr(logged, "at most 67108864 are allowed\n") != NULL);
}

T_CASE(an_index_has_a_largest_size)
{
	fresh();
	put_frames("xx.ambe", 1, 3);
	put_text("xx.indx", "1 0 3\n");
	put_hole("xx.indx", AUDIO_INDEX_MAX);
	T_EQUAL(load(root, true)->count, 2);
	put_hole("xx.indx", AUDIO_INDEX_MAX + 1);
	T_EQUAL(load(root, true)->count, 0);
	T_CHECK(strstr(logged, "/xx.indx: longer than 1 MiB\n") != NULL);
	forget();
}

/* The file without a frame is reported by the first of two walks; then the directory changes. */
static void change_directory(void)
{
	put_frames("xx/1.ambe", 0x11, 3);
	put_frames("xx/3.ambe", 0x33, 3);
	put_frames("xx/4.ambe", 0x44, 3);
}

T_CASE(a_directory_may_change_while_it_is_read)
{
	fresh();
	put_dir("xx");
	put_frames("xx/9.ambe", 0, 0);
	put_frames("xx/1.ambe", 1, 9);
	put_frames("xx/2.ambe", 2, 3);
	meanwhile = change_directory;
	const struct audio *audio = load(root, true);
	meanwhile = NULL;
	forget();
	T_EQUAL(audio->count, 3);
	IS_CLIP(audio_clip(audio, "xx", "1"), 0x11, 3);
	IS_CLIP(audio_clip(audio, "xx", "2"), 2, 3);
	IS_CLIP(audio_clip(audio, "xx", "3"), 0x33, 3);
	T_CHECK(strstr(logged, "/xx/4.ambe: 4 skipped: files have grown while they were read\n") !=
	        NULL);
}

static void let_grow(void)
{
	put_frames("xx/1.ambe", 0x11, 300);
}

T_CASE(a_file_may_grow_while_it_is_read)
{
	fresh();
	put_dir("xx");
	put_frames("xx/1.ambe", 1, 3);
	put_frames("xx/2.ambe", 2, 3);
	put_frames("xx/9.ambe", 0, 0);
	meanwhile = let_grow;
	const struct audio *audio = load(root, true);
	meanwhile = NULL;
	forget();
	T_EQUAL(audio_clip(audio, "xx", "1").count, 0);
	IS_CLIP(audio_clip(audio, "xx", "2"), 2, 3);
	IS_SILENCE(audio_clip(audio, "xx", "silence"));
	T_CHECK(strstr(logged, "/xx/1.ambe: 1 skipped: files have grown while they were read\n") !=
	        NULL);
}

T_CASE(names_are_visited_in_their_order)
{
	static const char *const names[] = {"xx/ABC.ambe", "xx/ABc.ambe", "xx/AbC.ambe",
	                                    "xx/Abc.ambe", "xx/aBC.ambe", "xx/aBc.ambe",
	                                    "xx/abC.ambe", "xx/abc.ambe"};

	fresh();
	put_dir("xx");
	for (unsigned i = 0; i < ARRAY_LEN(names); i++)
		put_frames(names[i], 16 * i, 3);
	const struct audio *audio = load(root, true);
	forget();
	IS_CLIP(audio_clip(audio, "xx", "abc"), 16 * 7, 3);
}

T_CASE(what_is_no_index_and_no_directory_is_reported)
{
	fresh();
	put_frames("xx.ambe", 1, 3);
	put_dir("xx.indx");
	put_dir("yy");
	put_frames("yy/1.ambe", 1, 3);
	put_text("yy/ondemand", "no directory\n");
	const struct audio *audio = load(root, true);
	forget();
	T_EQUAL(audio->count, 2);
	T_CHECK(strstr(logged, "/xx.indx: not a file\n") != NULL);
	T_CHECK(strstr(logged, "/yy/ondemand: Not a directory\n") != NULL);
}

/* 1023 octets are a path, and a directory in that is longer. Its line of the log is cut.
 */
T_CASE(a_path_has_a_largest_length)
{
	char deep[1024];
	size_t len;

	fresh();
	len = (size_t)snprintf(deep, sizeof(deep), "%s", root);
	while (len < 1000) {
		size_t more = 1016 - len < 200 ? 1016 - len : 200;
		deep[len++] = '/';
		memset(deep + len, 'd', more - 1);
		len += more - 1;
		deep[len] = 0;
		T_EQUAL(mkdir(deep, 0700), 0);
	}
	int fd = open(deep, O_RDONLY | O_DIRECTORY);
	T_EQUAL(mkdirat(fd, "language", 0700), 0);
	close(fd);
	T_EQUAL(load(deep, true)->count, 0);
	forget();
	T_CHECK(strncmp(logged, "warning ", 8) == 0);
	T_CHECK(strncmp(logged + 8, deep, 100) == 0);
}

T_CASE(a_set_is_the_same_only_with_all_its_words)
{
	static const uint8_t frames[2][AMBE_BURST_LEN] = {{1}, {2}};
	const struct audio_word word = {"en_GB", "1", {frames[0], AMBE_BURST_FRAMES}};
	struct audio_word words[] = {word, word, word, word};
	const struct audio same = {.words = &word, .count = 1}, none = {.count = 0};

	T_CHECK(audio_same(&same, &same) && audio_same(&none, &none));
	T_CHECK(!audio_same(&same, &none));
	words[0].language[0] = 'f';
	words[1].name[0] = '2';
	words[2].clip.count = 0;
	words[3].clip.frames = frames[1];
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		T_CHECK(!audio_same(&same, &(struct audio){.words = &words[i], .count = 1}));
}

static int open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

T_CASE(nothing_stays_open)
{
	int before = open_descriptors();

	fresh();
	put_dir("xx");
	put_dir("xx/folder.ambe");
	load(root, true);
	forget();
	load("test/data/audio/both", true);
	load("test/data/audio/hostile", true);
	load("test/data/audio/nowhere", false); /* gives the last set back, for the leak checker */
	T_EQUAL(open_descriptors(), before);
}

T_MAIN()
