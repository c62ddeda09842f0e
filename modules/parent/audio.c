#include "parent/audio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "dmr/ambe.h"

#define PATH_CAP 1024u
#define INDEX_ENDING ".indx"
#define FRAMES_ENDING ".ambe" /* as long as the other, so a path to one has room for the other */

/*
 * The directory is walked twice, to measure and to fill. Only the first walk reports faults; files
 * that have grown since then do not fit in the second.
 */
struct load {
	struct arena *arena;
	char language[AUDIO_LANGUAGE_MAX]; /* of the current file */
	struct audio_word *words;          /* NULL while measuring */
	uint32_t room;
	uint32_t count;
};

struct source {
	const char *path;
	int fd;
	uint32_t frames;
};

static void report(const struct load *l, const char *path, const char *fault)
{
	if (!l->words)
		log_warn("%s: %s", path, fault);
}

/* False, and reported, if it is too long. */
static bool make_path(const struct load *l, char path[static PATH_CAP], const char *directory,
                      const char *name)
{
	struct text t = text_make(path, PATH_CAP);

	text_format(&t, "%s/%s", directory, name);
	if (t.cut)
		report(l, path, "path too long");
	return !t.cut;
}

/* Opens only regular files: a pipe would block startup. */
static bool open_source(const struct load *l, const char *path, struct source *out)
{
	struct stat about;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &about) != 0) {
		report(l, path, strerror(errno));
	} else if (!S_ISREG(about.st_mode)) {
		report(l, path, "not a file");
	} else {
		/* Capped: a frame count above the size limit of a set is invalid anyway. */
		uint64_t frames = (uint64_t)about.st_size / AMBE_FRAME_LEN;
		*out = (struct source){.path = path, .fd = fd, .frames = AUDIO_MAX};
		if (frames < AUDIO_MAX)
			out->frames = (uint32_t)frames;
		return true;
	}
	if (fd >= 0)
		close(fd);
	return false;
}

/* Fewer octets than `len`: end of file, or an error with errno. */
static size_t read_at(int fd, void *out, size_t len, off_t at)
{
	char *to = out;
	size_t done = 0;

	errno = 0;
	for (ssize_t n; done < len; done += (size_t)n) {
		n = pread(fd, to + done, len - done, at + (off_t)done);
		if (n <= 0)
			break;
	}
	return done;
}

/* Room for a word in whole bursts, padded with silence; NULL while measuring or when full. */
static uint8_t *add_word(struct load *l, const char *name, uint32_t count)
{
	uint32_t bursts = (count + AMBE_BURST_FRAMES - 1) / AMBE_BURST_FRAMES;
	uint8_t *frames = arena_cut(l->arena, "audio frames", bursts, AMBE_BURST_LEN);

	if (!l->words) {
		l->count++;
		return NULL;
	}
	if (!frames || l->count == l->room)
		return NULL;
	struct audio_word *word = &l->words[l->count++];
	text_copy(word->language, sizeof(word->language), l->language);
	text_copy(word->name, sizeof(word->name), name);
	word->clip = (struct clip){.frames = frames, .count = bursts * AMBE_BURST_FRAMES};
	ambe_burst_silence(frames + (bursts - 1) * AMBE_BURST_LEN);
	return frames;
}

static void load_word(struct load *l, const char *name, const struct source *from, uint32_t first,
                      uint32_t count)
{
	uint8_t *frames = add_word(l, name, count);
	size_t len = (size_t)count * AMBE_FRAME_LEN;
	off_t at = (off_t)first * (off_t)AMBE_FRAME_LEN;

	if (!l->words)
		return;
	if (!frames) {
		log_warn("%s: %s skipped: files have grown while they were read", from->path, name);
	} else if (read_at(from->fd, frames, len, at) != len) {
		log_warn("%s: cannot be read: %s", from->path,
		         errno ? strerror(errno) : "file has become shorter");
		l->count--;
	}
}

/* The name between the last '/' and the suffix; false if the suffix differs. */
static bool split_name(const struct load *l, const char *path, const char *ending, char *out,
                       size_t cap)
{
	const char *name = strrchr(path, '/') + 1;
	size_t len = strlen(name), tail = strlen(ending);
	struct text t = text_make(out, cap);

	if (len < tail || strcmp(name + len - tail, ending) != 0)
		return false;
	text_bytes(&t, name, len - tail);
	if (t.cut)
		report(l, path, "name too long");
	return !t.cut;
}

static void load_lines(struct load *l, const char *path, const char *text, size_t len,
                       const struct source *frames)
{
	const char *end = text + len;
	unsigned number = 1;

	for (const char *line = text, *stop; line < end; line = stop + 1, number++) {
		struct audio_index word;
		stop = memchr(line, '\n', (size_t)(end - line));
		if (!stop)
			stop = end;
		const char *fault =
			audio_index_read(line, (size_t)(stop - line), frames->frames, &word);
		if (fault && !l->words)
			log_warn("%s:%u: %s", path, number, fault);
		else if (!fault && word.count)
			load_word(l, word.name, frames, word.first, word.count);
	}
}

