#include "parent/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "base/wipe.h"
#include "conf/parse.h"
#include "parent/audio.h"

#define FAULT_MAX 512u

/* Who else wants to know. */
struct faults {
	conf_complain *told;
	void *context;
};

static void complain(void *context, const char *line)
{
	const struct faults *f = context;

	log_error("%s", line);
	if (f->told)
		f->told(f->context, line);
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

/* Unbuffered, so that the text stands nowhere else. */
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

void load_audio(struct conf *conf)
{
	for (uint32_t i = 0; i < conf->listener_count; i++) {
		struct conf_listener *l = &conf->listener[i];
		const struct audio *before = loaded_before(conf, i);
		if (*l->audio && before)
			l->voice = *before;
		else if (*l->audio && !audio_load(l->audio, &l->voice))
			l->voice = (struct audio){.count = 0};
		if (l->prompts == PROMPTS_VOICE && !l->voice.count)
			log_warn("listener=%s prompts=voice without voice files: Morse", l->name);
	}
}

/* Listeners with one directory share one set. */
void release_audio(struct conf *conf)
{
	for (uint32_t i = conf->listener_count; i-- > 0;)
		if (!loaded_before(conf, i))
			audio_release(&conf->listener[i].voice);
}
