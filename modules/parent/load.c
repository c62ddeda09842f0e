#include "parent/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "parent/audio.h"

static void complain(void *context, const char *line)
{
	(void)context;
	log_error("%s", line);
}

/* A store the compiler may not leave out, though nobody reads it. */
static void wipe(char *text, size_t len)
{
	volatile char *at = text;

	while (len--)
		*at++ = 0;
}

static enum status fail(const char *path)
{
	log_error("%s: %s", path, strerror(errno));
	return errno == EACCES || errno == EPERM ? STATUS_PERMISSION : STATUS_CONFIG;
}

/* Unbuffered, so that the text stands nowhere else. */
static enum status load_text(const char *path, char *text, size_t *len)
{
	FILE *f = fopen(path, "r");

	if (!f)
		return fail(path);
	setvbuf(f, NULL, _IONBF, 0);
	*len = fread(text, 1, LOAD_MAX + 1, f);
	enum status status = ferror(f) ? fail(path) : STATUS_OK;
	fclose(f);
	if (*len > LOAD_MAX) {
		log_error("%s: longer than %u octets", path, LOAD_MAX);
		return STATUS_CONFIG;
	}
	return status;
}

enum status load_conf(const char *path, struct conf *out)
{
	char *text = malloc(LOAD_MAX + 1);
	size_t len = 0;

	if (!text) {
		log_error("no memory to read %s", path);
		return STATUS_SYSTEM;
	}
	enum status status = load_text(path, text, &len);
	if (status == STATUS_OK && conf_parse(text, len, path, out, complain, NULL) > 0)
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
