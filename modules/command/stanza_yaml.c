/*
 * The part of YAML that configurations are written in: mappings by indentation, plain and quoted
 * values, comments. Anything else is reported as a line that cannot be read.
 */
#include "command/stanza.h"

#include <stdlib.h>
#include <string.h>

#include "io/print.h"

struct yaml {
	struct stanzas *all;
	const char *file;
	size_t indent; /* of the keys of the last stanza */
	char *key;     /* no value so far: a mapping, or empty */
	size_t key_indent;
	unsigned key_line;
};

/* A value without its quotes, or without the comment after it. */
static char *value_at(char *s)
{
	char *end = *s == '"' || *s == '\'' ? strchr(s + 1, *s) : NULL;

	if (end)
		s++;
	else
		for (end = s; *end && !(*end == '#' && (end == s || end[-1] == ' '));)
			end++;
	*end = 0;
	while (end > s && strchr(" \t\r", end[-1]))
		*--end = 0;
	return s;
}

static void put(struct yaml *y, size_t indent, const char *key, const char *value, unsigned line)
{
	if (y->all->count && indent == y->indent)
		stanzas_put(y->all, key, value, line);
	else
		print(stderr, "%s:%u: not in a section\n", y->file, line);
}

/* Decides what the key without a value was, from the indent of the next line. */
static void settle(struct yaml *y, size_t indent)
{
	if (!y->key)
		return;
	if (indent > y->key_indent) {
		stanzas_add(y->all, y->file, y->key, y->key_line);
		y->indent = indent;
	} else {
		put(y, y->key_indent, y->key, "", y->key_line);
	}
	y->key = NULL;
}

static void take_line(struct yaml *y, char *text, unsigned line)
{
	size_t indent = strspn(text, " ");
	char *key = text + indent, *colon = strchr(key, ':');

	if (!*key || *key == '#' || *key == '\r' || strncmp(key, "---", 3) == 0)
		return;
	settle(y, indent);
	if (!colon || *key == '-' || *key == '\t' ||
	    !(colon[1] == 0 || strchr(" \t\r", colon[1]))) {
		print(stderr, "%s:%u: expected a key and a value\n", y->file, line);
		return;
	}
	*colon = 0;
	char *raw = colon + 1 + strspn(colon + 1, " \t"), quote = *raw, *value = value_at(raw);
	if (*value || quote == '"' || quote == '\'') {
		put(y, indent, key, value, line);
	} else {
		y->key = key;
		y->key_indent = indent;
		y->key_line = line;
	}
}

bool stanzas_read_yaml(struct stanzas *all, const char *file)
{
	struct yaml y = {.all = all, .file = file};
	char *text = stanzas_text(file), *next;

	if (!text)
		return false;
	unsigned line = 1;
	for (char *at = text; at; at = next, line++) {
		next = strchr(at, '\n');
		if (next)
			*next++ = 0;
		take_line(&y, at, line);
	}
	settle(&y, 0);
	free(text);
	return true;
}