static void load_index(struct load *l, const char *path, const struct source *frames)
{
	struct source index;
	char *text = malloc(AUDIO_INDEX_MAX + 1);

	if (!text) {
		report(l, path, "out of memory");
	} else if (open_source(l, path, &index)) {
		size_t len = read_at(index.fd, text, AUDIO_INDEX_MAX + 1, 0);
		if (len > AUDIO_INDEX_MAX)
			report(l, path, "longer than 1 MiB");
		else
			load_lines(l, path, text, len, frames);
		close(index.fd);
	}
	free(text);
}

/* Every language with a word also gets silence. */
static void add_silence(struct load *l, uint32_t count_before)
{
	if (l->count > count_before)
		add_word(l, "silence", AMBE_BURST_FRAMES);
}

typedef void visitor(struct load *l, const char *path);

/* In the order of names; skips hidden files, which some systems add. */
static bool visit_all(struct load *l, const char *directory, visitor *visit)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, NULL, alphasort);

	if (count < 0)
		return false;
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		char path[PATH_CAP];
		if (*name != '.' && make_path(l, path, directory, name))
			visit(l, path);
		free(entries[i]);
	}
	free(entries);
	return true;
}

static void visit_index(struct load *l, const char *index)
{
	char path[PATH_CAP];
	struct text t = text_make(path, sizeof(path));
	struct source frames;
	uint32_t before = l->count;

	if (!split_name(l, index, INDEX_ENDING, l->language, sizeof(l->language)))
		return;
	text_bytes(&t, index, strlen(index) - strlen(INDEX_ENDING));
	text_put(&t, FRAMES_ENDING);
	if (!open_source(l, path, &frames))
		return;
	load_index(l, index, &frames);
	close(frames.fd);
	add_silence(l, before);
}

static void visit_word(struct load *l, const char *path)
{
	char word[AUDIO_NAME_MAX];
	struct source file;

	if (!split_name(l, path, FRAMES_ENDING, word, sizeof(word)) || !open_source(l, path, &file))
		return;
	if (file.frames > 0)
		load_word(l, word, &file, 0, file.frames);
	else
		report(l, path, "no AMBE frames in the file");
	close(file.fd);
}

static void visit_language(struct load *l, const char *path)
{
	char recordings[PATH_CAP];
	struct stat about;
	uint32_t before = l->count;

	if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode) ||
	    !split_name(l, path, "", l->language, sizeof(l->language)))
		return;
	if (!visit_all(l, path, visit_word))
		report(l, path, strerror(errno));
	if (make_path(l, recordings, path, "ondemand") && !visit_all(l, recordings, visit_word) &&
	    errno != ENOENT)
		report(l, recordings, strerror(errno));
	add_silence(l, before);
}

static bool walk(struct load *l, const char *path)
{
	if (visit_all(l, path, visit_index) && visit_all(l, path, visit_language))
		return true;
	log_error("%s: %s", path, strerror(errno));
	return false;
}

/* The size counted by the first walk, plus the table of words. */
static size_t measured(struct load *l)
{
	l->room = l->count;
	l->count = 0;
	arena_cut(l->arena, "audio words", l->room, sizeof(*l->words));
	return l->arena->used;
}

/* The rest of `room`, unless that is NULL, else memory of its own. */
static bool claim(struct load *l, struct audio_room *room, size_t size)
{
	if (!room)
		return arena_claim(l->arena, size);
	errno = ENOSPC;
	if (room->size - room->used < size)
		return false;
	arena_lay(l->arena, room->at + room->used, size);
	room->used += size;
	return true;
}

static bool fill(struct load *l, const char *path, struct audio_room *room, size_t size)
{
	if (!claim(l, room, size)) {
		log_error("%s: %s", path, strerror(errno));
		return false;
	}
	l->words = arena_cut(l->arena, "audio words", l->room, sizeof(*l->words));
	return walk(l, path);
}

bool audio_load(const char *path, struct audio_room *room, struct audio *out)
{
	struct load l = {.arena = &out->arena};

	*out = (struct audio){.count = 0};
	if (!walk(&l, path))
		return false;
	size_t size = measured(&l);
	bool fits = size <= AUDIO_MAX;
	if (!fits)
		log_error("%s: voice files need %zu octets, at most %u are allowed", path, size,
		          AUDIO_MAX);
	if (!fits || !fill(&l, path, room, size)) {
		audio_release(out);
		return false;
	}
	out->words = l.words;
	out->count = audio_sort(l.words, l.count);
	log_info("audio=%s words=%u octets=%zu", path, (unsigned)out->count, size);
	return true;
}

static bool same_word(const struct audio_word *a, const struct audio_word *b)
{
	return strcmp(a->language, b->language) == 0 && strcmp(a->name, b->name) == 0 &&
	       a->clip.count == b->clip.count &&
	       memcmp(a->clip.frames, b->clip.frames, (size_t)a->clip.count * AMBE_FRAME_LEN) == 0;
}

bool audio_same(const struct audio *a, const struct audio *b)
{
	uint32_t i = 0;

	while (a->count == b->count && i < a->count && same_word(&a->words[i], &b->words[i]))
		i++;
	return a->count == b->count && i == a->count;
}
