#include "conf/sample.h"

#include <string.h>

#include "base/text.h"
#include "conf/print.h"
#include "conf/value.h"

#define LINE_MAX 256
#define TITLE_MAX 16

const struct sample_value sample_values[] = {
	{SECTION_SERVER, "id", "2345"},
	{SECTION_LISTENER, "bind", "[::]:62031"},
	{SECTION_LISTENER, "passphrase", ""},
};
const size_t sample_value_count = ARRAY_LEN(sample_values);

/* The output, and the file. */
struct sample {
	const struct sample_value *values;
	size_t count;
	conf_print_line *print;
	void *context;
};

static void put(const struct sample *s, const char *a, const char *b, const char *c, const char *d)
{
	char line[LINE_MAX];
	struct text t = text_make(line, sizeof(line));

	text_format(&t, "%s%s%s%s", a, b, c, d);
	s->print(s->context, line);
}

static const char *value_of(const struct sample *s, enum section_kind section, const char *key)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->values[i].section == section && strcmp(s->values[i].key, key) == 0)
			return s->values[i].value;
	return NULL;
}

static bool has_values(const struct sample *s, enum section_kind section)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->values[i].section == section)
			return true;
	return false;
}

static void put_key(const struct sample *s, enum section_kind section, const struct conf_key *key)
{
	const char *value = value_of(s, section, key->name);
	bool set = value != NULL;
	char range[KEY_RANGE_MAX];

	if (!set)
		value = key->initial && key->initial[0] ? key->initial : key->example;
	if (!set && key->type == KEY_SECRET)
		value = ""; /* a value shown in a sample is not secret */
	key_range(key, range);
	put(s, "# ", key->help, range[0] ? " " : "", range);
	put(s, set ? "" : ";", key->name, value[0] ? " = " : " =", value);
}

static void put_header(const struct sample *s, const struct conf_section *section)
{
	char title[TITLE_MAX] = "";
	struct text t = text_make(title, sizeof(title));

	if (section->title)
		text_format(&t, " %s", section->example);
	put(s, "", "", "", "");
	put(s, "# ", section->help, "", "");
	/* A sample client section would only be in the way. */
	put(s, section->title && !has_values(s, section->kind) ? ";[" : "[", section->name, title,
	    "]");
}

void sample_write(const struct sample_value *values, size_t count, conf_print_line *print,
                  void *context)
{
	const struct sample s = {
		.values = values, .count = count, .print = print, .context = context};

	put(&s, "# Configuration of freedmr; the manual is freedmr.conf(5).", "", "", "");
	put(&s,
	    "# A line that begins with a semicolon shows a default or an example and does nothing.",
	    "", "", "");
	for (enum section_kind kind = 0; kind < SECTION_KINDS; kind++) {
		const struct conf_section *section = section_info(kind);
		put_header(&s, section);
		for (size_t i = 0; i < section->key_count; i++)
			put_key(&s, kind, &section->keys[i]);
	}
}
