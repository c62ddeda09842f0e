#include "command/stanza.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/print.h"

static char *trim(char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	for (size_t len = strlen(s); len && isspace((unsigned char)s[len - 1]); len--)
		s[len - 1] = 0;
	return s;
}

static char *copy_of(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		abort();
	return copy;
}

static void *grow(void *rows, size_t count, size_t size)
{
	void *more = realloc(rows, (count + 1) * size);

	if (!more)
		abort();
	return more;
}

void stanzas_add(struct stanzas *m, const char *file, const char *name, unsigned line)
{
	m->stanza = grow(m->stanza, m->count, sizeof(*m->stanza));
	m->stanza[m->count++] = (struct stanza){file, copy_of(name), line, NULL, 0};
}

void stanzas_put(struct stanzas *m, const char *key, const char *value, unsigned line)
{
	stanzas_put_to(m, m->count - 1, key, value, line);
}

void stanzas_put_to(struct stanzas *m, size_t place, const char *key, const char *value,
                    unsigned line)
{
	struct stanza *s = &m->stanza[place];
	char *lower = copy_of(key);

	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	s->entries = grow(s->entries, s->count, sizeof(*s->entries));
	s->entries[s->count++] = (struct entry){lower, copy_of(value), line};
}

/* The name may be followed by text that configparser ignores. */
static void read_heading(struct stanzas *m, const char *file, char *s, unsigned line)
{
	*strrchr(s, ']') = 0;
	stanzas_add(m, file, trim(s + 1), line);
}

static void read_line(struct stanzas *m, const char *file, char *text, unsigned line)
{
	char *s = trim(text);
	size_t at = strcspn(s, ":=");

	if (!*s || *s == '#' || *s == ';')
		return;
	if (*s == '[' && strchr(s, ']')) {
		read_heading(m, file, s, line);
	} else if (s[at] && m->count) {
		s[at] = 0;
		stanzas_put(m, trim(s), trim(s + at + 1), line);
	} else {
		print(stderr, "%s:%u: expected a key and a value\n", file, line);
	}
}

static void read_lines(struct stanzas *m, const char *file, FILE *f)
{
	static const char mark[] = "\xef\xbb\xbf"; /* some editors write one before UTF-8 */
	char *text = NULL;
	size_t cap = 0;
	ssize_t len;

	for (unsigned line = 1; (len = getline(&text, &cap, f)) >= 0; line++) {
		bool marked = line == 1 && strncmp(text, mark, 3) == 0;
		if (memchr(text, 0, (size_t)len))
			print(stderr, "%s:%u: NUL octet: expected a text in UTF-8\n", file, line);
		else
			read_line(m, file, text + (marked ? 3 : 0), line);
	}
	free(text);
}

void stanzas_split(struct stanzas *all, const char *file, char *text)
{
	unsigned line = 1;

	for (char *end; (end = strchr(text, '\n')); text = end + 1) {
		*end = 0;
		read_line(all, file, text, line++);
	}
}

bool stanzas_read(struct stanzas *all, const char *file)
{
	FILE *f = fopen(file, "r");

	if (f)
		read_lines(all, file, f);
	bool good = f && !ferror(f);
	if (!good)
		print_errno("freedmr", file);
	if (f)
		fclose(f);
	return good;
}

char *stanzas_text(const char *file)
{
	FILE *f = fopen(file, "r");
	char *text = NULL;
	size_t cap = 0;

	if (f && getdelim(&text, &cap, 0, f) < 0 && !ferror(f)) {
		free(text); /* nothing was written there */
		text = copy_of("");
	}
	if (!f || ferror(f)) {
		print_errno("freedmr", file);
		free(text);
		text = NULL;
	}
	if (f)
		fclose(f);
	return text;
}

void stanzas_release(struct stanzas *all)
{
	for (size_t i = 0; i < all->count; i++) {
		for (size_t n = 0; n < all->stanza[i].count; n++) {
			free(all->stanza[i].entries[n].key);
			free(all->stanza[i].entries[n].value);
		}
		free(all->stanza[i].entries);
		free(all->stanza[i].name);
	}
	free(all->stanza);
}

const struct entry *entry_of(const struct stanza *s, const char *key)
{
	const struct entry *found = NULL;

	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->entries[i].key, key) == 0)
			found = &s->entries[i];
	return found;
}

const char *value_of(const struct stanza *s, const char *key, const char *otherwise)
{
	const struct entry *e = entry_of(s, key);

	return e ? e->value : otherwise;
}
