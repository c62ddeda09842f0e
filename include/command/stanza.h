/*
 * Configuration files of FreeDMR and HBlink as they stand: Python's configparser grammar, several
 * files one after the other. What the keys mean is command/import_keys.h's business.
 */
#ifndef COMMAND_STANZA_H
#define COMMAND_STANZA_H

#include <stdbool.h>
#include <stddef.h>

struct entry {
	char *key, *value; /* the key in lower case */
	unsigned line;
};

struct stanza {
	const char *file;
	char *name;
	unsigned line;
	struct entry *entries;
	size_t count;
};

struct stanzas {
	struct stanza *stanza;
	size_t count;
};

/* Adds the sections of one file. What cannot be read is told on standard error; false when that is
 * the file. */
bool stanzas_read(struct stanzas *all, const char *file);
void stanzas_release(struct stanzas *all);

/* The last entry with this key; NULL when there is none. */
const struct entry *entry_of(const struct stanza *s, const char *key);
const char *value_of(const struct stanza *s, const char *key, const char *otherwise);

#endif
