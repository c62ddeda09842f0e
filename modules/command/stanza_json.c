/*
 * JSON of limited depth, flattened into stanzas.
 */
#include "command/stanza.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "io/print.h"

#define DEPTH_MAX 16u
#define NAME_MAX_LEN 256u
#define VALUE_MAX_LEN 4096u

struct json {
	struct stanzas *all;
	const char *file, *at;
	unsigned line;
	unsigned depth;
};

static char peek(struct json *j)
{
	for (; *j->at && strchr(" \t\r\n", *j->at); j->at++)
		j->line += *j->at == '\n';
	return *j->at;
}

static bool take(struct json *j, char c)
{
	if (peek(j) != c)
		return false;
	j->at++;
	return true;
}

/* A string, without escapes for characters that are not ASCII. */
static bool read_string(struct json *j, struct text *out)
{
	static const char from[] = "nrtbf\"\\/", to[] = "     \"\\/";

	if (!take(j, '"'))
		return false;
	for (; *j->at && *j->at != '"' && *j->at != '\n'; j->at++) {
		const char *escape = *j->at == '\\' && j->at[1] ? strchr(from, j->at[1]) : NULL;
		text_char(out, escape ? to[escape - from] : *j->at);
		j->at += escape ? 1 : 0;
	}
	return *j->at == '"' && *j->at++ && !out->cut;
}

/* A string, a number or a word. */
static bool read_scalar(struct json *j, struct text *out)
{
	if (peek(j) == '"')
		return read_string(j, out);
	size_t len = strspn(j->at, "+-.0123456789abcdefghijklmnopqrstuvwxyzE");
	text_bytes(out, j->at, strncmp(j->at, "null", len) == 0 ? 0 : len);
	j->at += len;
	return len && !out->cut;
}

static bool read_value(struct json *j, const char *name, struct text *out);

/* Its elements are joined: numbers by commas, the two of a range by a hyphen. */
static bool read_array(struct json *j, const char *name, struct text *out, char between)
{
	unsigned count = 0;

	for (j->at++; !take(j, ']'); count++) {
		char place[NAME_MAX_LEN];
		struct text p = text_make(place, sizeof(place));
		text_format(&p, "%s.%u", name, count);
		if (count && !take(j, ','))
			return false;
		char c = peek(j);
		if (count && c != '{')
			text_char(out, between);
		if (c == '[' ? between == '-' || !read_array(j, place, out, '-')
		             : !read_value(j, place, out))
			return false;
	}
	return !out->cut;
}

static bool read_object(struct json *j, const char *name)
{
	char key[NAME_MAX_LEN], full[NAME_MAX_LEN], value[VALUE_MAX_LEN];
	size_t own = j->all->count;
	bool first = true;

	stanzas_add(j->all, j->file, name, j->line);
	for (j->at++; !take(j, '}'); first = false) {
		struct text k = text_make(key, sizeof(key)), f = text_make(full, sizeof(full));
		struct text v = text_make(value, sizeof(value));
		if ((!first && !take(j, ',')) || !read_string(j, &k) || !take(j, ':'))
			return false;
		text_format(&f, *name ? "%s.%s" : "%s%s", name, key);
		bool object = peek(j) == '{';
		unsigned line = j->line;
		if (f.cut || !read_value(j, full, &v))
			return false;
		if (!object)
			stanzas_put_to(j->all, own, key, value, line);
	}
	return true;
}

static bool read_value(struct json *j, const char *name, struct text *out)
{
	bool good;

	if (++j->depth > DEPTH_MAX)
		return false;
	switch (peek(j)) {
	case '{':
		good = read_object(j, name);
		break;
	case '[':
		good = read_array(j, name, out, ',');
		break;
	default:
		good = read_scalar(j, out);
	}
	j->depth--;
	return good;
}

bool stanzas_read_json(struct stanzas *all, const char *file)
{
	char *text = stanzas_text(file), nothing[1];
	struct text out = text_make(nothing, sizeof(nothing));
	struct json j = {.all = all, .file = file, .at = text, .line = 1};

	if (!text)
		return false;
	bool good = peek(&j) == '{' && read_value(&j, "", &out) && !peek(&j);
	if (!good)
		print(stderr, "%s:%u: not valid JSON\n", file, j.line);
	free(text);
	return good;
}
