#include "parent/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "harness/t.h"
#include "io/shared.h"
#include "parent/audio.h"
#include "parent/kept.h"

#ifndef SYS_open
#define SYS_open SYS_openat
#endif

#define CONFIG                                                                                     \
	"[server]\nid = 2345\n[listener one]\nbind = 127.0.0.1:62031\npassphrase = kilo tango\n"

static char path[] = "/tmp/t_load.XXXXXX";
static char logged[4096];

static void keep(void *context, enum log_level level, const char *line)
{
	size_t len = strlen(logged);

	(void)context;
	if (level < LOG_INFO)
		snprintf(logged + len, sizeof(logged) - len, "%s\n", line);
}

static void write_file(const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

static void begin(const char *text)
{
	strcpy(path, "/tmp/t_load.XXXXXX");
	close(mkstemp(path));
	write_file(text);
	*logged = 0;
	log_set_sink(keep, NULL);
}

static void end(void)
{
	log_set_sink(NULL, NULL);
	unlink(path);
}

static void note(void *context, const char *line)
{
	snprintf(context, 200, "%s", line);
}

/* How it ends, and the reason behind the path. */
static enum status load(struct conf *out, const char **why)
{
	static char told[200];

	*told = *logged = 0;
	enum status status = load_conf(path, out, note, told);
	*why = strncmp(told, path, strlen(path)) == 0 ? told + strlen(path) : told;
	if (strlen(logged) != strlen(told) + (*told != 0))
		t_fail(__FILE__, __LINE__, "logged %s, told %s", logged, told);
	return status;
}

static int refused;

static void is_refused(void)
{
	static struct conf conf;
	char expected[200];
	const char *why;

	snprintf(expected, sizeof(expected), ": %s", strerror(refused));
	t_refuse(SYS_open, refused);
	t_refuse(SYS_openat, refused);
	T_EQUAL(load(&conf, &why), STATUS_PERMISSION);
	T_TEXT(why, expected);
}

T_CASE(a_file_that_cannot_be_read_is_told_with_its_reason)
{
	static struct conf conf;
	const char *why;

	begin(CONFIG);
	T_EQUAL(load(&conf, &why), STATUS_OK);
	T_EQUAL(conf.server.id, 2345);
	conf_release(&conf);
	refused = EACCES;
	t_apart(is_refused);
	refused = EPERM;
	t_apart(is_refused);
	T_EQUAL(truncate(path, (off_t)LOAD_MAX + 1), 0);
	T_EQUAL(load(&conf, &why), STATUS_CONFIG);
	T_TEXT(why, ": File too large");
	unlink(path);
	T_EQUAL(load(&conf, &why), STATUS_CONFIG);
	T_TEXT(why, ": No such file or directory; freedmr init writes a first one");
	T_EQUAL(mkdir(path, 0700), 0);
	T_EQUAL(load(&conf, &why), STATUS_CONFIG);
	T_TEXT(why, ": Is a directory");
	rmdir(path);
	end();
}

/* The file may have another text by now. */
T_CASE(what_was_tried_is_what_is_read)
{
	static struct conf conf;
	char line[64];
	size_t len;

	begin(CONFIG);
	int fd = load_hold(path, &len);
	T_CHECK(fd >= 0);
	T_EQUAL(len, strlen(CONFIG));
	write_file("nonsense\n");
	snprintf(line, sizeof(line), "%d conf %zu\n", fd, len);
	setenv("FREEDMR_HANDOVER", line, 1);
	T_EQUAL(load_tried(path, &conf), STATUS_OK);
	T_EQUAL(conf.server.id, 2345);
	conf_release(&conf);
	T_EQUAL(fcntl(fd, F_GETFD), -1);
	T_EQUAL(load_tried(path, &conf), STATUS_CONFIG); /* now the file counts */
	T_CHECK(strncmp(logged, path, strlen(path)) == 0);
	end();
}

T_CASE(what_is_held_must_be_there_whole)
{
	static struct conf conf;
	char line[64];
	size_t len;

	begin(CONFIG);
	for (int too_long = 0; too_long < 2; too_long++) {
		*logged = 0;
		int fd = too_long ? shared_file(LOAD_MAX + 1) : load_hold(path, &len);
		len = too_long ? LOAD_MAX + 1 : len + 1;
		snprintf(line, sizeof(line), "%d conf %zu\n", fd, len);
		setenv("FREEDMR_HANDOVER", line, 1);
		T_EQUAL(load_tried(path, &conf), STATUS_SYSTEM);
		T_TEXT(logged, "Invalid argument\n");
	}
	unlink(path);
	T_EQUAL(load_hold(path, &len), -1);
	end();
}

/* ---- voice files ---- */

static struct conf first, other;

/* Both listeners of it have that directory. */
static void make_conf(struct conf *conf, const char *directory)
{
	memset(conf, 0, sizeof(*conf));
	conf->listener_count = 2;
	for (uint32_t i = 0; i < 2; i++) {
		snprintf(conf->listener[i].name, sizeof(conf->listener[i].name), "l%u", i);
		snprintf(conf->listener[i].audio, sizeof(conf->listener[i].audio), "%s", directory);
	}
}

T_CASE(listeners_with_one_directory_share_its_files)
{
	begin("");
	make_conf(&first, "test/data/audio/both");
	first.listener[1].prompts = PROMPTS_VOICE;
	load_audio(&first);
	T_CHECK(first.listener[0].voice.count > 0);
	T_CHECK(first.listener[1].voice.words == first.listener[0].voice.words);
	T_TEXT(logged, "");
	release_audio(&first); /* once, or a sanitizer complains */
	make_conf(&first, "");
	first.listener[1].prompts = PROMPTS_VOICE;
	load_audio(&first);
	T_EQUAL(first.listener[1].voice.count, 0);
	T_TEXT(logged, "listener=l1 prompts=voice but no voice files (see audio): using Morse\n");
	end();
}

T_CASE(a_reload_takes_other_voice_files_where_there_is_room)
{
	static _Alignas(CACHE_LINE) unsigned char octets[1 << 16];
	struct audio_room room = {.at = octets, .size = sizeof(octets)}, full = {.at = octets};
	const char *where;

	begin("");
	make_conf(&first, "");
	make_conf(&other, "test/data/audio/both");
	T_EQUAL(load_audio_again(&other, &first, &room, &where), AUDIO_NEW);
	T_CHECK(other.listener[0].voice.count > 0 && room.used > 0);
	T_CHECK(other.listener[1].voice.words == other.listener[0].voice.words);

	make_conf(&first, "test/data/audio/both"); /* which has not changed */
	room.used = sizeof(octets) / 2;
	T_EQUAL(load_audio_again(&first, &other, &room, &where), AUDIO_KEPT);
	T_CHECK(first.listener[0].voice.words == other.listener[0].voice.words);
	T_EQUAL(load_audio_again(&first, &other, NULL, &where), AUDIO_KEPT);

	make_conf(&first, "test/data/audio/hostile");
	T_EQUAL(load_audio_again(&first, &other, NULL, &where), AUDIO_REFUSED);
	T_TEXT(where, "");
	*logged = 0;
	T_EQUAL(load_audio_again(&first, &other, &full, &where), AUDIO_REFUSED);
	T_TEXT(where, "l0");
	T_CHECK(strstr(logged, "test/data/audio/hostile: No space left on device\n"));
	end();
}

T_MAIN()
