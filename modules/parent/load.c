#include "parent/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "base/wipe.h"
#include "conf/parse.h"
#include "io/shared.h"
#include "parent/audio.h"
#include "parent/kept.h"

#define FAULT_MAX 512u

/* A second receiver of faults. */
struct faults {
	conf_complain *notify;
	void *context;
};

static void complain(void *context, const char *line)
{
	const struct faults *f = context;

	log_error("%s", line);
	if (f->notify)
		f->notify(f->context, line);
}

static enum status fail(struct faults *f, const char *path)
{
	enum status status = errno == EACCES || errno == EPERM ? STATUS_PERMISSION : STATUS_CONFIG;
	char line[FAULT_MAX];
	struct text t = text_make(line, sizeof(line));

	text_format(&t, "%s: %s%s", path, strerror(errno),
	            errno == ENOENT ? "; freedmr init writes a first one" : "");
	complain(f, line);
	return status;
}

/* Unbuffered, so that no other copy of the text exists. */
static enum status load_text(struct faults *f, const char *path, char *text, size_t *len)
{
	FILE *file = fopen(path, "r");

	if (!file)
		return fail(f, path);
	setvbuf(file, NULL, _IONBF, 0);
	*len = fread(text, 1, LOAD_MAX + 1, file);
	if (*len > LOAD_MAX)
		errno = EFBIG;
	enum status status = ferror(file) || *len > LOAD_MAX ? fail(f, path) : STATUS_OK;
	fclose(file);
	return status;
}

int load_hold(const char *path, size_t *len)
{
	struct faults f = {NULL, NULL};
	char *text = malloc(LOAD_MAX + 1);
	int fd = -1;

	if (text && load_text(&f, path, text, len) == STATUS_OK) {
		fd = shared_file(*len);
		if (fd >= 0 && pwrite(fd, text, *len, 0) != (ssize_t)*len) {
			close(fd);
			fd = -1;
		}
		wipe(text, *len);
	}
	free(text);
	return fd;
}

static enum status load_held(int fd, size_t len, const char *path, struct conf *out)
{
	struct faults f = {NULL, NULL};
	char *text = len <= LOAD_MAX ? malloc(len + 1) : NULL;
	enum status status = STATUS_SYSTEM;

	errno = EINVAL;
	if (text && pread(fd, text, len, 0) == (ssize_t)len)
		status = conf_parse(text, len, path, out, complain, &f) > 0 ? STATUS_CONFIG
		                                                            : STATUS_OK;
	else
		complain(&f, strerror(errno));
	if (text)
		wipe(text, len);
	free(text);
	return status;
}

enum status load_handed(struct kept *kept, const char *path, struct conf *out)
{
	size_t len;
	int fd = kept_take_sized(kept, LOAD_HELD, &len);

	if (fd < 0)
		return load_conf(path, out, NULL, NULL);
	enum status status = load_held(fd, len, path, out);
	close(fd);
	return status;
}

enum status load_tried(const char *path, struct conf *out)
{
	struct kept kept;

	kept_begin(&kept);
	enum status status = load_handed(&kept, path, out);
	kept_end(&kept);
	return status;
}

enum status load_conf(const char *path, struct conf *out, conf_complain *fault, void *context)
{
	struct faults f = {fault, context};
	char *text = malloc(LOAD_MAX + 1);
	size_t len = 0;

	if (!text) {
		fail(&f, path);
		return STATUS_SYSTEM;
	}
	enum status status = load_text(&f, path, text, &len);
	if (status == STATUS_OK && conf_parse(text, len, path, out, complain, &f) > 0)
		status = STATUS_CONFIG;
	wipe(text, len);
	free(text);
	return status;
}

static const struct audio *loaded_before(const struct conf *conf, uint32_t listener)
{
	for (uint32_t i = 0; i < listener; i++)
		if (strcmp(conf->listener[i].audio, conf->listener[listener].audio) == 0)
			return &conf->listener[i].voice;
	return NULL;
}

static bool load_set(struct conf *conf, uint32_t listener, struct audio_room *room)
{
	struct conf_listener *l = &conf->listener[listener];
	const struct audio *before = loaded_before(conf, listener);

	l->voice = (struct audio){.count = 0};
	if (!*l->audio)
		return true;
	if (!before)
		return audio_load(l->audio, room, &l->voice);
	l->voice = *before;
	return true;
}

static bool same_directories(const struct conf *a, const struct conf *b)
{
	for (uint32_t i = 0; i < CONF_LISTENERS_MAX; i++)
		if (strcmp(a->listener[i].audio, b->listener[i].audio) != 0)
			return false;
	return true;
}

enum audio_again load_audio_again(struct conf *next, const struct conf *now,
                                  struct audio_room *room, const char **where)
{
	bool same = same_directories(next, now), good = room;

	*where = "";
	room = good ? room : &(struct audio_room){.size = 0};
	for (uint32_t i = 0; i < next->listener_count && good; i++) {
		good = load_set(next, i, room);
		*where = next->listener[i].name;
		same &= audio_same(&next->listener[i].voice, &now->listener[i].voice);
	}
	if (!good && !same_directories(next, now))
		return AUDIO_REFUSED;
	if (good && !same)
		return AUDIO_NEW;
	for (uint32_t i = 0; i < CONF_LISTENERS_MAX; i++)
		next->listener[i].voice = now->listener[i].voice;
	return AUDIO_KEPT;
}

void load_audio(struct conf *conf)
{
	for (uint32_t i = 0; i < conf->listener_count; i++) {
		struct conf_listener *l = &conf->listener[i];
		const struct audio *before = loaded_before(conf, i);
		if (*l->audio && before)
			l->voice = *before;
		else if (*l->audio && !audio_load(l->audio, NULL, &l->voice))
			l->voice = (struct audio){.count = 0};
		if (l->prompts == PROMPTS_VOICE && !l->voice.count)
			log_warn("listener=%s prompts=voice but no voice files (see audio): using "
			         "Morse",
			         l->name);
	}
}

/* Listeners with one directory share one set. */
void release_audio(struct conf *conf)
{
	for (uint32_t i = conf->listener_count; i-- > 0;)
		if (!loaded_before(conf, i))
			audio_release(&conf->listener[i].voice);
}
