#include "conf/print.h"

#include "base/text.h"
#include "conf/keys.h"
#include "conf/value.h"

#define LINE_MORE 64 /* a section with its name; a key */

static void print_keys(const struct conf_section *section, const void *row, conf_print_line *print,
                       void *context)
{
	char line[VALUE_TEXT_MAX + LINE_MORE];

	for (size_t i = 0; i < section->key_count; i++) {
		const struct conf_key *key = &section->keys[i];
		if (!key_is_given(key, row))
			continue; /* the listener's applies */
		struct text t = text_make(line, sizeof(line));
		text_format(&t, "%s = ", key->name);
		size_t bare = t.len;
		value_write(key, row, &t);
		if (t.len == bare && !key->initial && !key->given && !key->required)
			continue; /* equivalent to a missing one */
		if (t.len == bare)
			line[bare - 1] = 0; /* no blank at the end */
		print(context, line);
	}
}

static void print_section(enum section_kind kind, const char *name, const void *row,
                          conf_print_line *print, void *context)
{
	char line[LINE_MORE];
	struct text t = text_make(line, sizeof(line));

	text_format(&t, "[%s%s%s]", section_name(kind), name[0] ? " " : "", name);
	print(context, line);
	print_keys(section_info(kind), row, print, context);
}

/* Its name is its first field; a row without one was removed by a reload. */
static void print_named(enum section_kind kind, const void *row, conf_print_line *print,
                        void *context)
{
	const char *name = row;

	if (*name)
		print_section(kind, name, row, print, context);
}

void conf_print(const struct conf *conf, conf_print_line *print, void *context)
{
	char name[16];

	print_section(SECTION_SERVER, "", &conf->server, print, context);
	for (uint32_t i = 0; i < conf->listener_count; i++)
		print_named(SECTION_LISTENER, &conf->listener[i], print, context);
	for (uint32_t i = 0; i < conf->client_count; i++) {
		struct text t = text_make(name, sizeof(name));
		text_format(&t, "%lu", (unsigned long)conf->client[i].id);
		print_section(SECTION_CLIENT, name, &conf->client[i], print, context);
	}
	for (uint32_t i = 0; i < conf->peer_count; i++)
		print_named(SECTION_PEER, &conf->peer[i], print, context);
	for (uint32_t i = 0; i < conf->uplink_count; i++)
		print_named(SECTION_UPLINK, &conf->uplink[i], print, context);
	for (uint32_t i = 0; i < conf->announcement_count; i++)
		print_named(SECTION_ANNOUNCEMENT, &conf->announcement[i], print, context);
	print_section(SECTION_LIMITS, "", &conf->limits, print, context);
	print_section(SECTION_REPORT, "", &conf->report, print, context);
}
