/*
 * Configurations of any octets: each fault is reported once, in one line of printable text, and
 * what is read without fault is printed and read again without one.
 */
#include "conf/conf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/parse.h"
#include "conf/print.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count_line(void *context, const char *line)
{
	size_t *lines = context;

	for (const char *c = line; *c; c++)
		assert((unsigned char)*c >= ' ');
	(*lines)++;
}

static void add_line(void *context, const char *line)
{
	text_put(context, line);
	text_char(context, '\n');
}

/* A passphrase is read back as "(hidden)", which is as good as any. */
static void read_back(const struct conf *conf)
{
	static char printed[65536];
	static struct conf again;
	struct text t = text_make(printed, sizeof(printed));
	size_t lines = 0;

	conf_print(conf, add_line, &t);
	if (t.cut)
		return;
	assert(conf_parse(printed, t.len, "again", &again, count_line, &lines) == 0);
	assert(again.listener_count == conf->listener_count);
	assert(again.client_count == conf->client_count);
	conf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf;
	size_t lines = 0;
	char *text = fuzz_text(data, size);

	size_t faults = conf_parse(text, size, "fuzz", &conf, count_line, &lines);
	free(text);
	assert(faults == lines);
	if (faults == 0)
		read_back(&conf);
	conf_release(&conf);
	return 0;
}
